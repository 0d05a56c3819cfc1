// What a scan found in one segment, in wall time: the facts that stand in `<file>.gapreport.json` and decide about merging.
import type { InstantRange, MsRange } from './range.ts';

/** Why a segment has no usable picture, or what else is wrong with the file. */
export type MediaClass = 'ok' | 'empty' | 'notMedia' | 'noVideo' | 'truncated' | 'discontinuity' | 'overrun';

/** How we know that time is missing: the source said so, we never got an answer, or what came was unusable. */
export type MissingCause = 'sourceHadNone' | 'neverDownloaded' | 'rejected';

export type ContainerName = 'flv' | 'mp4' | 'mpegts' | 'matroska';

/** File extension of each container. */
export const containerExtension: Record<ContainerName, string> = {
  flv: 'flv',
  mp4: 'mp4',
  mpegts: 'ts',
  matroska: 'mkv',
};

/** A stretch of picture in a file: where it stands in wall time and at which presentation time of the file it begins. */
export interface CoveredStretch extends MsRange {
  ptsSeconds: number;
}

/** A stretch without picture and how we know. */
export interface MissingStretch extends MsRange {
  cause: MissingCause;
}

/** The result of scanning one attempt, before it is judged against the published file. Wall times are epoch milliseconds. */
export interface SegmentScan {
  mediaClass: MediaClass;
  container?: ContainerName;
  /** Sorted, inside the segment, none shorter than zero. Together with `missing` it tiles the segment exactly. */
  covered: readonly CoveredStretch[];
  missing: readonly MissingStretch[];
  /** Sum of `missing`, in seconds, in [0, segment seconds]. */
  missingSeconds: number;
  /** Video packets seen. */
  videoPackets: number;
  /** First and last video presentation time in the file, seconds. */
  firstPtsSeconds?: number;
  lastPtsSeconds?: number;
  /** The file's clock starts after the segment's length, so we cannot know whether its beginning is missing. */
  leadingUnknown?: boolean;
  /** Codec, size, profile, extradata and audio parameters as one string: equal keys can be joined by stream copy. */
  streamKey?: string;
  audio: { present: boolean; missingSeconds: number };
}

/** Where the file of a published segment lies and what it holds; the sidecar's own form is in storage/gap-report-file.ts. */
export interface SegmentFile {
  /** relative to the media root */
  path: string;
  sizeBytes: number;
  sha256: string;
}

/** Wire form of a gap. */
export type Gap = InstantRange;
