// Turns what a reader saw in a segment's file into covered and missing stretches of wall time.
import type {
  ContainerName,
  CoveredStretch,
  MediaClass,
  MissingCause,
  MissingStretch,
  SegmentScan,
} from './gap-report.ts';
import { findGaps, type GapResult } from './holes.ts';
import { intersect, type MsRange, subtract } from './range.ts';

export { findGaps } from './holes.ts';
export type { GapFacts, GapResult, Hole } from './holes.ts';

/** What a reader found wrong with a file; absent means no. */
export interface ScanFlags {
  /** no byte */
  empty?: boolean;
  /** a playlist, a web page, or nothing that a demuxer knows */
  notMedia?: boolean;
  /** the file breaks off or is damaged inside */
  truncated?: boolean;
  /** presentation times jump back by more than a second in decode order */
  discontinuity?: boolean;
}

export interface ScanFacts {
  /** Where the segment stands in wall time. */
  segment: MsRange;
  /** Video presentation times, in any order. */
  ptsSeconds: Float64Array;
  /** Absent when the file has no audio. */
  audioPtsSeconds?: Float64Array | undefined;
  /** Presentation time that stands for the segment's start, where that is known. */
  originSeconds?: number | undefined;
  thresholdSeconds: number;
  flags?: ScanFlags;
  container?: ContainerName | undefined;
  streamKey?: string | undefined;
  /** Stretches that the source said it has; what it has and the file lacks was never downloaded. */
  sourceSpans?: readonly MsRange[] | undefined;
  /** Cause of holes in a complete answer; `sourceHadNone` unless given: the source answered and had nothing there. */
  cause?: MissingCause | undefined;
}

/**
 * The scan of one attempt. `covered` and `missing` are whole milliseconds and tile the segment exactly. An unusable file
 * is missing as a whole (`rejected`); so are holes of a file whose times contradict themselves; the tail of a
 * truncated file was `neverDownloaded`.
 */
export function scanToWall(facts: ScanFacts): SegmentScan {
  const flags = facts.flags ?? {};
  const { segment } = facts;
  const expectedSeconds = (segment.endMs - segment.startMs) / 1000;
  const unusable = flags.empty || flags.notMedia || facts.ptsSeconds.length === 0;
  const gaps = findGaps({
    ptsSeconds: unusable ? new Float64Array() : facts.ptsSeconds,
    thresholdSeconds: facts.thresholdSeconds,
    expectedSeconds,
    startsAnywhere: facts.container === 'mpegts',
    ...(facts.originSeconds === undefined ? {} : { originSeconds: facts.originSeconds }),
  });
  const missing = unusable ? wholly(segment) : missingStretches(facts, gaps);
  return {
    mediaClass: classOf(facts, gaps),
    ...(facts.container === undefined ? {} : { container: facts.container }),
    ...(facts.streamKey === undefined ? {} : { streamKey: facts.streamKey }),
    ...(gaps.leadingUnknown ? { leadingUnknown: true } : {}),
    ...edgesOf(gaps.sorted),
    covered: coveredStretches(segment, missing, gaps),
    missing,
    missingSeconds: missing.reduce((sum, stretch) => sum + stretch.endMs - stretch.startMs, 0) / 1000,
    videoPackets: facts.ptsSeconds.length,
    audio: audioOf(facts, gaps, expectedSeconds),
  };
}

function classOf(facts: ScanFacts, gaps: GapResult): MediaClass {
  const flags = facts.flags ?? {};
  if (flags.empty) return 'empty';
  if (flags.notMedia) return 'notMedia';
  if (facts.ptsSeconds.length === 0) return 'noVideo';
  if (flags.truncated) return 'truncated';
  if (flags.discontinuity) return 'discontinuity';
  return gaps.overrun ? 'overrun' : 'ok';
}

const wholly = (segment: MsRange): MissingStretch[] =>
  segment.endMs > segment.startMs ? [{ ...segment, cause: 'rejected' }] : [];

function missingStretches(facts: ScanFacts, gaps: GapResult): MissingStretch[] {
  const { segment, flags = {} } = facts;
  const stretches: MissingStretch[] = [];
  for (const hole of gaps.holes) {
    const range = intersect(segment, {
      startMs: segment.startMs + Math.round(hole.startSeconds * 1000),
      endMs: segment.startMs + Math.round((hole.startSeconds + hole.lengthSeconds) * 1000),
    });
    if (range === undefined) continue;
    const isTail = range.endMs === segment.endMs;
    if (flags.truncated && isTail) stretches.push({ ...range, cause: 'neverDownloaded' });
    else if (flags.discontinuity) stretches.push({ ...range, cause: 'rejected' });
    else stretches.push(...bySource(range, facts));
  }
  return stretches;
}

function bySource(range: MsRange, facts: ScanFacts): MissingStretch[] {
  if (facts.sourceSpans === undefined) return [{ ...range, cause: facts.cause ?? 'sourceHadNone' }];
  const none = subtract(range, facts.sourceSpans);
  const lost = subtract(range, none);
  return [
    ...none.map((part): MissingStretch => ({ ...part, cause: 'sourceHadNone' })),
    ...lost.map((part): MissingStretch => ({ ...part, cause: 'neverDownloaded' })),
  ].sort((a, b) => a.startMs - b.startMs);
}

function coveredStretches(segment: MsRange, missing: readonly MsRange[], gaps: GapResult): CoveredStretch[] {
  // The exact time of the picture after a hole, not that of its whole millisecond: a seek to it must not miss it.
  const ptsAfterHole = new Map(
    gaps.holes.map(({ startSeconds, lengthSeconds }) => {
      const endSeconds = startSeconds + lengthSeconds;
      return [segment.startMs + Math.round(endSeconds * 1000), gaps.originSeconds + endSeconds];
    }),
  );
  return subtract(segment, missing).map((range) => {
    const inFileSeconds = gaps.originSeconds + (range.startMs - segment.startMs) / 1000;
    return { ...range, ptsSeconds: roundMicro(ptsAfterHole.get(range.startMs) ?? inFileSeconds) };
  });
}

function edgesOf(sorted: Float64Array): { firstPtsSeconds?: number; lastPtsSeconds?: number } {
  if (sorted.length === 0) return {};
  return { firstPtsSeconds: roundMicro(sorted[0]!), lastPtsSeconds: roundMicro(sorted.at(-1)!) };
}

function audioOf(facts: ScanFacts, gaps: GapResult, expectedSeconds: number): SegmentScan['audio'] {
  const ptsSeconds = facts.audioPtsSeconds;
  if (ptsSeconds === undefined || ptsSeconds.length === 0)
    return { present: false, missingSeconds: expectedSeconds };
  const { missingSeconds } = findGaps({
    ptsSeconds,
    thresholdSeconds: facts.thresholdSeconds,
    expectedSeconds,
    ...(gaps.sorted.length === 0 ? {} : { originSeconds: gaps.originSeconds }),
  });
  return { present: true, missingSeconds: Math.round(missingSeconds * 1000) / 1000 };
}

/** Sums of floats would show digits nobody measured; a microsecond is finer than every container's clock but one's own. */
const roundMicro = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;
