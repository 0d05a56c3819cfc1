// Turns what an old NVR database and its connection throw into faults. No message holds a password or a value of a row.
import { connectionTrouble } from '../domain/connection-trouble.ts';
import { Fault, isFault, type FaultType } from '../domain/fault.ts';
import { redactText } from '../domain/redact.ts';

const byState: readonly { state: RegExp; type: FaultType; remedy?: string }[] = [
  { state: /^28/, type: 'AuthRejected', remedy: 'Correct user and password of the address.' },
  {
    state: /^42501/,
    type: 'AuthRejected',
    remedy: 'Let the owner grant SELECT on rooms, sources and records.',
  },
  { state: /^3D000/, type: 'NotFound', remedy: 'Correct the database’s name in the address.' },
  {
    state: /^42P01/,
    type: 'NotFound',
    remedy: 'Name the database of NVR: it has the tables rooms, sources and records.',
  },
  { state: /^57014/, type: 'SourceStalled' },
  { state: /^(?:53|55P03)/, type: 'SourceBusy' },
  {
    state: /^25006/,
    type: 'InputInvalid',
    remedy: 'Name tables, or views that do not write: they are read in a read-only transaction.',
  },
  { state: /^(?:22|42)/, type: 'InputInvalid' },
];

const sqlState = /^[0-9A-Z]{5}$/;

/** @param where `host:port/database` */
export function nvrFault({
  error,
  where,
  secrets,
}: {
  error: unknown;
  where: string;
  secrets: readonly string[];
}): unknown {
  // Node tries each address of a name and throws all failures at once.
  if (error instanceof AggregateError && error.errors.length > 0)
    return nvrFault({ error: error.errors[0] as unknown, where, secrets });
  if (isFault(error) || !(error instanceof Error)) return error;
  const { code = '' } = error as Error & { code?: string };
  const row = byState.find(({ state }) => sqlState.test(code) && state.test(code));
  const said = redactText({ text: withoutValues(error.message), secrets }).slice(0, 300);
  const reason = sqlState.test(code)
    ? `says ${code}, ${said}`
    : (connectionTrouble[code] ?? `fails: ${said}`);
  return new Fault(
    row?.type ?? 'SourceUnreachable',
    `The NVR database (${where}) ${reason.replace(/\.$/, '')}.`,
    row?.remedy === undefined ? {} : { remedy: row.remedy },
    { cause: error },
  );
}

/** `invalid input syntax for type integer: "…"` quotes what stood in the row; names of tables and columns come before the colon. */
const withoutValues = (message: string): string => message.replace(/: ".*"$/su, '');
