// Cuts the segments of a merge into pieces: runs of pictures of one file that stay together in the merged file.
import type { MsRange } from './range.ts';
import type { TimelineSegment, TimelineStretch } from './timeline-segment.ts';

export interface PieceStretch extends TimelineStretch {
  segmentIndex: number;
}

/** A file, or the part of one between two holes. */
export interface Piece {
  path: string;
  segmentIndex: number;
  streamKey: string;
  range: MsRange;
  /** What it covers, each with the segment that it belongs to. */
  stretches: readonly PieceStretch[];
  firstStretch: TimelineStretch;
  lastStretch: TimelineStretch;
  /** Wall time of the file's presentation time 0. */
  zeroMs: number;
  /** The presentation time that concat makes the entry's zero, and its wall time. */
  anchorPtsSeconds: number;
  anchorMs: number;
  firstPictureMs: number;
  lastPtsSeconds: number;
  inPtsSeconds?: number;
  outPtsSeconds?: number;
  /** An overlap with the file before: leave that one here, and follow it without a step. */
  cutBefore?: { segmentIndex: number; outPtsSeconds: number };
}

/** The pieces in wall order; files are cut at holes longer than the threshold where `cutsAtHoles` and a keyframe follows. */
export function piecesOf(
  segments: readonly TimelineSegment[],
  how: { cutsAtHoles: boolean; gapThresholdSeconds: number },
): Piece[] {
  const ordered = segments
    .map((segment, segmentIndex) => ({ segment, segmentIndex }))
    .filter(({ segment }) => segment.covered.length > 0)
    .toSorted((a, b) => a.segment.range.startMs - b.segment.range.startMs);
  const pieces = ordered.flatMap(({ segment, segmentIndex }, position) => {
    const runs = how.cutsAtHoles ? runsOf(segment.covered, how.gapThresholdSeconds) : [segment.covered];
    return runs.map((stretches, run) => {
      const next = runs[run + 1];
      const piece = pieceOf({ segment, segmentIndex, stretches, isFirst: run === 0 });
      if (next !== undefined) {
        piece.lastPtsSeconds = ptsAt(piece.zeroMs, piece.lastStretch.endMs);
        piece.outPtsSeconds = piece.lastPtsSeconds;
      }
      const previous = ordered[position - 1];
      if (run === 0 && segment.overlapWithPrevious !== undefined && previous !== undefined) {
        const outPtsSeconds = segment.overlapWithPrevious.previousOutPtsSeconds;
        piece.cutBefore = { segmentIndex: previous.segmentIndex, outPtsSeconds };
      }
      return piece;
    });
  });
  return withoutReplaced(pieces);
}

/** Two files date the same picture this differently: each by its own start, and containers round. */
const sameMomentMs = 5;

/** Leaves out pieces that the next file shows as a whole in what it brings from before its segment; that one covers for them. */
function withoutReplaced(pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  for (const piece of pieces.toReversed()) {
    const next = kept[0];
    const isReplaced =
      next !== undefined &&
      next.cutBefore === undefined &&
      next.inPtsSeconds === undefined &&
      next.streamKey === piece.streamKey &&
      next.firstPictureMs <= piece.firstPictureMs + sameMomentMs;
    if (!isReplaced) {
      kept.unshift(piece);
      continue;
    }
    const taken = piece.stretches.map((stretch) => ({
      ...stretch,
      ptsSeconds: ptsAt(next.zeroMs, stretch.startMs),
    }));
    kept[0] = { ...next, stretches: [...taken, ...next.stretches], firstStretch: taken[0]! };
  }
  return kept;
}

function pieceOf(of: {
  segment: TimelineSegment;
  segmentIndex: number;
  stretches: readonly TimelineStretch[];
  isFirst: boolean;
}): Piece {
  const { segment, segmentIndex, stretches, isFirst } = of;
  const firstStretch = stretches[0]!;
  const lastStretch = stretches.at(-1)!;
  const zeroMs = wallMsOf(segment);
  const inPtsSeconds = isFirst ? segment.overlapWithPrevious?.inPtsSeconds : firstStretch.ptsSeconds;
  const firstPtsSeconds = inPtsSeconds ?? segment.firstPtsSeconds;
  const anchorPtsSeconds = inPtsSeconds ?? segment.fileStartSeconds ?? segment.firstPtsSeconds;
  return {
    path: segment.path,
    segmentIndex,
    streamKey: segment.streamKey,
    range: segment.range,
    stretches: stretches.map((stretch) => ({ ...stretch, segmentIndex })),
    firstStretch,
    lastStretch,
    zeroMs,
    anchorPtsSeconds,
    anchorMs: zeroMs + anchorPtsSeconds * 1000,
    firstPictureMs: zeroMs + firstPtsSeconds * 1000,
    lastPtsSeconds: segment.lastPtsSeconds ?? ptsAt(zeroMs, lastStretch.endMs) - 0.001,
    ...(inPtsSeconds === undefined ? {} : { inPtsSeconds }),
  };
}

/** Wall time of a file's presentation time 0, epoch milliseconds with a fraction. */
export function wallMsOf(segment: Pick<TimelineSegment, 'covered'>): number {
  const first = segment.covered[0]!;
  return first.startMs - first.ptsSeconds * 1000;
}

const ptsAt = (zeroMs: number, wallMs: number): number => (wallMs - zeroMs) / 1000;

function runsOf(covered: readonly TimelineStretch[], thresholdSeconds: number): TimelineStretch[][] {
  const runs: TimelineStretch[][] = [];
  for (const stretch of covered) {
    const run = runs.at(-1);
    const isAfterHole = run !== undefined && stretch.startMs - run.at(-1)!.endMs > thresholdSeconds * 1000;
    if (run === undefined || (isAfterHole && stretch.startsWithKeyframe !== false)) runs.push([stretch]);
    else run.push(stretch);
  }
  return runs;
}
