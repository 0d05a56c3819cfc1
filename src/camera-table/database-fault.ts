// Turns what the user's database and its connection throw into faults. No message holds a password or a value of a row.
import { Fault, isFault, type FaultType } from '../domain/fault.ts';
import { redactText } from '../domain/redact.ts';

/** The user's database is a source like a camera: away, it is SourceUnreachable; CatalogUnavailable is Longtake's own database. */
const byState: readonly { state: RegExp; type: FaultType; remedy?: string }[] = [
  { state: /^28/, type: 'AuthRejected', remedy: 'Correct user and password of PG_DSN.' },
  {
    state: /^42501/,
    type: 'AuthRejected',
    remedy: 'Let the owner grant it (reading needs USAGE on the schema and SELECT on table or view).',
  },
  { state: /^3D000/, type: 'NotFound', remedy: 'Correct the database’s name in PG_DSN.' },
  {
    state: /^57014/,
    type: 'SourceStalled',
    remedy: 'Make the view faster, or read a table; nothing is changed until it answers in time.',
  },
  { state: /^(?:53|55P03)/, type: 'SourceBusy' },
  {
    state: /^25006/,
    type: 'InputInvalid',
    remedy: 'Read a table or a view that does not write: it is read in a read-only transaction.',
  },
  { state: /^(?:0A|21|22|42|P0)/, type: 'InputInvalid', remedy: 'Correct the table, the view or the map.' },
];

const sqlState = /^[0-9A-Z]{5}$/;

/** @param task what was tried, as `reading the cameras` */
export function databaseFault(request: {
  error: unknown;
  task: string;
  where: string;
  secrets: readonly string[];
}): unknown {
  const { task, where, secrets } = request;
  const error = innermost(request.error);
  if (isFault(error) || !(error instanceof Error)) return error;
  const { code } = error as Error & { code?: string };
  const row = code === undefined ? undefined : byState.find(({ state }) => state.test(code));
  const said = redactText({ text: withoutValues(error.message), secrets }).slice(0, 300);
  const reason = code !== undefined && sqlState.test(code) ? `PostgreSQL says ${code}, ${said}` : said;
  return new Fault(
    row?.type ?? 'SourceUnreachable',
    `The cameras’ database (${where}) failed at ${task}: ${reason.replace(/\.$/, '')}.`,
    row?.remedy === undefined ? {} : { remedy: row.remedy },
    { cause: error },
  );
}

/** Node tries each address of a name and throws all failures at once. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? innermost(error.errors[0]) : error;
}

/** `invalid input syntax for type integer: "…"` quotes what stood in the row; names of tables and columns come before the colon. */
const withoutValues = (message: string): string => message.replace(/: ".*"$/su, '');
