// Worker hosts: the lease each one renews, by which a fleet decides whether the files that lie there can still be reached.
import { sql } from 'kysely';
import type { HostFacts } from '../contract/host.ts';
import { fromJson } from './columns.ts';
import { leaseEnd, leaseNow } from './lease-clock.ts';
import type { Database } from './tables.ts';

export interface HostRow extends HostFacts {
  host: string;
  alive: boolean;
  /** On the clock of the database (PostgreSQL) or of the machine (SQLite). */
  leaseExpiresMs: number;
}

export interface Hosts {
  /** Several workers of one host renew the same lease; `facts` replace the former ones when given. */
  renew(request: {
    host: string;
    ttlSeconds: number;
    nowMs?: number | undefined;
    facts?: HostFacts | undefined;
  }): Promise<void>;
  /** True while the lease has not expired; false for a host never seen. */
  isAlive(host: string, nowMs?: number): Promise<boolean>;
  list(nowMs?: number): Promise<HostRow[]>;
  /** Forgets a host that will not come back; its work moves at once. */
  remove(host: string): Promise<boolean>;
}

export function hostsOf(database: Database): Hosts {
  const { db } = database;
  return {
    async renew({ host, ttlSeconds, nowMs, facts }) {
      const leaseExpiresMs = leaseEnd(database, { ttlSeconds, nowMs });
      await db
        .insertInto('hosts')
        .values({ host, leaseExpiresMs, facts: JSON.stringify(facts ?? {}) })
        .onConflict((conflict) =>
          conflict.column('host').doUpdateSet(({ ref }) => ({
            leaseExpiresMs: ref('excluded.leaseExpiresMs'),
            ...(facts && { facts: ref('excluded.facts') }),
          })),
        )
        .execute();
    },
    async isAlive(host, nowMs) {
      const row = await db
        .selectFrom('hosts')
        .select('host')
        .where('host', '=', host)
        .where('leaseExpiresMs', '>', leaseNow(database, nowMs))
        .executeTakeFirst();
      return row !== undefined;
    },
    async list(nowMs) {
      const now = leaseNow(database, nowMs);
      const rows = await db
        .selectFrom('hosts')
        .selectAll()
        .select(sql<number>`case when lease_expires_ms > ${now} then 1 else 0 end`.as('alive'))
        .orderBy('host')
        .execute();
      return rows.map(({ host, leaseExpiresMs, facts, alive }) => ({
        ...fromJson<HostFacts>(facts),
        host,
        leaseExpiresMs,
        alive: alive === 1,
      }));
    },
    async remove(host) {
      const { numDeletedRows } = await db.deleteFrom('hosts').where('host', '=', host).executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
