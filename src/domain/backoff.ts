// How long to wait between attempts at the same segment.

const capSeconds = 300;
const jitterShare = 0.25;

/**
 * Seconds to wait after attempt `n` (1 is the first): 1, 10, 100, then 300, plus up to a quarter of that.
 * @param jitter in [0, 1), drawn by the caller; 0 gives the bare step. Source of the steps: Churo's 10^(n-1), which had no cap.
 */
export function attemptBackoffSeconds(n: number, jitter = 0): number {
  const stepSeconds = Math.min(capSeconds, 10 ** (Math.max(1, n) - 1));
  return stepSeconds * (1 + jitterShare * Math.min(1, Math.max(0, jitter)));
}
