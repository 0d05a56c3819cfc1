// Segments in the catalog: what is known about each key, and the lease that gives a key one owner at a time.
//
// The epoch of a key grows with every grant and never goes back; `record` writes only while its epoch is the current one, so an owner
// that was cut off changes nothing. Attempts belong to the key, not to a plan.
import type { Selectable } from 'kysely';
import type { MissingCause } from '../domain/gap-report.ts';
import type { InstantRange } from '../domain/range.ts';
import type { SegmentKey } from '../domain/segment.ts';
import { fromJson } from './columns.ts';
import { acquireLease, type Acquired } from './segment-leases.ts';
import { leaseEnd } from './lease-clock.ts';
import type { Database, SegmentsTable } from './tables.ts';

export type SegmentState = 'pending' | 'running' | 'complete' | 'incomplete' | 'failed';

/** A stretch without picture, as it is shown; `cause` says how we know. */
export interface SegmentGap extends InstantRange {
  cause?: MissingCause;
}

/** The facts of a published file and of the last attempt, null while unknown; the sidecar holds more. */
export interface SegmentFacts {
  missingSeconds: number | null;
  /** The host whose media root holds the file. */
  host: string | null;
  /** Relative to the media root. */
  path: string | null;
  container: string | null;
  sizeBytes: number | null;
  sha256: string | null;
  streamKey: string | null;
  /** Why it is as it is, for people. */
  reason: string | null;
}

export interface SegmentRow extends SegmentKey, SegmentFacts {
  state: SegmentState;
  attempts: number;
  gaps: SegmentGap[];
  updatedMs: number;
  /** Grows with each grant of the lease; 0 when never granted. */
  epoch: number;
  leaseOwner: string | null;
  leaseExpiresMs: number;
}

/** A result to write: fields that are absent stay as they are, null empties them. */
export interface SegmentRecord extends Partial<Optional<SegmentFacts>> {
  key: SegmentKey;
  epoch: number;
  state: SegmentState;
  attempts: number;
  gaps?: readonly SegmentGap[] | undefined;
}

type Optional<T> = { [K in keyof T]: T[K] | undefined };

export interface Segments {
  get(key: SegmentKey): Promise<SegmentRow | undefined>;
  /** Segments of one camera that begin in [startUnix, endUnix), in order; of one length when `seconds` is given. */
  listRange(range: {
    cameraId: string;
    startUnix: number;
    endUnix: number;
    seconds?: number | undefined;
  }): Promise<SegmentRow[]>;
  /** Granted when the key is free, its lease has expired, or the same owner asks again; the epoch grows each time. */
  acquire(request: {
    key: SegmentKey;
    owner: string;
    ttlSeconds: number;
    nowMs?: number | undefined;
  }): Promise<Acquired>;
  /** Prolongs the lease; false when another owner or a newer epoch has the key. */
  renew(request: {
    key: SegmentKey;
    owner: string;
    epoch: number;
    ttlSeconds: number;
    nowMs?: number | undefined;
  }): Promise<boolean>;
  /** False as soon as a newer epoch was granted. */
  isCurrent(request: { key: SegmentKey; epoch: number }): Promise<boolean>;
  /** Gives the lease back if the epoch is still the current one; the next owner need not wait for its end. */
  release(request: { key: SegmentKey; epoch: number; owner?: string | undefined }): Promise<boolean>;
  /** Writes the result of an attempt while its epoch is the current one; false when it is not. */
  record(record: SegmentRecord): Promise<boolean>;
  /** Lets a key start its attempts again, or only if what is stored is not whole. */
  resetAttempts(request: { key: SegmentKey; onlyWithGaps?: boolean | undefined }): Promise<void>;
  /** Mean bit rate of stored segments in bytes per second, of one camera or of all; undefined when none is stored. */
  bytesPerSecond(of?: { cameraId?: string }): Promise<number | undefined>;
}

export function segmentsOf(database: Database): Segments {
  const { db } = database;
  const at = (key: SegmentKey) =>
    db
      .selectFrom('segments')
      .selectAll()
      .where('cameraId', '=', key.cameraId)
      .where('startUnix', '=', key.startUnix)
      .where('seconds', '=', key.seconds);
  const change = (key: SegmentKey) =>
    db
      .updateTable('segments')
      .where('cameraId', '=', key.cameraId)
      .where('startUnix', '=', key.startUnix)
      .where('seconds', '=', key.seconds);

  return {
    async get(key) {
      const row = await at(key).executeTakeFirst();
      return row && segmentRow(row);
    },
    async listRange({ cameraId, startUnix, endUnix, seconds }) {
      let query = db
        .selectFrom('segments')
        .selectAll()
        .where('cameraId', '=', cameraId)
        .where('startUnix', '>=', startUnix)
        .where('startUnix', '<', endUnix);
      if (seconds !== undefined) query = query.where('seconds', '=', seconds);
      return (await query.orderBy('startUnix').orderBy('seconds').execute()).map(segmentRow);
    },
    acquire: (request) => acquireLease(database, request),
    async renew({ key, owner, epoch, ttlSeconds, nowMs }) {
      const { numUpdatedRows } = await change(key)
        .set({ leaseExpiresMs: leaseEnd(database, { ttlSeconds, nowMs }) })
        .where('leaseOwner', '=', owner)
        .where('leaseEpoch', '=', epoch)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async isCurrent({ key, epoch }) {
      return (await at(key).where('leaseEpoch', '=', epoch).executeTakeFirst()) !== undefined;
    },
    async release({ key, epoch, owner }) {
      let query = change(key).set({ leaseOwner: null, leaseExpiresMs: 0 }).where('leaseEpoch', '=', epoch);
      if (owner !== undefined) query = query.where('leaseOwner', '=', owner);
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async record({ key, epoch, gaps, ...result }) {
      const { numUpdatedRows } = await change(key)
        .set({
          // Kysely leaves out what is undefined.
          state: result.state,
          attempts: result.attempts,
          missingSeconds: result.missingSeconds,
          host: result.host,
          path: result.path,
          container: result.container,
          sizeBytes: result.sizeBytes,
          sha256: result.sha256,
          streamKey: result.streamKey,
          reason: result.reason,
          gaps: gaps && JSON.stringify(gaps),
          updatedMs: Date.now(),
        })
        .where('leaseEpoch', '=', epoch)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async resetAttempts({ key, onlyWithGaps }) {
      let query = change(key).set({ attempts: 0, updatedMs: Date.now() });
      if (onlyWithGaps) {
        query = query.where(({ or, eb }) =>
          or([eb('missingSeconds', 'is', null), eb('missingSeconds', '>', 0)]),
        );
      }
      await query.execute();
    },
    async bytesPerSecond({ cameraId } = {}) {
      let query = db
        .selectFrom('segments')
        .where('sizeBytes', '>', 0)
        .select(({ fn }) => [
          fn.sum<number>('sizeBytes').as('sizeBytes'),
          fn.sum<number>('seconds').as('seconds'),
          fn.sum<number>('missingSeconds').as('missingSeconds'),
        ]);
      if (cameraId !== undefined) query = query.where('cameraId', '=', cameraId);
      const row = await query.executeTakeFirst();
      const coveredSeconds = Number(row?.seconds ?? 0) - Number(row?.missingSeconds ?? 0);
      return coveredSeconds > 0 ? Number(row?.sizeBytes) / coveredSeconds : undefined;
    },
  };
}

export function segmentRow({ leaseEpoch, gaps, state, ...row }: Selectable<SegmentsTable>): SegmentRow {
  return {
    ...row,
    state: state as SegmentState,
    gaps: fromJson<SegmentGap[]>(gaps),
    epoch: leaseEpoch,
  };
}
