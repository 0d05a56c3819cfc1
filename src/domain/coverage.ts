// The proof beside a merged file: intervals that tile a window exactly, each with what is known about it.
import type { MissingCause } from './gap-report.ts';
import { intersect, isoFromMs, type MsRange } from './range.ts';

export type CoverageState = 'present' | MissingCause;

/** What is known about a stretch of wall time; stretches may overlap and reach past the window. */
export interface KnownStretch extends MsRange {
  state: CoverageState;
  /** The file that shows it, as its reader will find it. */
  file?: string;
  sha256?: string;
  /** Position in that file of the stretch's first moment. */
  mediaStartSeconds?: number;
}

/** One row of the coverage document, half-open, ISO 8601. */
export interface CoverageInterval {
  startAt: string;
  endAt: string;
  state: CoverageState;
  file?: string;
  sha256?: string;
  mediaStartSeconds?: number;
}

/** Where stretches overlap, the earlier state of this list is shown. */
const precedence: readonly CoverageState[] = ['present', 'sourceHadNone', 'rejected', 'neverDownloaded'];
/** Neighbours of one file whose positions agree this well are one interval. */
const jointSeconds = 0.0015;

/**
 * Intervals that tile the window without overlap or hole, in order. What nothing is known about was never downloaded.
 * @param at.window whole milliseconds; an empty one gives no interval
 */
export function tileCoverage(at: {
  window: MsRange;
  stretches: readonly KnownStretch[];
}): CoverageInterval[] {
  let open: MsRange[] = at.window.endMs > at.window.startMs ? [at.window] : [];
  const placed: KnownStretch[] = [];
  for (const state of precedence) {
    const known = at.stretches.filter(
      (stretch) => stretch.state === state && stretch.endMs > stretch.startMs,
    );
    open = fill(open, disjoint(known), placed);
  }
  placed.push(...open.map((range): KnownStretch => ({ ...range, state: 'neverDownloaded' })));
  placed.sort((a, b) => a.startMs - b.startMs);
  return joined(placed).map(({ startMs, endMs, ...known }) => ({
    startAt: isoFromMs(startMs),
    endAt: isoFromMs(endMs),
    ...known,
  }));
}

/** Places what fits into the open ranges and returns what is still open. Both lists are sorted and disjoint: one walk. */
function fill(open: readonly MsRange[], known: readonly KnownStretch[], placed: KnownStretch[]): MsRange[] {
  const left: MsRange[] = [];
  let next = 0;
  for (const range of open) {
    let cursorMs = range.startMs;
    // The last stretch may reach over what lies between two open ranges.
    if (next > 0 && known[next - 1]!.endMs > cursorMs) next--;
    for (; next < known.length && known[next]!.startMs < range.endMs; next++) {
      const part = intersect(known[next]!, { startMs: cursorMs, endMs: range.endMs });
      if (part === undefined) continue;
      if (part.startMs > cursorMs) left.push({ startMs: cursorMs, endMs: part.startMs });
      placed.push(clipped(known[next]!, part));
      cursorMs = part.endMs;
    }
    if (cursorMs < range.endMs) left.push({ startMs: cursorMs, endMs: range.endMs });
  }
  return left;
}

/** Sorted; where two overlap, the one that begins first goes on to its end. */
function disjoint(known: readonly KnownStretch[]): KnownStretch[] {
  let cursorMs = Number.NEGATIVE_INFINITY;
  const parts: KnownStretch[] = [];
  for (const stretch of known.toSorted((a, b) => a.startMs - b.startMs)) {
    if (stretch.endMs <= cursorMs) continue;
    parts.push(clipped(stretch, { startMs: Math.max(cursorMs, stretch.startMs), endMs: stretch.endMs }));
    cursorMs = stretch.endMs;
  }
  return parts;
}

function clipped(stretch: KnownStretch, part: MsRange): KnownStretch {
  if (stretch.mediaStartSeconds === undefined) return { ...stretch, ...part };
  const mediaStartSeconds = stretch.mediaStartSeconds + (part.startMs - stretch.startMs) / 1000;
  return { ...stretch, ...part, mediaStartSeconds: Math.round(mediaStartSeconds * 1e6) / 1e6 };
}

function joined(sorted: readonly KnownStretch[]): KnownStretch[] {
  const rows: KnownStretch[] = [];
  for (const stretch of sorted) {
    const last = rows.at(-1);
    if (last && continues(last, stretch)) last.endMs = stretch.endMs;
    else rows.push({ ...stretch });
  }
  return rows;
}

function continues(last: KnownStretch, next: KnownStretch): boolean {
  if (last.state !== next.state || last.file !== next.file || last.sha256 !== next.sha256) return false;
  if (last.mediaStartSeconds === undefined || next.mediaStartSeconds === undefined) {
    return last.mediaStartSeconds === next.mediaStartSeconds;
  }
  const expected = last.mediaStartSeconds + (next.startMs - last.startMs) / 1000;
  return Math.abs(next.mediaStartSeconds - expected) <= jointSeconds;
}
