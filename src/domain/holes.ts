// Finds the holes in a file's presentation times; gaps.ts puts them on the wall clock.

/** Timestamps are floats: this much over the threshold is still the threshold. */
const slackSeconds = 1e-6;
/** Start of an MPEG-TS written by ffmpeg (twice its 0.7 s mux delay) with room for reordering; TS has no zero of its own. */
const tsStartSeconds = 1.5;
/** Reordered pictures delay the first one by at most this many intervals. */
const reorderIntervals = 4;

/** Seconds from the origin, inside `[0, expectedSeconds]`. */
export interface Hole {
  startSeconds: number;
  lengthSeconds: number;
}

export interface GapFacts {
  /** Sorted or in file order; not changed. Values that are no numbers are ignored. */
  ptsSeconds: Float64Array;
  /** Interval between pictures; the median difference unless given. */
  nominalSeconds?: number;
  /** A hole counts when it is longer than this, and than three nominal intervals. */
  thresholdSeconds: number;
  expectedSeconds: number;
  /** Presentation time that stands for second 0; taken from the file's first times unless given. */
  originSeconds?: number;
  /** MPEG-TS starts at 1.4 s by habit and has no zero: the first picture counts as second 0 up to 1.5 s. */
  startsAnywhere?: boolean;
}

export interface GapResult {
  /** Sorted, disjoint; the rest of `[0, expectedSeconds]` counts as covered. */
  holes: Hole[];
  missingSeconds: number;
  nominalSeconds: number;
  originSeconds: number;
  /** Sorted presentation times that are numbers. */
  sorted: Float64Array;
  /** The file's clock is a camera's own: how much is missing before its first picture is not known. */
  leadingUnknown: boolean;
  /** Pictures stand past the expected end by more than the threshold. */
  overrun: boolean;
}

/**
 * Holes between sorted presentation times by their excess over the nominal interval, a late start and an early end.
 * A complete 900 s file misses 0; offsets and holes up to the threshold count as covered; no picture means one hole of everything.
 */
export function findGaps(facts: GapFacts): GapResult {
  const sorted = sortedNumbers(facts.ptsSeconds);
  const nominalSeconds = facts.nominalSeconds ?? medianInterval(sorted);
  const { originSeconds, leadingUnknown } = originOf(facts, sorted, nominalSeconds);
  const threshold = Math.max(facts.thresholdSeconds, 3 * nominalSeconds) + slackSeconds;
  const endSeconds = Math.max(0, facts.expectedSeconds);
  const holes: Hole[] = [];
  let coveredTo = 0;
  for (const pts of sorted) {
    const at = pts - originSeconds;
    if (at + nominalSeconds <= 0 && at < 0) continue;
    if (at >= endSeconds) break;
    if (at - coveredTo > threshold) holes.push({ startSeconds: coveredTo, lengthSeconds: at - coveredTo });
    coveredTo = Math.max(coveredTo, Math.min(endSeconds, at + nominalSeconds));
  }
  const overrun = sorted.length > 0 && sorted.at(-1)! - originSeconds - endSeconds > threshold;
  const isEmpty =
    holes.length === 0 && coveredTo === 0 && !hasPictureIn(sorted, { originSeconds, endSeconds });
  if (isEmpty ? endSeconds > 0 : endSeconds - coveredTo > threshold) {
    holes.push({ startSeconds: coveredTo, lengthSeconds: endSeconds - coveredTo });
  }
  const missingSeconds = holes.reduce((sum, hole) => sum + hole.lengthSeconds, 0);
  return { holes, missingSeconds, nominalSeconds, originSeconds, sorted, leadingUnknown, overrun };
}

function hasPictureIn(sorted: Float64Array, range: { originSeconds: number; endSeconds: number }): boolean {
  return sorted.some((pts) => pts >= range.originSeconds && pts - range.originSeconds < range.endSeconds);
}

function originOf(
  facts: GapFacts,
  sorted: Float64Array,
  nominalSeconds: number,
): { originSeconds: number; leadingUnknown: boolean } {
  const first = sorted[0] ?? 0;
  if (facts.originSeconds !== undefined) return { originSeconds: facts.originSeconds, leadingUnknown: false };
  if (first > facts.expectedSeconds) return { originSeconds: first, leadingUnknown: true };
  const muxerDelay = Math.max(reorderIntervals * nominalSeconds, facts.startsAnywhere ? tsStartSeconds : 0);
  // A start this small is the muxer's doing: the first picture is the first moment.
  const shifted =
    first > 0 && first <= Math.min(muxerDelay, Math.max(facts.thresholdSeconds, tsStartSeconds));
  return { originSeconds: shifted ? first : 0, leadingUnknown: false };
}

function sortedNumbers(ptsSeconds: Float64Array): Float64Array {
  if (isSorted(ptsSeconds)) return ptsSeconds;
  return ptsSeconds.filter((pts) => Number.isFinite(pts)).sort();
}

/** Ascending numbers only: a value that is no number compares with nothing. */
function isSorted(ptsSeconds: Float64Array): boolean {
  for (let i = 1; i < ptsSeconds.length; i++) if (!(ptsSeconds[i]! >= ptsSeconds[i - 1]!)) return false;
  return ptsSeconds.length === 0 || (Number.isFinite(ptsSeconds[0]) && Number.isFinite(ptsSeconds.at(-1)));
}

/** Median of the differences that are not zero (fields of one picture share a time); 0 with fewer than two pictures. */
function medianInterval(sorted: Float64Array): number {
  const steps = new Float64Array(Math.max(0, sorted.length - 1));
  let count = 0;
  for (let i = 1; i < sorted.length; i++) {
    const step = sorted[i]! - sorted[i - 1]!;
    if (step > slackSeconds) steps[count++] = step;
  }
  return count === 0 ? 0 : nthSmallest(steps.subarray(0, count), Math.floor((count - 1) / 2));
}

/** Quickselect: a general sort of all steps would cost more than everything else in a scan. Reorders `values`. */
function nthSmallest(values: Float64Array, n: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const swapped = values[left]!;
      values[left++] = values[right]!;
      values[right--] = swapped;
    }
    if (n <= right) high = right;
    else if (n >= left) low = left;
    else return values[n]!;
  }
  return values[n]!;
}
