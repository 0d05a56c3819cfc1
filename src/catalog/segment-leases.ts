// The lease of a segment key: one owner at a time, and an epoch that grows with every grant and never goes back.
//
// One statement decides a grant, so two processes at the same instant get one between them.
import { sql } from 'kysely';
import type { SegmentKey } from '../domain/segment.ts';
import { leaseEnd, leaseNow } from './lease-clock.ts';
import { keyColumns, segmentRow, type SegmentRow } from './segment-row.ts';
import type { Database } from './tables.ts';

interface LeaseRequest {
  key: SegmentKey;
  /** Who asks; a restarted attempt of the same workflow asks with the same name. */
  owner: string;
  ttlSeconds: number;
  /** See lease-clock.ts. */
  nowMs?: number | undefined;
}

/** The answer to a request for a lease: the row with its new epoch, or who holds it and for how long still. */
export type Acquired =
  | { granted: true; epoch: number; attempts: number; row: SegmentRow }
  | { granted: false; heldBy: string; untilMs: number; remainingSeconds: number };

export interface SegmentLeases {
  /** Granted when the key is free, its lease has expired, or the same owner asks again; the epoch grows each time. */
  acquire(request: LeaseRequest): Promise<Acquired>;
  /** Prolongs the lease; false when another owner or a newer epoch has the key. */
  renew(request: LeaseRequest & { epoch: number }): Promise<boolean>;
  /** False as soon as a newer epoch was granted. */
  isCurrent(request: { key: SegmentKey; epoch: number }): Promise<boolean>;
  /** Keys that somebody works on: their lease has not run out. */
  listLeased(nowMs?: number): Promise<SegmentKey[]>;
  /** Gives the lease back if the epoch is still the current one; the next owner need not wait for its end. */
  release(request: { key: SegmentKey; epoch: number; owner?: string | undefined }): Promise<boolean>;
}

export function leasesOf(database: Database): SegmentLeases {
  const { db } = database;
  return {
    acquire: (request) => acquireLease(database, request),
    async renew({ key, owner, epoch, ttlSeconds, nowMs }) {
      const { numUpdatedRows } = await db
        .updateTable('segments')
        .set({ leaseExpiresMs: leaseEnd(database, { ttlSeconds, nowMs }) })
        .where(({ and }) => and({ ...keyColumns(key), leaseOwner: owner, leaseEpoch: epoch }))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async isCurrent({ key, epoch }) {
      const row = await db
        .selectFrom('segments')
        .select('leaseEpoch')
        .where(({ and }) => and(keyColumns(key)))
        .executeTakeFirst();
      return row?.leaseEpoch === epoch;
    },
    listLeased: (nowMs) =>
      db
        .selectFrom('segments')
        .select(['cameraId', 'startUnix', 'seconds'])
        .where('leaseOwner', 'is not', null)
        .where('leaseExpiresMs', '>', leaseNow(database, nowMs))
        .execute(),
    async release({ key, epoch, owner }) {
      const lease = { leaseEpoch: epoch, ...(owner !== undefined && { leaseOwner: owner }) };
      const { numUpdatedRows } = await db
        .updateTable('segments')
        .set({ leaseOwner: null, leaseExpiresMs: 0 })
        .where(({ and }) => and({ ...keyColumns(key), ...lease }))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

async function acquireLease(database: Database, request: LeaseRequest): Promise<Acquired> {
  for (;;) {
    const granted = await grant(database, request);
    if (granted) {
      const row = segmentRow(granted);
      return { granted: true, epoch: row.epoch, attempts: row.attempts, row };
    }
    const holder = await heldLease(database, request);
    // The holder may have released between the two statements; then the next grant tells.
    if (holder) return { granted: false, ...holder };
  }
}

function grant(database: Database, { key, owner, ttlSeconds, nowMs }: LeaseRequest) {
  const leaseExpiresMs = leaseEnd(database, { ttlSeconds, nowMs });
  return database.db
    .insertInto('segments')
    .values({
      ...keyColumns(key),
      updatedMs: Date.now(),
      leaseOwner: owner,
      leaseEpoch: 1,
      leaseExpiresMs,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['cameraId', 'startUnix', 'seconds'])
        .doUpdateSet(({ ref }) => ({
          leaseOwner: owner,
          leaseEpoch: sql<number>`${ref('segments.leaseEpoch')} + 1`,
          leaseExpiresMs: ref('excluded.leaseExpiresMs'),
        }))
        .where(({ or, eb, ref }) =>
          or([
            eb('segments.leaseOwner', 'is', null),
            eb('segments.leaseOwner', '=', owner),
            eb(ref('segments.leaseExpiresMs'), '<=', leaseNow(database, nowMs)),
          ]),
        ),
    )
    .returningAll()
    .executeTakeFirst();
}

async function heldLease(database: Database, { key, owner, nowMs }: LeaseRequest) {
  const now = leaseNow(database, nowMs);
  const row = await database.db
    .selectFrom('segments')
    .where(({ and }) => and(keyColumns(key)))
    .where('leaseOwner', '!=', owner)
    .where('leaseExpiresMs', '>', now)
    .select(['leaseOwner', 'leaseExpiresMs'])
    .select(sql<number>`lease_expires_ms - ${now}`.as('remainingMs'))
    .executeTakeFirst();
  if (!row || row.leaseOwner === null) return undefined;
  return {
    heldBy: row.leaseOwner,
    untilMs: row.leaseExpiresMs,
    remainingSeconds: Math.max(0, row.remainingMs / 1000),
  };
}
