// Joins the spans that a playback server gave for one segment into one MP4 whose time 0 is the segment's start.
import { constants } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../domain/fault.ts';
import type { MsRange } from '../domain/range.ts';
import type { FfmpegProgress } from './ffmpeg.ts';
import { type PlaceDeps, placeFiles } from './place-files.ts';
import type { PlacedFile } from './placed-file.ts';
import { decodeDelaySeconds, ptsSpan } from './pts-order.ts';

export interface JoinSpec {
  /** MP4 files in any order; `startMs` is the wall time of a file's presentation time 0. */
  spans: readonly { path: string; startMs: number }[];
  segment: MsRange;
  /** Scratch; beside `outPath` unless given. */
  workDir?: string;
  outPath: string;
  stallSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: FfmpegProgress) => void;
}

export interface JoinResult {
  /** The only span was right as it was: `outPath` is another name of its file. */
  isAsDelivered: boolean;
  /** Wall time of the result's time 0, epoch milliseconds: the segment's start, or within a frame of it for a file taken as it is. */
  wallAtPtsZeroMs: number;
}

interface ReadSpan {
  path: string;
  shiftSeconds: number;
  videoPts: Float64Array;
}

/**
 * A span that begins between key frames carries the group of pictures before it, because a decoder needs it. Its frames stand at
 * their true, negative times in front of the segment and an edit list hides them: the first shown picture is that of the segment's
 * first instant. Throws MediaUnreadable when no span holds video, EncoderFailed when the result does not hold every frame.
 */
export async function joinSpans(deps: PlaceDeps, spec: JoinSpec): Promise<JoinResult> {
  const spans = await readSpans(deps, spec);
  const [only] = spans;
  if (!only) throw new Fault('MediaUnreadable', 'None of the delivered spans holds video');
  if (spans.length === 1 && Math.abs(only.shiftSeconds) < frameSeconds) {
    await sameFile(only.path, spec.outPath);
    return { isAsDelivered: true, wallAtPtsZeroMs: spec.segment.startMs + only.shiftSeconds * 1000 };
  }
  const workDir = spec.workDir ?? dirname(spec.outPath);
  const zeroSeconds = zeroAfterStart(only);
  await placeFiles(deps, {
    ...spec,
    workDir,
    purpose: `the join of ${spans.length} spans`,
    files: placeSpans(spans.map((span) => ({ ...span, shiftSeconds: span.shiftSeconds - zeroSeconds }))),
  });
  return { isAsDelivered: false, wallAtPtsZeroMs: spec.segment.startMs + zeroSeconds * 1000 };
}

/**
 * Where time 0 of the result stands after the segment's start, in seconds. Readers put the first picture behind an edit list at 0, so a
 * first span with hidden pictures must have its first shown one exactly there; the result then begins up to a frame later.
 */
function zeroAfterStart(first: ReadSpan): number {
  const isHidden = first.videoPts.some((pts) => pts < 0);
  return isHidden && Math.abs(first.shiftSeconds) < frameSeconds ? first.shiftSeconds : 0;
}

async function readSpans(deps: PlaceDeps, spec: JoinSpec): Promise<ReadSpan[]> {
  const spans: ReadSpan[] = [];
  for (const { path, startMs } of [...spec.spans].sort((a, b) => a.startMs - b.startMs)) {
    const { videoPts } = await deps.readTimes({ path, signal: spec.signal });
    const shiftSeconds = (startMs - spec.segment.startMs) / 1000;
    if (videoPts.length > 0) spans.push({ path, shiftSeconds, videoPts });
  }
  return spans;
}

/** Where a later span's leading group of pictures reaches back over its neighbour, the neighbour ends before it. */
export function placeSpans(spans: readonly ReadSpan[]): PlacedFile[] {
  return spans.map((span, index) => {
    const next = spans[index + 1];
    const place = { path: span.path, container: 'mp4' as const, shiftSeconds: span.shiftSeconds };
    const delay = decodeDelaySeconds(span.videoPts);
    const nextSeconds = next && next.videoPts[0]! + next.shiftSeconds - span.shiftSeconds;
    const { count, first, last } = ptsSpan(span.videoPts);
    if (nextSeconds !== undefined && nextSeconds <= last)
      return { ...place, outPointSeconds: nextSeconds - delay - halfTick };
    return {
      ...place,
      expected: {
        videoPackets: { least: count, most: count },
        firstPtsSeconds: first,
        lastPtsSeconds: last,
      },
    };
  });
}

/** A span's time 0 is its first picture, which a server that is asked for an instant has up to a frame later. */
const frameSeconds = 0.07;

/** The cut is exclusive and its number is rounded; half a millisecond keeps it on the right side of the frame. */
const halfTick = 0.0005;

async function sameFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}
