// Turns what was read from one file into the scan of its segment; the arithmetic is the domain's.
import { scanToWall, type ScanFacts } from '../../domain/gaps.ts';
import type { SegmentScan } from '../../domain/gap-report.ts';
import { sortNearlySorted } from './nearly-sorted.ts';
import type { FileTimes } from './read-file-times.ts';

export interface JudgeRequest extends Pick<ScanFacts, 'segment' | 'sourceSpans' | 'cause'> {
  gapThresholdSeconds: number;
  /** `segment`: the file begins with the segment; otherwise the wall time of the file's own time 0. */
  origin: 'segment' | { wallAtPtsZeroMs: number };
}

/** A segment's scan and how it was made. */
export interface ScannedSegment extends SegmentScan {
  /** ffprobe had to read the file. */
  usedFallback: boolean;
  /** Broken places inside the file were skipped. */
  corrupt: boolean;
  /** Why the file is not media. */
  detail?: string;
}

/** Sorts the times in place. */
export function judgeTimes(
  read: Exclude<FileTimes, { kind: 'needsFfprobe' }>,
  request: JudgeRequest,
): ScannedSegment {
  const { gapThresholdSeconds, origin, ...rest } = request;
  const base = { ...rest, thresholdSeconds: gapThresholdSeconds };
  if (read.kind !== 'times') {
    const flags = read.kind === 'empty' ? { empty: true } : { notMedia: true };
    const scan = scanToWall({ ...base, ptsSeconds: new Float64Array(0), flags });
    return {
      ...scan,
      usedFallback: false,
      corrupt: false,
      ...(read.kind === 'notMedia' ? { detail: read.reason } : {}),
    };
  }
  const { times } = read;
  const scan = scanToWall({
    ...base,
    ptsSeconds: sortNearlySorted(times.videoPts),
    audioPtsSeconds: times.hasAudio ? sortNearlySorted(times.audioPts) : undefined,
    originSeconds:
      origin === 'segment' ? times.originSeconds : (request.segment.startMs - origin.wallAtPtsZeroMs) / 1000,
    flags: { truncated: times.truncated, discontinuity: times.discontinuity },
    container: times.container,
    streamKey: times.streamKey,
  });
  return { ...scan, usedFallback: false, corrupt: times.corrupt };
}
