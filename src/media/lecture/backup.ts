// Clips one source over a lecture's hours into one MP4 without encoding it: what the composed video does not show of it is kept.
import { Fault, isFault } from '../../domain/fault.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import type { FfmpegProgress } from '../ffmpeg.ts';
import { placePart } from '../merge-part.ts';
import type { MergeDeps, MergeSegment } from '../merge-part.ts';
import { placeFiles } from '../place-files.ts';
import { createProbe } from '../probe.ts';
import { ptsSpan } from '../pts-order.ts';
import { backupEntries, type BackupPiece } from './backup-entries.ts';
import { keyFrameBefore } from './backup-key-frame.ts';

/** A recorded file. Position in the backup = presentation time in the file + shift, seconds. */
export interface BackupPart {
  path: string;
  container: ContainerName;
  shiftSeconds: number;
}

export interface ClipBackupSpec {
  /** In the order of the lecture. */
  parts: readonly BackupPart[];
  lengthSeconds: number;
  /** An MP4 file with its index in front. */
  outPath: string;
  /** Scratch; what is made in it is removed again, but for slates. */
  workDir: string;
  stallSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: FfmpegProgress) => void;
}

export interface ClippedBackup {
  /** Pictures copied, with those that the edit list hides before the beginning. */
  videoPackets: number;
  /** Files that cannot be read or copied. Their time is a slate. */
  damaged: string[];
  /** Files of another codec or size than most of them, which one file cannot hold. Their time is a slate. */
  unlike: string[];
}

interface Known extends BackupPiece {
  segment: MergeSegment;
  /** Codec and size: what one file can hold. */
  look: string;
  /** Position of the picture nearest to 0, where the file reaches over it. */
  nearestToZeroSeconds?: number;
}

/**
 * The beginning is exact by edit list (the file begins at the key frame before it), the end by leaving the last file there. A picture is
 * made to stand at 0, or players would move the pictures there and not the sound: the clock is off by half a picture at most. Throws
 * MediaUnreadable when no part can be used, EncoderFailed when a picture is missing or misplaced, EncoderStalled, DiskFull, StorageFault.
 */
export async function clipBackup(deps: MergeDeps, spec: ClipBackupSpec): Promise<ClippedBackup> {
  const known = await readParts(deps, spec);
  const inHours = known.filter(
    ({ firstSeconds, lastSeconds }) => firstSeconds < spec.lengthSeconds && lastSeconds > 0,
  );
  const alike = mostOfOneLook(inHours);
  const { used, videoPackets } = await copyAll(deps, { ...spec, pieces: alike });
  const pathsBut = (all: readonly BackupPart[], but: readonly Known[]): string[] =>
    all.map(({ path }) => path).filter((path) => but.every(({ segment }) => segment.path !== path));
  const readable = (pieces: readonly Known[]): BackupPart[] =>
    spec.parts.filter(({ path }) => pieces.some(({ segment }) => segment.path === path));
  return {
    videoPackets,
    damaged: [...pathsBut(spec.parts, known), ...pathsBut(readable(alike), used)],
    unlike: pathsBut(readable(inHours), alike),
  };
}

interface CopySpec extends ClipBackupSpec {
  pieces: readonly Known[];
}

/** Damage inside a file shows when it is copied: then the files that fail alone too are left out. */
async function copyAll(
  deps: MergeDeps,
  spec: CopySpec,
): Promise<{ used: readonly Known[]; videoPackets: number }> {
  const { pieces } = spec;
  if (pieces.length === 0)
    throw new Fault('MediaUnreadable', `None of ${spec.parts.length} files can be used for the backup`);
  try {
    return { used: pieces, videoPackets: await copy(deps, spec) };
  } catch (error) {
    if (!isFault(error, 'EncoderFailed', 'MediaUnreadable')) throw error;
    const whole = await copiedAlone(deps, spec);
    if (whole.length === pieces.length) throw error;
    return await copyAll(deps, { ...spec, pieces: whole });
  }
}

async function copiedAlone(deps: MergeDeps, spec: CopySpec): Promise<Known[]> {
  const whole: Known[] = [];
  for (const piece of spec.pieces) {
    try {
      await copy(deps, { ...spec, pieces: [piece] });
      whole.push(piece);
    } catch (error) {
      if (!isFault(error, 'EncoderFailed', 'MediaUnreadable')) throw error;
    }
  }
  return whole;
}

/** Answers how many pictures were copied. */
async function copy(deps: MergeDeps, spec: CopySpec): Promise<number> {
  const { entries, startSeconds } = backupEntries(onPicture(spec.pieces), spec.lengthSeconds);
  const segments = spec.pieces.map(({ segment }) => segment);
  const part = { streamKey: '', startMs: 0, durationSeconds: spec.lengthSeconds, entries };
  const placed = await placePart(deps, { ...spec, part, segments });
  const files = placed.files.map((file) => ({ ...file, shiftSeconds: file.shiftSeconds + startSeconds }));
  const { videoPackets } = await placeFiles(deps, {
    ...spec,
    purpose: `the backup of ${files.length} files`,
    files,
    faststart: true,
  }).finally(placed.remove);
  return videoPackets;
}

/** What can be read of the parts; the others are left out. */
async function readParts(deps: MergeDeps, spec: ClipBackupSpec): Promise<Known[]> {
  const known: Known[] = [];
  for (const part of spec.parts) {
    try {
      known.push(await readPart(deps, { ...spec, part }));
    } catch (error) {
      if (!isFault(error, 'MediaUnreadable', 'NotFound')) throw error;
    }
  }
  return known;
}

async function readPart(deps: MergeDeps, spec: { part: BackupPart; signal: AbortSignal }): Promise<Known> {
  const { path, container, shiftSeconds } = spec.part;
  const { streams } = await createProbe(deps).probe({ path, container, signal: spec.signal });
  const video = streams.find(({ kind }) => kind === 'video');
  const { videoPts } = await deps.readTimes({ path, signal: spec.signal });
  const { count, first, last } = ptsSpan(videoPts);
  if (!video || count === 0) throw new Fault('MediaUnreadable', `${path} holds no pictures`);
  const reachesOver = first + shiftSeconds < 0 && last + shiftSeconds > 0;
  const ptsSeconds = reachesOver ? nearest(videoPts, -shiftSeconds) : first;
  const inPtsSeconds = reachesOver
    ? await keyFrameBefore(deps, { ...spec, path, container, ptsSeconds })
    : undefined;
  return {
    look: `${video.codec} ${video.width}x${video.height}`,
    firstSeconds: (inPtsSeconds ?? first) + shiftSeconds,
    lastSeconds: last + shiftSeconds,
    shiftSeconds,
    ...(reachesOver ? { nearestToZeroSeconds: ptsSeconds + shiftSeconds } : {}),
    ...(inPtsSeconds === undefined ? {} : { inPtsSeconds }),
    segment: {
      path,
      container,
      firstPtsSeconds: first,
      lastPtsSeconds: last,
      videoPackets: count,
      // Nobody has scanned it: it may end in a cut packet, which the copy leaves out.
      isTruncated: true,
    },
  };
}

const nearest = (pts: Float64Array, seconds: number): number =>
  pts.reduce((best, one) => (Math.abs(one - seconds) < Math.abs(best - seconds) ? one : best));

function onPicture(parts: readonly Known[]): BackupPiece[] {
  const moveSeconds = -(parts[0]?.nearestToZeroSeconds ?? 0);
  return parts.map((part) => ({
    ...part,
    firstSeconds: part.firstSeconds + moveSeconds,
    lastSeconds: part.lastSeconds + moveSeconds,
    shiftSeconds: part.shiftSeconds + moveSeconds,
  }));
}

/** The parts of the look that covers most time. */
function mostOfOneLook(parts: readonly Known[]): Known[] {
  const looks = [...new Set(parts.map(({ look }) => look))];
  const seconds = (look: string): number =>
    parts
      .filter((part) => part.look === look)
      .reduce((sum, { firstSeconds, lastSeconds }) => sum + lastSeconds - firstSeconds, 0);
  const [most] = looks.toSorted((a, b) => seconds(b) - seconds(a));
  return parts.filter(({ look }) => look === most);
}
