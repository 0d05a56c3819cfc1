// Reads a finished file back and compares it with what should stand where; pure arithmetic apart from the injected reader.

/** What one source file brings into the output. */
export interface ExpectedPlace {
  /** Fewest and most video packets of it that may arrive: they differ only when the file ends in a cut packet. */
  videoPackets: { least: number; most: number };
  /** Presentation times in the file of the first and last of them, seconds. */
  firstPtsSeconds: number;
  lastPtsSeconds: number;
}

/** Video presentation times of a file in any order, seconds of its own clock. */
export type ReadTimes = (spec: { path: string; signal: AbortSignal }) => Promise<{ videoPts: Float64Array }>;

export interface CheckSpec {
  files: readonly { shiftSeconds: number; expected?: ExpectedPlace }[];
  outPath: string;
  signal: AbortSignal;
}

/** Clocks of containers round to 1 ms at worst, once on the way in and once on the way out. */
const toleranceSeconds = 0.002;

/** A complaint as a clause for a fault, or what the file holds. */
export async function checkPlaces(
  readTimes: ReadTimes,
  spec: CheckSpec,
): Promise<string | { videoPackets: number; firstPtsSeconds: number; lastPtsSeconds: number }> {
  const { videoPts } = await readTimes({ path: spec.outPath, signal: spec.signal });
  const sorted = Float64Array.from(videoPts).sort();
  const complaint = complaintAbout(sorted, spec.files);
  if (complaint !== undefined) return complaint;
  return {
    videoPackets: sorted.length,
    firstPtsSeconds: sorted[0]!,
    lastPtsSeconds: sorted[sorted.length - 1]!,
  };
}

/** What does not agree between sorted presentation times and the plan, as a clause; undefined when all does. */
export function complaintAbout(
  sortedPts: Float64Array,
  files: readonly { shiftSeconds: number; expected?: ExpectedPlace }[],
): string | undefined {
  if (sortedPts.length === 0) return 'wrote no video';
  const expected = files.map((file) => file.expected).filter((place) => place !== undefined);
  if (expected.length === files.length) {
    const least = expected.reduce((sum, place) => sum + place.videoPackets.least, 0);
    const most = expected.reduce((sum, place) => sum + place.videoPackets.most, 0);
    if (sortedPts.length < least || sortedPts.length > most)
      return `wrote ${sortedPts.length} video packets instead of ${least === most ? least : `${least} to ${most}`}`;
  }
  for (const [index, file] of files.entries()) {
    const complaint = file.expected && misplaced(sortedPts, index, { ...file, expected: file.expected });
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function misplaced(
  sortedPts: Float64Array,
  index: number,
  file: { shiftSeconds: number; expected: ExpectedPlace },
): string | undefined {
  const { firstPtsSeconds, lastPtsSeconds, videoPackets } = file.expected;
  const first = firstPtsSeconds + file.shiftSeconds;
  const off = distanceToNearest(sortedPts, first);
  if (off > toleranceSeconds)
    return `file ${index + 1} begins ${off.toFixed(3)} s away from ${first.toFixed(3)} s`;
  if (videoPackets.least !== videoPackets.most) return undefined;
  const last = lastPtsSeconds + file.shiftSeconds;
  const offAtEnd = distanceToNearest(sortedPts, last);
  if (offAtEnd <= toleranceSeconds) return undefined;
  return `file ${index + 1} ends ${offAtEnd.toFixed(3)} s away from ${last.toFixed(3)} s`;
}

/** Distance from a time to the closest of sorted times, seconds. */
function distanceToNearest(sorted: Float64Array, seconds: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < seconds) low = middle + 1;
    else high = middle;
  }
  const above = sorted[low] ?? Number.POSITIVE_INFINITY;
  const below = sorted[low - 1] ?? Number.NEGATIVE_INFINITY;
  return Math.min(above - seconds, seconds - below);
}
