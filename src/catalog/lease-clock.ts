// Whose clock decides that a lease has expired. The hosts of a fleet may disagree, so with PostgreSQL it is the database's own clock;
// a SQLite file is shared by the processes of one machine only, so there the caller's clock serves.
import { sql, type RawBuilder } from 'kysely';
import type { Database } from './tables.ts';

/** Epoch milliseconds as an SQL value. `nowMs` counts only for SQLite; the machine's clock when absent. */
export function leaseNow({ kind }: Pick<Database, 'kind'>, nowMs: number = Date.now()): RawBuilder<number> {
  return kind === 'postgres'
    ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql<number>`cast(${nowMs} as integer)`;
}

/** The instant `ttlSeconds` from now as an SQL value. */
export function leaseEnd(
  database: Pick<Database, 'kind'>,
  { ttlSeconds, nowMs }: { ttlSeconds: number; nowMs?: number | undefined },
): RawBuilder<number> {
  return sql<number>`(${leaseNow(database, nowMs)} + cast(${Math.round(ttlSeconds * 1000)} as bigint))`;
}
