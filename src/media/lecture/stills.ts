// Takes still pictures out of a finished lecture: one for the poster, a sheet of small ones for a player's time line.
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Ffmpeg } from '../ffmpeg.ts';
import { type FfmpegInput, ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';

interface StillSpec {
  /** A joined lecture (MP4). */
  path: string;
  durationSeconds: number;
  /** A JPEG picture. */
  outPath: string;
  stallSeconds: number;
  signal: AbortSignal;
}

export interface PosterSpec extends StillSpec {
  atSeconds: number;
}

export interface ThumbnailsSpec extends StillSpec {
  /** Picture i of `count` is that of (i + 0.5) / count of the duration; at most 100. */
  count: number;
}

/** Pictures of a sheet stand in rows of this many, from left to right. */
export const thumbnailColumns = 4;
/** Pixels of one picture; its height follows from the lecture's shape. */
export const thumbnailWidth = 320;

/** Later than this before the end there may be no picture left. */
const endMarginSeconds = 0.5;

/** The whole picture at a time. Throws EncoderFailed, EncoderStalled, DiskFull, StorageFault, MediaUnreadable. */
export async function makePoster(deps: { ffmpeg: Ffmpeg }, spec: PosterSpec): Promise<void> {
  await drawOne(deps.ffmpeg, { ...spec, purpose: 'the poster', args: posterArgs(spec) });
}

/** One sheet; faults as for the poster. */
export async function makeThumbnails(deps: { ffmpeg: Ffmpeg }, spec: ThumbnailsSpec): Promise<void> {
  const purpose = `a sheet of ${spec.count} pictures`;
  await drawOne(deps.ffmpeg, { ...spec, purpose, args: thumbnailsArgs(spec) });
}

async function drawOne(
  ffmpeg: Ffmpeg,
  spec: StillSpec & { purpose: string; args: readonly string[] },
): Promise<void> {
  await mkdir(dirname(spec.outPath), { recursive: true });
  try {
    await ffmpeg({
      ...spec,
      check: ({ progress }) => (progress.frames === 1 ? undefined : `drew ${progress.frames ?? 0} pictures`),
    });
  } catch (error) {
    await rm(spec.outPath, { force: true });
    throw error;
  }
}

export function posterArgs(spec: Omit<PosterSpec, 'stallSeconds' | 'signal'>): string[] {
  return ffmpegArgs({
    inputs: [pictureAt(spec, spec.atSeconds)],
    outputs: [jpeg(spec.outPath, ['-map', '0:v:0'])],
  });
}

/** Each picture is an input of its own: entering a file costs a group of pictures, reading it through costs all. */
export function thumbnailsArgs(spec: Omit<ThumbnailsSpec, 'stallSeconds' | 'signal'>): string[] {
  const { count, durationSeconds } = spec;
  const numbers = Array.from({ length: count }, (_, index) => index);
  const small = numbers.map(
    (index) =>
      `[${index}:v:0]trim=end_frame=1,scale=${thumbnailWidth}:-2,setsar=1,settb=1/25,setpts=0[t${index}]`,
  );
  const columns = Math.min(count, thumbnailColumns);
  const sheet = `tile=${columns}x${Math.ceil(count / columns)}`;
  const all = numbers.map((index) => `[t${index}]`).join('');
  return ffmpegArgs({
    inputs: numbers.map((index) => pictureAt(spec, ((index + 0.5) * durationSeconds) / count)),
    outputs: [
      jpeg(spec.outPath, [
        '-filter_complex',
        `${small.join(';')};${all}concat=n=${count},${sheet}[sheet]`,
        '-map',
        '[sheet]',
      ]),
    ],
  });
}

function pictureAt(spec: { path: string; durationSeconds: number }, seconds: number): FfmpegInput {
  const at = Math.max(0, Math.min(seconds, spec.durationSeconds - endMarginSeconds));
  return {
    options: ['-ss', at.toFixed(3), '-protocol_whitelist', 'file', '-f', 'mov'],
    source: fileUrl(spec.path),
  };
}

const jpeg = (path: string, options: readonly string[]) => ({
  options: [...options, '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '3', '-update', '1', '-f', 'image2'],
  target: fileUrl(path),
});
