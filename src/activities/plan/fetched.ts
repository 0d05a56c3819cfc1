// What every source of segments takes and answers: a file, or the archive's word that it has none.
import type { CameraRow } from '../../contract/camera.ts';
import type { MsRange } from '../../domain/range.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import type { PlanDeps } from './plan-deps.ts';

export interface FetchRequest {
  camera: CameraRow;
  key: SegmentKey;
  /** Survives this attempt: what the next owner resumes. Absolute. */
  partialDir: string;
  /** This attempt's own scratch. Absolute. */
  attemptDir: string;
  signal: AbortSignal;
  /** Grows with the bytes on disk; feeds the heartbeat. */
  onBytes: (bytes: number) => void;
}

/** `none`: the archive's explicit answer that it holds nothing of this segment. */
export type Fetched =
  | {
      kind: 'file';
      /** Absolute. */
      path: string;
      /** The source ended the file properly: what is missing in it, the source did not have. */
      complete: boolean;
      /** Wall time that the archive explicitly says it holds; absent when it tells nothing but the file. */
      held?: MsRange[];
      /** Wall time of the file's presentation time 0, epoch milliseconds; absent: the segment's start. */
      wallAtPtsZeroMs?: number;
      /** Known when the file was hashed while it came. */
      facts?: { sizeBytes: number; sha256: string };
    }
  | { kind: 'none'; reason: string };

export type FetchSegment = (deps: PlanDeps, request: FetchRequest) => Promise<Fetched>;
