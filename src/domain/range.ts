// Half-open ranges of wall time in milliseconds since the epoch, and their algebra. No clock, no zone.

/** `[startMs, endMs)`, epoch milliseconds; empty when endMs <= startMs. */
export interface MsRange {
  startMs: number;
  endMs: number;
}

/** The same range as it stands on every wire: ISO 8601 with offset, half-open. */
export interface InstantRange {
  startAt: string;
  endAt: string;
}

/** Epoch milliseconds as ISO 8601 in UTC, without the fraction when it is zero: `2026-09-13T05:00:00Z`. */
export function isoFromMs(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}

/** ISO 8601 with offset to epoch milliseconds; NaN when it does not parse. */
export function msFromIso(iso: string): number {
  return Date.parse(iso);
}

export const toMsRange = (range: InstantRange): MsRange => ({
  startMs: msFromIso(range.startAt),
  endMs: msFromIso(range.endAt),
});

export const toInstantRange = (range: MsRange): InstantRange => ({
  startAt: isoFromMs(range.startMs),
  endAt: isoFromMs(range.endMs),
});

export const lengthMs = (range: MsRange): number => Math.max(0, range.endMs - range.startMs);

/** The common part, or undefined when the two do not overlap. */
export function intersect(a: MsRange, b: MsRange): MsRange | undefined {
  const range = { startMs: Math.max(a.startMs, b.startMs), endMs: Math.min(a.endMs, b.endMs) };
  return range.endMs > range.startMs ? range : undefined;
}

/** Sorted, merged, non-empty ranges that cover the same instants; touching ranges become one. */
export function union(ranges: readonly MsRange[]): MsRange[] {
  const sorted = ranges.filter((r) => r.endMs > r.startMs).sort((a, b) => a.startMs - b.startMs);
  const merged: MsRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last && range.startMs <= last.endMs) last.endMs = Math.max(last.endMs, range.endMs);
    else merged.push({ ...range });
  }
  return merged;
}

/** What of `whole` none of `parts` covers, sorted. */
export function subtract(whole: MsRange, parts: readonly MsRange[]): MsRange[] {
  const holes: MsRange[] = [];
  let cursorMs = whole.startMs;
  for (const part of union(parts)) {
    if (part.startMs > cursorMs)
      holes.push({ startMs: cursorMs, endMs: Math.min(part.startMs, whole.endMs) });
    cursorMs = Math.max(cursorMs, part.endMs);
    if (cursorMs >= whole.endMs) break;
  }
  if (cursorMs < whole.endMs) holes.push({ startMs: cursorMs, endMs: whole.endMs });
  return holes.filter((hole) => hole.endMs > hole.startMs);
}

/** Milliseconds of `window` that `ranges` cover; overlaps count once. */
export function coveredMs(ranges: readonly MsRange[], window: MsRange): number {
  return union(ranges.map((r) => intersect(r, window)).filter((r) => r !== undefined)).reduce(
    (sum, r) => sum + lengthMs(r),
    0,
  );
}
