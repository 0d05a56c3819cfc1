// Which of two copies of a segment stays published.

/** What decides between copies; the scan and the sidecar both have it. */
export interface RankedCopy {
  missingSeconds: number;
}

/** True when the candidate replaces the published copy: nothing is published yet, or it misses strictly less. */
export function isBetter(candidate: RankedCopy, published: RankedCopy | undefined): boolean {
  return published === undefined || candidate.missingSeconds < published.missingSeconds;
}
