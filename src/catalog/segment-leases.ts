// How the lease of a segment key is granted: one statement decides, so that two processes at the same instant get one grant between them.
import { sql } from 'kysely';
import type { SegmentKey } from '../domain/segment.ts';
import { leaseEnd, leaseNow } from './lease-clock.ts';
import { segmentRow, type SegmentRow } from './segments.ts';
import type { Database } from './tables.ts';

/** The answer to a request for a lease: the row with its new epoch, or who holds it and for how long still. */
export type Acquired =
  | { granted: true; epoch: number; attempts: number; row: SegmentRow }
  | { granted: false; heldBy: string; untilMs: number; remainingSeconds: number };

interface Request {
  key: SegmentKey;
  owner: string;
  ttlSeconds: number;
  nowMs?: number | undefined;
}

export async function acquireLease(database: Database, request: Request): Promise<Acquired> {
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

function grant(database: Database, { key, owner, ttlSeconds, nowMs }: Request) {
  const leaseExpiresMs = leaseEnd(database, { ttlSeconds, nowMs });
  return database.db
    .insertInto('segments')
    .values({
      cameraId: key.cameraId,
      startUnix: key.startUnix,
      seconds: key.seconds,
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

async function heldLease(database: Database, { key, owner, nowMs }: Request) {
  const now = leaseNow(database, nowMs);
  const row = await database.db
    .selectFrom('segments')
    .where('cameraId', '=', key.cameraId)
    .where('startUnix', '=', key.startUnix)
    .where('seconds', '=', key.seconds)
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
