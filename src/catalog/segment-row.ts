// What the catalog knows of one segment, as TypeScript sees it.
import type { Selectable } from 'kysely';
import type { MissingCause } from '../domain/gap-report.ts';
import type { InstantRange } from '../domain/range.ts';
import type { SegmentKey } from '../domain/segment.ts';
import { fromJson } from './columns.ts';
import type { SegmentsTable } from './tables.ts';

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

export function segmentRow({ leaseEpoch, gaps, state, ...row }: Selectable<SegmentsTable>): SegmentRow {
  return {
    ...row,
    state: state as SegmentState,
    gaps: fromJson<SegmentGap[]>(gaps),
    epoch: leaseEpoch,
  };
}

/** The columns of a key, as the condition that picks its row. */
export const keyColumns = ({ cameraId, startUnix, seconds }: SegmentKey) => ({
  cameraId,
  startUnix,
  seconds,
});
