// Lays a camera-day's segment files on media time: which files and slates follow each other in which part, for how long,
// and at which position of the merged file each covered stretch then stands. The media room turns this into concat lists.
import { type Piece, piecesOf } from './merge-pieces.ts';
import type { MsRange } from './range.ts';
import type { TimelineSegment } from './timeline-segment.ts';

export type GapMode = 'hole' | 'slate' | 'split';

/** Pictures of one file from `inPtsSeconds` on, before `outPtsSeconds`. */
export interface FileEntry {
  kind: 'file';
  path: string;
  /** Index in the segments given. */
  segmentIndex: number;
  /** Enter at the keyframe with this presentation time; absent: at the start. */
  inPtsSeconds?: number;
  /**
   * Pictures presented from here on are not wanted; absent: to the end. Concat's `outpoint` compares decoding times, so it
   * must be the decoding time of the first packet that is not wanted, which with reordering is earlier than this.
   */
  outPtsSeconds?: number;
  /** From this entry's zero to the next one's: concat's `duration`. The last one's is its own length as covered. */
  durationSeconds: number;
}

/** A picture that says that time is missing. */
export interface SlateEntry {
  kind: 'slate';
  durationSeconds: number;
}

export type TimelineEntry = FileEntry | SlateEntry;

/** One output file. */
export interface MergePart {
  streamKey: string;
  /** Wall time of media time 0, epoch milliseconds. */
  startMs: number;
  durationSeconds: number;
  entries: TimelineEntry[];
}

/** A covered stretch and where it stands: part `partIndex` shows it from `mediaStartSeconds` on. */
export interface MergedStretch extends MsRange {
  partIndex: number;
  segmentIndex: number;
  mediaStartSeconds: number;
}

export interface MergeTimeline {
  parts: MergePart[];
  /** In wall order. */
  coverage: MergedStretch[];
}

export interface MergeTimelineRequest {
  /** In any order. */
  segments: readonly TimelineSegment[];
  gapMode: GapMode;
  /** Gaps longer than this split, or get a slate. */
  gapThresholdSeconds: number;
  /** In slate mode, slates also stand before the first and after the last picture of this window. */
  window?: MsRange;
}

/** A part that may still grow. All seconds are media time of the part. */
interface OpenPart extends MergePart {
  /** Where the last file entry's zero stands. */
  lastStartSeconds: number;
  lastPiece: Piece;
}

/** Later than the last picture by this much is after it. */
const stepSeconds = 0.001;
/** A slate shorter than two pictures is not worth its joint. */
const leastSlateSeconds = 0.08;

/**
 * Orders the segments by wall time and joins them. Every picture stands at its wall place (part start + media time),
 * except after an overlap cut, where pictures follow each other without a step. A change of stream key begins a new part,
 * and so does a long gap in mode `split`; a part begins at its first picture, or in mode `slate` at the window's start.
 */
export function mergeTimeline(request: MergeTimelineRequest): MergeTimeline {
  const cutsAtHoles = request.gapMode !== 'hole';
  const pieces = piecesOf(request.segments, {
    cutsAtHoles,
    gapThresholdSeconds: request.gapThresholdSeconds,
  });
  const parts: OpenPart[] = [];
  const coverage: MergedStretch[] = [];
  for (const piece of pieces) {
    const open = parts.at(-1);
    if (open === undefined) parts.push(firstPart(piece, request));
    else if (mustSplit(open, piece, request)) {
      if (open.streamKey !== piece.streamKey) closePart(open, { request, untilMs: piece.firstPictureMs });
      else closePart(open, { request });
      parts.push(newPart(piece, piece.anchorMs));
    } else append(open, piece, request);
    const part = parts.at(-1)!;
    coverage.push(...placed(piece, { partIndex: parts.length - 1, startSeconds: part.lastStartSeconds }));
  }
  const last = parts.at(-1);
  if (last) closePart(last, { request, ...(request.window ? { untilMs: request.window.endMs } : {}) });
  return { parts: parts.map(finished), coverage };
}

function firstPart(piece: Piece, { gapMode, window, gapThresholdSeconds }: MergeTimelineRequest): OpenPart {
  const leadMs = window === undefined ? 0 : piece.anchorMs - window.startMs;
  if (gapMode !== 'slate' || window === undefined || leadMs <= gapThresholdSeconds * 1000) {
    return newPart(piece, piece.anchorMs);
  }
  const part = newPart(piece, window.startMs);
  part.entries.unshift({ kind: 'slate', durationSeconds: roundMicro(leadMs / 1000) });
  part.lastStartSeconds = leadMs / 1000;
  return part;
}

function newPart(piece: Piece, startMs: number): OpenPart {
  return {
    streamKey: piece.streamKey,
    startMs,
    durationSeconds: 0,
    entries: [entryOf(piece)],
    lastStartSeconds: 0,
    lastPiece: piece,
  };
}

function mustSplit(open: OpenPart, piece: Piece, request: MergeTimelineRequest): boolean {
  if (open.streamKey !== piece.streamKey) return true;
  return request.gapMode === 'split' && isLongGap(open.lastPiece, piece, request.gapThresholdSeconds);
}

function isLongGap(before: Piece, after: Piece, thresholdSeconds: number): boolean {
  if (after.cutBefore?.segmentIndex === before.segmentIndex) return false;
  return after.firstStretch.startMs - before.lastStretch.endMs > thresholdSeconds * 1000;
}

/** Gives the entry before its true duration, puts a slate where the mode wants one, and adds the piece. */
function append(open: OpenPart, piece: Piece, { gapMode, gapThresholdSeconds }: MergeTimelineRequest): void {
  const before = open.lastPiece;
  const entry = lastFile(open);
  const isOverlap = piece.cutBefore?.segmentIndex === before.segmentIndex;
  const outPtsSeconds = isOverlap ? piece.cutBefore!.outPtsSeconds : outBefore(before, piece.firstPictureMs);
  if (outPtsSeconds !== undefined) entry.outPtsSeconds = roundMicro(outPtsSeconds);
  const leastSeconds = (outPtsSeconds ?? before.lastPtsSeconds + stepSeconds) - before.anchorPtsSeconds;
  const trueStartSeconds = (piece.anchorMs - open.startMs) / 1000;
  let startSeconds = Math.max(trueStartSeconds, open.lastStartSeconds + leastSeconds);
  if (isOverlap) startSeconds = open.lastStartSeconds + leastSeconds;
  let endSeconds = startSeconds;
  if (gapMode === 'slate' && isLongGap(before, piece, gapThresholdSeconds)) {
    const ownEndSeconds = (before.lastStretch.endMs - open.startMs) / 1000;
    endSeconds = Math.max(ownEndSeconds, open.lastStartSeconds + leastSeconds);
  }
  const slateSeconds = startSeconds - endSeconds;
  if (slateSeconds < leastSlateSeconds) endSeconds = startSeconds;
  entry.durationSeconds = roundMicro(endSeconds - open.lastStartSeconds);
  if (slateSeconds >= leastSlateSeconds) {
    open.entries.push({ kind: 'slate', durationSeconds: roundMicro(slateSeconds) });
  }
  open.entries.push(entryOf(piece));
  open.lastStartSeconds = startSeconds;
  open.lastPiece = piece;
}

/** The last file runs to its own end, inside its range; in slate mode a slate fills what is left. */
function closePart(open: OpenPart, to: { request: MergeTimelineRequest; untilMs?: number }): void {
  const piece = open.lastPiece;
  const entry = lastFile(open);
  const outPtsSeconds = outBefore(piece, Math.min(piece.range.endMs, to.untilMs ?? piece.range.endMs));
  if (outPtsSeconds !== undefined) entry.outPtsSeconds = roundMicro(outPtsSeconds);
  const ownEndSeconds = (piece.lastStretch.endMs - piece.anchorMs) / 1000;
  const lengthSeconds = outPtsSeconds === undefined ? ownEndSeconds : outPtsSeconds - piece.anchorPtsSeconds;
  entry.durationSeconds = roundMicro(Math.max(stepSeconds, lengthSeconds));
  open.durationSeconds = roundMicro(open.lastStartSeconds + entry.durationSeconds);
  if (to.request.gapMode !== 'slate' || to.untilMs === undefined) return;
  const slateSeconds = (to.untilMs - open.startMs) / 1000 - open.durationSeconds;
  if (slateSeconds <= to.request.gapThresholdSeconds) return;
  open.entries.push({ kind: 'slate', durationSeconds: roundMicro(slateSeconds) });
  open.durationSeconds = roundMicro(open.durationSeconds + slateSeconds);
}

/** Where to leave a piece so that nothing of it stands at or after `untilMs`, nor after its range; undefined when nothing does. */
function outBefore(piece: Piece, untilMs: number): number | undefined {
  if (piece.outPtsSeconds !== undefined) return piece.outPtsSeconds;
  const limitSeconds = (Math.min(untilMs, piece.range.endMs) - piece.zeroMs) / 1000;
  const mustCut = piece.lastPtsSeconds >= limitSeconds - stepSeconds / 2;
  return mustCut && limitSeconds > piece.anchorPtsSeconds + stepSeconds ? limitSeconds : undefined;
}

function placed(piece: Piece, at: { partIndex: number; startSeconds: number }): MergedStretch[] {
  return piece.stretches.flatMap(({ startMs, endMs, ptsSeconds, segmentIndex }) => {
    const mediaSeconds = at.startSeconds + ptsSeconds - piece.anchorPtsSeconds;
    const row = { partIndex: at.partIndex, segmentIndex, startMs, endMs };
    if (mediaSeconds >= -stepSeconds / 2)
      return [{ ...row, mediaStartSeconds: roundMicro(Math.max(0, mediaSeconds)) }];
    // A late start that counts as covered, at the very beginning of a part: its first picture stands for it.
    const firstPictureMs = Math.min(endMs, startMs + Math.round(-mediaSeconds * 1000));
    return [
      { ...row, endMs: firstPictureMs, mediaStartSeconds: 0 },
      { ...row, startMs: firstPictureMs, mediaStartSeconds: 0 },
    ].filter((part) => part.endMs > part.startMs);
  });
}

function entryOf(piece: Piece): FileEntry {
  return {
    kind: 'file',
    path: piece.path,
    segmentIndex: piece.segmentIndex,
    ...(piece.inPtsSeconds === undefined ? {} : { inPtsSeconds: piece.inPtsSeconds }),
    durationSeconds: 0,
  };
}

function lastFile(open: OpenPart): FileEntry {
  return open.entries.findLast((entry) => entry.kind === 'file')!;
}

function finished({ streamKey, startMs, durationSeconds, entries }: OpenPart): MergePart {
  return { streamKey, startMs: Math.round(startMs), durationSeconds, entries };
}

const roundMicro = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;
