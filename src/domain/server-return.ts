// When a lost MediaMTX server that answers again may have its cameras back: one that comes and goes must not move them each time.

/** Losses are held against a server for this long. */
const memoryMs = 3_600_000;

/** Most that is waited for, however often it was lost. */
const longestSeconds = 900;

export const recentLosses = (lossesAtMs: readonly number[], nowMs: number): number[] =>
  lossesAtMs.filter((atMs) => nowMs - atMs < memoryMs);

/**
 * Seconds for which it must have answered without a break: `baseSeconds` after a first loss, twice as long with each other one of the last
 * hour, at most 15 min.
 */
export function returnAfterSeconds(loss: {
  /** Epoch milliseconds. */
  lossesAtMs: readonly number[];
  nowMs: number;
  baseSeconds: number;
}): number {
  const { lossesAtMs, nowMs, baseSeconds } = loss;
  const others = Math.max(0, recentLosses(lossesAtMs, nowMs).length - 1);
  return Math.min(baseSeconds * 2 ** others, Math.max(baseSeconds, longestSeconds));
}
