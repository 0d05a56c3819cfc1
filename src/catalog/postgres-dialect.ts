// Kysely's door to PostgreSQL: one small pool per process, bigint columns as numbers.
import { PostgresDialect, type Dialect } from 'kysely';
import pg from 'pg';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** Most connections of this process. */
  connections?: number;
}

const bigintOid = 20;

/** Epoch milliseconds, epochs and byte counts are below 2^53, so a number holds them exactly. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigintOid && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

export function postgresDialect({ url, connections = 8 }: PostgresOptions): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'longtake',
    // A lost peer must not hold a lock for hours, nor a caller wait for ever.
    statement_timeout: 60_000,
    query_timeout: 70_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  // A connection that breaks, idle or between two queries of a transaction, is replaced; without listeners it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new PostgresDialect({ pool });
}
