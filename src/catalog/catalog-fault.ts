// Turns what the databases throw into faults: trouble with the database becomes CatalogUnavailable, everything else stays as it is.
import { Fault } from '../domain/fault.ts';

/** An error of the SQLite thread with SQLite's extended result code. */
export class SqliteFailure extends Error {
  readonly errcode: number | undefined;

  constructor(message: string, errcode: number | undefined) {
    super(message);
    this.errcode = errcode;
  }
}

const sqliteReasons: Record<number, string> = {
  5: 'another process held it for too long',
  6: 'another connection held it for too long',
  8: 'it is read-only',
  10: 'its file system answers with an error',
  11: 'its file is damaged',
  13: 'its disk is full',
  14: 'its file cannot be opened',
  26: 'its file is no SQLite database',
};

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** SQLSTATE prefixes that say "not now": connection, resources, operator, system, lock not available, deadlock. */
const sqlStates = /^(?:08|53|57P|58|40001|40P01|55P03|57014|25006)/;
const refusedStates = /^(?:28|3D000)/;
const lostConnection =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/;

/** The fault an error of either database stands for; other errors come back unchanged. */
export function catalogFault(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const reason = error instanceof SqliteFailure ? sqliteReason(error) : postgresReason(error);
  if (reason === undefined) return error;
  return new Fault(
    'CatalogUnavailable',
    `The catalog database does not answer: ${reason}.`,
    {},
    { cause: error },
  );
}

function sqliteReason(error: SqliteFailure): string | undefined {
  if (error.errcode === undefined) return error.message;
  return sqliteReasons[error.errcode & 0xff];
}

function postgresReason(error: Error): string | undefined {
  const { code, message } = error as Error & { code?: string };
  const nested = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  if (nested) return postgresReason(nested);
  if (code !== undefined && socketCodes.has(code)) return `connection failed (${code})`;
  if (code !== undefined && sqlStates.test(code)) return `PostgreSQL says ${code} ${message}`;
  if (code !== undefined && refusedStates.test(code)) return `PostgreSQL refuses the login (${code})`;
  return lostConnection.test(message) ? message : undefined;
}

const uniqueViolation = { sqlite: 2067, postgres: '23505' };

/** True when another row already has these values; both databases say so in codes of their own. */
export function isTaken(error: unknown): boolean {
  if (error instanceof SqliteFailure) return error.errcode === uniqueViolation.sqlite;
  return error instanceof Error && (error as Error & { code?: string }).code === uniqueViolation.postgres;
}

type Method = (...parameters: never[]) => Promise<unknown>;

/** The same repository, whose methods reject with faults. */
export function guarded<T extends { [K in keyof T]: Method }>(repository: T): T {
  const wrapped = Object.entries<Method>(repository).map(([name, method]) => [
    name,
    async (...parameters: never[]) => {
      try {
        return await method(...parameters);
      } catch (error) {
        throw catalogFault(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
