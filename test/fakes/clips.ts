// Makes small real clips with ffmpeg at test time: codecs, B-frames, variable rate, holes, cuts and containers as a test needs them.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type ClipContainer = 'flv' | 'mp4' | 'fmp4' | 'mpegts' | 'm2ts' | 'matroska';

export interface ClipSpec {
  /** Directory in which the clip is made. */
  dir: string;
  /** File name without extension; a random one when absent. */
  name?: string;
  container?: ClipContainer;
  seconds?: number;
  fps?: number;
  /** `WxH` */
  size?: string;
  codec?: 'h264' | 'hevc' | 'mpeg2video';
  bFrames?: number;
  gopFrames?: number;
  /** AAC tone; true unless said otherwise. */
  audio?: boolean;
  /** Frames come at an uneven pace. */
  variableRate?: boolean;
  /** Stretches of media time without any video frame. */
  holes?: readonly { startSeconds: number; lengthSeconds: number }[];
  /** The same holes in the sound too. */
  holesInAudio?: boolean;
  /** Media time of the first frame. */
  offsetSeconds?: number;
  /** Source filter of lavfi without size and rate, e.g. `testsrc2` or `smptebars`. */
  pattern?: string;
  /** Filters laid over the picture, e.g. drawtext. */
  videoFilter?: string;
  outputArgs?: readonly string[];
}

const extensions: Record<ClipContainer, string> = {
  flv: 'flv',
  mp4: 'mp4',
  fmp4: 'mp4',
  mpegts: 'ts',
  m2ts: 'm2ts',
  matroska: 'mkv',
};

const muxers: Record<ClipContainer, readonly string[]> = {
  flv: ['-f', 'flv', '-flvflags', 'no_duration_filesize'],
  mp4: ['-f', 'mp4'],
  fmp4: ['-f', 'mp4', '-movflags', '+frag_keyframe+delay_moov+default_base_moof'],
  mpegts: ['-f', 'mpegts'],
  m2ts: ['-f', 'mpegts', '-mpegts_m2ts_mode', '1'],
  matroska: ['-f', 'matroska'],
};

const encoders = { h264: 'libx264', hevc: 'libx265', mpeg2video: 'mpeg2video' } as const;

/** Encodes a clip and answers its path. About 0.2 s for ten seconds of 160x120. */
export async function makeClip(spec: ClipSpec): Promise<string> {
  const path = pathFor(spec.dir, spec.container ?? 'mp4', spec.name);
  await ffmpeg(clipArgs(spec, path));
  return path;
}

/** Copies the streams of a clip into another container, with bitstream filters or other output options on the way. */
export async function remuxClip(spec: {
  from: string;
  dir: string;
  container: ClipContainer;
  name?: string;
  inputArgs?: readonly string[];
  outputArgs?: readonly string[];
}): Promise<string> {
  const path = pathFor(spec.dir, spec.container, spec.name);
  const output = spec.outputArgs ?? [];
  await ffmpeg([
    ...(spec.inputArgs ?? []),
    '-i',
    `file:${spec.from}`,
    '-c',
    'copy',
    ...output,
    ...muxers[spec.container],
    `file:${path}`,
  ]);
  return path;
}

export interface ClipCopy {
  container: ClipContainer;
  name: string;
  outputArgs?: readonly string[];
}

/** Copies a clip into several containers in one ffmpeg run; answers the paths in the order of the copies. */
export async function remuxClips(spec: {
  from: string;
  dir: string;
  copies: readonly ClipCopy[];
}): Promise<string[]> {
  const paths = spec.copies.map((copy) => pathFor(spec.dir, copy.container, copy.name));
  const outputs = spec.copies.flatMap((copy, index) => [
    ...['-c', 'copy', ...(copy.outputArgs ?? []), ...muxers[copy.container]],
    `file:${paths[index]}`,
  ]);
  await ffmpeg(['-i', `file:${spec.from}`, ...outputs]);
  return paths;
}

/** Cuts a file off after so many bytes. */
export async function cutFile(path: string, sizeBytes: number): Promise<string> {
  await truncate(path, sizeBytes);
  return path;
}

/** Sorted presentation times of a stream as ffprobe tells them; the yardstick of the scan tests. */
export async function ffprobeTimes(path: string, stream = 'v:0'): Promise<number[]> {
  const args = [
    '-v',
    'quiet',
    '-select_streams',
    stream,
    '-show_entries',
    'packet=pts_time',
    '-of',
    'csv=p=0',
    `file:${path}`,
  ];
  const { stdout } = await run('ffprobe', args, { maxBuffer: 1 << 28 });
  const times = stdout.split('\n').map((line) => Number.parseFloat(line));
  return times.filter((seconds) => Number.isFinite(seconds)).sort((a, b) => a - b);
}

function pathFor(dir: string, container: ClipContainer, name?: string): string {
  return join(dir, `${name ?? randomUUID()}.${extensions[container]}`);
}

function clipArgs(spec: ClipSpec, path: string): string[] {
  const { seconds = 4, fps = 25, size = '160x120', codec = 'h264', container = 'mp4', audio = true } = spec;
  const inputs = ['-f', 'lavfi', '-i', `${spec.pattern ?? 'testsrc2'}=s=${size}:r=${fps}:d=${seconds}`];
  if (audio) inputs.push('-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=44100:duration=${seconds}`);
  const video = ['-map', '0:v', ...filterArgs('-vf', videoFilters(spec)), '-fps_mode', 'passthrough'];
  const sound = audio
    ? ['-map', '1:a', ...filterArgs('-af', audioFilters(spec)), '-c:a', 'aac', '-b:a', '64k']
    : [];
  return [
    ...inputs,
    ...video,
    ...encoderArgs({ codec, bFrames: spec.bFrames ?? 0, gopFrames: spec.gopFrames ?? fps }),
    ...sound,
    ...(spec.offsetSeconds ? ['-output_ts_offset', String(spec.offsetSeconds)] : []),
    ...(spec.outputArgs ?? []),
    ...muxers[container],
    `file:${path}`,
  ];
}

function encoderArgs(spec: { codec: keyof typeof encoders; bFrames: number; gopFrames: number }): string[] {
  const base = [
    '-c:v',
    encoders[spec.codec],
    '-g',
    String(spec.gopFrames),
    '-pix_fmt',
    'yuv420p',
    '-threads',
    '1',
  ];
  const frames = String(spec.bFrames);
  if (spec.codec === 'mpeg2video') return [...base, '-bf', frames];
  const preset = [...base, '-preset', 'ultrafast'];
  if (spec.codec === 'hevc') return [...preset, '-x265-params', `bframes=${frames}:b-adapt=0:log-level=none`];
  return [...preset, '-bf', frames, '-x264-params', `b-adapt=0:scenecut=0`];
}

function videoFilters(spec: ClipSpec): string[] {
  const filters: string[] = [];
  if (spec.variableRate) filters.push(`select='not(eq(mod(n*n\\,7)\\,2))'`);
  if (spec.holes?.length) filters.push(`select='${outsideHoles(spec.holes)}'`);
  if (spec.videoFilter) filters.push(spec.videoFilter);
  return filters;
}

function audioFilters(spec: ClipSpec): string[] {
  return spec.holesInAudio && spec.holes?.length ? [`aselect='${outsideHoles(spec.holes)}'`] : [];
}

function outsideHoles(holes: NonNullable<ClipSpec['holes']>): string {
  const inside = holes.map(
    (hole) => `gte(t\\,${hole.startSeconds})*lt(t\\,${hole.startSeconds + hole.lengthSeconds})`,
  );
  return `not(${inside.join('+')})`;
}

function filterArgs(option: string, filters: readonly string[]): string[] {
  return filters.length > 0 ? [option, filters.join(',')] : [];
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', '-y', ...args], { maxBuffer: 1 << 24 });
}
