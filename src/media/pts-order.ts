// Small arithmetic over presentation times in decode order.

/**
 * How far decode times run ahead of presentation times because of B-frames, seconds; 0 without them. Decode times are the sorted
 * presentation times moved back by the least amount that puts none behind its own picture.
 * @param pts presentation seconds in decode order
 */
export function decodeDelaySeconds(pts: Float64Array): number {
  const sorted = Float64Array.from(pts).sort();
  let delay = 0;
  for (let index = 0; index < pts.length; index++) delay = Math.max(delay, sorted[index]! - pts[index]!);
  return delay;
}

export interface PtsSpan {
  count: number;
  first: number;
  last: number;
}

/** Number, earliest and latest of some times; the times are NaN when there are none. */
export function ptsSpan(pts: Float64Array): PtsSpan {
  let first = pts[0] ?? Number.NaN;
  let last = first;
  for (const seconds of pts) {
    if (seconds < first) first = seconds;
    if (seconds > last) last = seconds;
  }
  return { count: pts.length, first, last };
}
