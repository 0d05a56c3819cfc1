// Reads rooms, sources and records of an old NVR database in one read-only transaction, everything as text.
import pg from 'pg';
import { Fault } from '../domain/fault.ts';
import { nvrFault } from './nvr-fault.ts';
import {
  readRecords,
  readRooms,
  readSources,
  type NvrRecord,
  type NvrRoom,
  type NvrSource,
  type SkippedRow,
  type TextRow,
} from './nvr-rows.ts';

export interface NvrRequest {
  /** `postgres://user:password@host:port/database` */
  dsn: string;
  /** IANA zone or offset, for columns that hold instants. */
  timeZone: string;
  /** For the connection and each statement; 60 when absent. */
  timeoutSeconds?: number;
}

export interface NvrTables {
  rooms: NvrRoom[];
  sources: NvrSource[];
  records: NvrRecord[];
  /** Rows that cannot be read. */
  skipped: SkippedRow[];
}

const mostRows = 500_000;

/**
 * Rows in the order of their ids.
 * @throws Fault SourceUnreachable, SourceStalled, SourceBusy, AuthRejected, NotFound, InputInvalid, ConfigInvalid
 */
export async function readNvr({ dsn, timeZone, timeoutSeconds = 60 }: NvrRequest): Promise<NvrTables> {
  const client = clientOf(dsn, timeoutSeconds);
  const secrets = typeof client.password === 'string' ? [client.password] : [];
  try {
    await client.connect();
    await begin(client, { timeZone, timeoutSeconds });
    const tables = await readTables(client);
    await client.query('rollback');
    return tables;
  } catch (error) {
    throw nvrFault({ error, where: `${client.host}:${client.port}/${client.database}`, secrets });
  } finally {
    await client.end().catch(() => {});
  }
}

function clientOf(dsn: string, timeoutSeconds: number): pg.Client {
  const unreadable = new Fault('ConfigInvalid', 'The address of the NVR database cannot be read.', {
    remedy:
      'Write postgres://user:password@host:port/database, with @ : / ? # % of the password as %40 %3A %2F %3F %23 %25.',
  });
  if (!/^postgres(?:ql)?:\/\//.test(dsn)) throw unreadable;
  try {
    // `sslmode` means what it means to every other PostgreSQL client, not what the library makes of it.
    const isPlain = !/[?&]sslmode=/.test(dsn) || dsn.includes('uselibpqcompat');
    const client = new pg.Client({
      connectionString: isPlain ? dsn : `${dsn}&uselibpqcompat=true`,
      connectionTimeoutMillis: Math.min(10, timeoutSeconds) * 1000,
      query_timeout: (timeoutSeconds + 5) * 1000,
      application_name: 'longtake import-nvr',
      types: { getTypeParser: () => (value: string) => value },
    });
    // Without a listener a connection that breaks while idle would end the process.
    client.on('error', () => {});
    return client;
  } catch {
    throw unreadable;
  }
}

async function begin(
  client: pg.Client,
  { timeZone, timeoutSeconds }: { timeZone: string; timeoutSeconds: number },
): Promise<void> {
  // A bare offset would be read with the sign that POSIX gives it.
  const zone = /^[+-]/.test(timeZone)
    ? `interval ${pg.escapeLiteral(timeZone)} hour to minute`
    : pg.escapeLiteral(timeZone);
  await client.query('begin transaction isolation level repeatable read, read only');
  await client.query(`set local statement_timeout = ${Math.ceil(timeoutSeconds * 1000)}`);
  await client.query(`set local time zone ${zone}`);
  await client.query(`set local datestyle = 'ISO, YMD'`);
}

async function readTables(client: pg.Client): Promise<NvrTables> {
  const rooms = readRooms(await rowsOf(client, 'rooms'));
  const sources = readSources(await rowsOf(client, 'sources'));
  const records = readRecords(await rowsOf(client, 'records'), await mailsOf(client));
  return {
    rooms: rooms.rows,
    sources: sources.rows,
    records: records.rows,
    skipped: [...rooms.skipped, ...sources.skipped, ...records.skipped],
  };
}

/** All columns there are: versions of NVR differ in those that nobody needs. */
async function rowsOf(client: pg.Client, table: SkippedRow['table']): Promise<TextRow[]> {
  const { rows } = await client.query<TextRow>(`select * from ${table} order by id limit ${mostRows + 1}`);
  if (rows.length > mostRows)
    throw new Fault('InputInvalid', `The NVR table ${table} has more than ${mostRows} rows.`, {
      remedy: 'Remove old rows, or name a database with views of these names that select fewer.',
    });
  return rows;
}

/** Mail addresses by record; versions of NVR without users have none. */
async function mailsOf(client: pg.Client): Promise<Map<string, string[]>> {
  const known = await client.query<TextRow>(
    `select 1 as one where to_regclass('user_records') is not null and to_regclass('users') is not null`,
  );
  if (known.rows.length === 0) return new Map();
  const { rows } = await client.query<{ record: string; email: string }>(
    `select user_records.record_id as record, users.email from user_records join users on users.id = user_records.user_id
      where users.email is not null and user_records.record_id is not null order by user_records.record_id, users.id`,
  );
  const mails = new Map<string, string[]>();
  for (const { record, email } of rows) mails.set(record, [...(mails.get(record) ?? []), email.trim()]);
  return mails;
}
