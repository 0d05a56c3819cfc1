// Segments in the catalog: what is known about each key. The lease that gives a key one owner at a time is in segment-leases.ts.
//
// `record` writes only while its epoch is the current one, so an owner that was cut off changes nothing. Attempts belong to the key,
// not to a plan.
import { sql } from 'kysely';
import type { SegmentKey } from '../domain/segment.ts';
import { fromJson } from './columns.ts';
import { leasesOf, type SegmentLeases } from './segment-leases.ts';
import {
  keyColumns,
  segmentRow,
  type SegmentFacts,
  type SegmentGap,
  type SegmentRow,
  type SegmentState,
} from './segment-row.ts';
import type { Database } from './tables.ts';

export type { SegmentFacts, SegmentGap, SegmentRow, SegmentState } from './segment-row.ts';

/** A result to write: fields that are absent stay as they are, null empties them. */
export interface SegmentRecord extends Partial<Optional<SegmentFacts>> {
  key: SegmentKey;
  epoch: number;
  state: SegmentState;
  attempts: number;
  gaps?: readonly SegmentGap[] | undefined;
}

type Optional<T> = { [K in keyof T]: T[K] | undefined };

/** What a plan shows of a segment. */
export type SegmentOfDay = Pick<
  SegmentRow,
  'startUnix' | 'seconds' | 'state' | 'attempts' | 'missingSeconds' | 'path' | 'reason' | 'gaps'
>;

interface SegmentRange {
  cameraId: string;
  startUnix: number;
  endUnix: number;
  seconds?: number | undefined;
}

export interface Segments extends SegmentLeases {
  get(key: SegmentKey): Promise<SegmentRow | undefined>;
  /** Segments of one camera that begin in [startUnix, endUnix), in order; of one length when `seconds` is given. */
  listRange(range: SegmentRange): Promise<SegmentRow[]>;
  /** Of these, segments whose file lies on this host. */
  listStored(range: SegmentRange & { host: string }): Promise<SegmentRow[]>;
  /** Segments that begin inside these camera-days of a plan, of whatever length, in order; by index of the camera-day. One query. */
  listOfCameraDays(of: { planId: string; indexes: readonly number[] }): Promise<Map<number, SegmentOfDay[]>>;
  /** Writes the result of an attempt while its epoch is the current one; false when it is not. */
  record(record: SegmentRecord): Promise<boolean>;
  /** Lets a key start its attempts again, or only if what is stored is not whole. */
  resetAttempts(request: { key: SegmentKey; onlyWithGaps?: boolean | undefined }): Promise<void>;
  /** Lets all keys that a plan cuts these camera-days into start their attempts again. One statement. */
  resetAttemptsOfCameraDays(of: {
    planId: string;
    indexes: readonly number[];
    segmentSeconds: number;
  }): Promise<void>;
  /** Mean bit rate of stored segments in bytes per second, of one camera or of all; undefined when none is stored. */
  bytesPerSecond(of?: { cameraId?: string }): Promise<number | undefined>;
}

export function segmentsOf(database: Database): Segments {
  const { db } = database;
  return {
    ...leasesOf(database),
    async get(key) {
      const query = db.selectFrom('segments').selectAll();
      const row = await query.where(({ and }) => and(keyColumns(key))).executeTakeFirst();
      return row && segmentRow(row);
    },
    listRange: (range) => listRange(db, range),
    listStored: (range) => listRange(db, range),
    listOfCameraDays: (of) => listOfCameraDays(db, of),
    record: (record) => writeRecord(db, record),
    async resetAttempts({ key, onlyWithGaps }) {
      let query = db
        .updateTable('segments')
        .set({ attempts: 0, updatedMs: Date.now() })
        .where(({ and }) => and(keyColumns(key)));
      if (onlyWithGaps) {
        query = query.where(({ or, eb }) =>
          or([eb('missingSeconds', 'is', null), eb('missingSeconds', '>', 0)]),
        );
      }
      await query.execute();
    },
    resetAttemptsOfCameraDays: (of) => resetAttemptsOfCameraDays(db, of),
    bytesPerSecond: ({ cameraId } = {}) => meanBytesPerSecond(db, cameraId),
  };
}

async function listRange(
  db: Database['db'],
  { cameraId, startUnix, endUnix, seconds, host }: SegmentRange & { host?: string },
): Promise<SegmentRow[]> {
  let query = db
    .selectFrom('segments')
    .selectAll()
    .where('cameraId', '=', cameraId)
    .where('startUnix', '>=', startUnix)
    .where('startUnix', '<', endUnix);
  if (seconds !== undefined) query = query.where('seconds', '=', seconds);
  if (host !== undefined) query = query.where('host', '=', host).where('path', 'is not', null);
  return (await query.orderBy('startUnix').orderBy('seconds').execute()).map(segmentRow);
}

async function listOfCameraDays(
  db: Database['db'],
  { planId, indexes }: { planId: string; indexes: readonly number[] },
): Promise<Map<number, SegmentOfDay[]>> {
  const rows = await db
    .selectFrom('cameraDays as day')
    .innerJoin('segments as segment', (join) =>
      join
        .onRef('segment.cameraId', '=', 'day.cameraId')
        .on('segment.startUnix', '>=', sql<number>`day.start_ms / 1000`)
        .on('segment.startUnix', '<', sql<number>`(day.end_ms + 999) / 1000`),
    )
    .where('day.planId', '=', planId)
    .where('day.idx', 'in', indexes)
    .select('day.idx as dayIndex')
    // Of millions of rows the leases and hashes that nobody is shown would cost as much as the rest.
    .select(['segment.startUnix', 'segment.seconds', 'segment.state', 'segment.attempts'])
    .select(['segment.missingSeconds', 'segment.path', 'segment.reason', 'segment.gaps'])
    .orderBy('day.idx')
    .orderBy('segment.startUnix')
    .orderBy('segment.seconds')
    .execute();
  const byDay = new Map<number, SegmentOfDay[]>();
  for (const { dayIndex, gaps, state, ...row } of rows) {
    const segment = { ...row, state: state as SegmentState, gaps: fromJson<SegmentGap[]>(gaps) };
    const known = byDay.get(dayIndex);
    if (known) known.push(segment);
    else byDay.set(dayIndex, [segment]);
  }
  return byDay;
}

/** The same keys as `cutIntoSegments` gives: every `segmentSeconds` from the window's start on, the last one shorter. */
async function resetAttemptsOfCameraDays(
  db: Database['db'],
  { planId, indexes, segmentSeconds }: Parameters<Segments['resetAttemptsOfCameraDays']>[0],
): Promise<void> {
  const intoDay = sql<number>`segments.start_unix - day.start_ms / 1000`;
  const toEnd = sql<number>`day.end_ms / 1000 - segments.start_unix`;
  const full = sql.lit(segmentSeconds);
  await db
    .updateTable('segments')
    .from('cameraDays as day')
    .set({ attempts: 0, updatedMs: Date.now() })
    .where('day.planId', '=', planId)
    .where('day.idx', 'in', indexes)
    .whereRef('segments.cameraId', '=', 'day.cameraId')
    .where('segments.startUnix', '>=', sql<number>`day.start_ms / 1000`)
    .where('segments.startUnix', '<', sql<number>`day.end_ms / 1000`)
    .where(sql<boolean>`(${intoDay}) % ${full} = 0`)
    .where(sql<boolean>`segments.seconds = case when ${toEnd} < ${full} then ${toEnd} else ${full} end`)
    .where('segments.attempts', '>', 0)
    .execute();
}

async function writeRecord(
  db: Database['db'],
  { key, epoch, gaps, ...result }: SegmentRecord,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('segments')
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
    .where(({ and }) => and({ ...keyColumns(key), leaseEpoch: epoch }))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function meanBytesPerSecond(
  db: Database['db'],
  cameraId: string | undefined,
): Promise<number | undefined> {
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
}
