// What the plan's activities are given: adapters and numbers, built once in worker/compose.ts.
import type { Catalog } from '../../catalog/catalog.ts';
import type { FaultPoint } from '../../domain/fault-point.ts';
import type { TimelineSegment } from '../../domain/timeline-segment.ts';
import type { JoinResult, JoinSpec } from '../../media/join-spans.ts';
import type { MergeSegment } from '../../media/merge-part.ts';
import type { MergedFile, MergeSpec } from '../../media/merge.ts';
import type { RecordResult, RecordSpec } from '../../media/record-rtsp.ts';
import type { Scanner } from '../../media/scan/scanner.ts';
import type { Playback, PlaybackSpec } from '../../mediamtx/playback.ts';
import type { Drive } from '../../google/drive-types.ts';
import type { Storage } from '../../storage/storage-types.ts';
import type { Exporter, VerifyMode } from '../../transfer/export-target.ts';
import type { Downloader } from '../../transfer/http-download.ts';
import type { CameraDayTiming } from './types.ts';

export interface PlanDeps {
  catalog: Catalog;
  storage: Storage;
  scanner: Scanner;
  media: PlanMedia;
  downloader: Downloader;
  playback: (server: Omit<PlaybackSpec, 'downloader'>) => Playback;
  exporter: Exporter;
  /** Absent: no account at Google is configured. */
  drive?: Drive | undefined;
  /** Told the begin and end of each step that takes time. */
  faultPoint: FaultPoint;
  /** Whether the server still waits for this attempt of an activity. */
  isCurrentAttempt: () => Promise<boolean>;
  settings: PlanActivitySettings;
}

/** The media jobs of a plan, with their tools bound. */
export interface PlanMedia {
  joinSpans(spec: JoinSpec): Promise<JoinResult>;
  recordRtsp(spec: RecordSpec): Promise<RecordResult>;
  merge(spec: MergeSpec): Promise<{ files: MergedFile[] }>;
  /** One entry a segment: where it repeats the one before it. */
  findOverlaps(spec: {
    segments: readonly MergeSegment[];
    signal: AbortSignal;
    onProgress: (joint: number) => void;
  }): Promise<Overlap[]>;
}

export type Overlap = Pick<TimelineSegment, 'overlapWithPrevious'>;

export interface PlanActivitySettings {
  /** Stable name of this host: the suffix of its queues. */
  host: string;
  /** Camera-days in flight per plan. */
  windowSize: number;
  segmentsInFlight: number;
  reconcileSeconds: number;
  /** A source, or a media tool, without progress for this long is given up. */
  stallSeconds: { source: number; media: number };
  leaseSeconds: number;
  /** Directories that `file` archives may be read from. */
  fileRoots: readonly string[];
  verifyExports: VerifyMode;
  timing: CameraDayTiming;
  /** Versions that stand in sidecars: `{ longtake, ffmpeg }`. */
  tools: Record<string, string>;
}
