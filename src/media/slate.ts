// Makes the black picture with silence that stands where time is missing, in the container, codec and clock of its neighbours.
import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContainerName, containerExtension } from '../domain/gap-report.ts';
import { type FfmpegInput, ffmpegArgs, fileUrl } from './ffmpeg-args.ts';
import { muxerOptions } from './make-uniform.ts';
import { openInputs } from './open-inputs.ts';
import type { PlaceDeps } from './place-files.ts';
import type { PlacedFile } from './placed-file.ts';
import { ptsSpan } from './pts-order.ts';

export interface SlateLook {
  container: ContainerName;
  codec: 'h264' | 'hevc';
  width: number;
  height: number;
  ticksPerSecond: number;
  audio?: { rateHz: number; layout: 'mono' | 'stereo' };
}

/** Made once per look, then used as often as needed: one picture a second costs next to nothing. */
const slateSeconds = 120;

const encoders = { h264: 'libx264', hevc: 'libx265' } as const;

/**
 * Slates one after another until `durationSeconds` are filled, ready to stand at `positionSeconds` of the output; the last one is cut.
 * Nothing for a codec that we cannot write: the hole then stays a hole.
 */
export async function makeSlate(
  deps: PlaceDeps,
  spec: {
    like: { path: string; container: ContainerName };
    /** The slate is kept here for the next hole. */
    workDir: string;
    positionSeconds: number;
    durationSeconds: number;
    stallSeconds: number;
    signal: AbortSignal;
  },
): Promise<PlacedFile[]> {
  const look = await lookOf(deps, spec);
  if (!look) return [];
  const path = await slateFile(deps, { ...spec, look });
  const { videoPts } = await deps.readTimes({ path, signal: spec.signal });
  const { first } = ptsSpan(videoPts);
  const placed: PlacedFile[] = [];
  for (let doneSeconds = 0; doneSeconds < spec.durationSeconds; doneSeconds += slateSeconds) {
    const lengthSeconds = Math.min(slateSeconds, spec.durationSeconds - doneSeconds);
    placed.push({
      path,
      container: look.container,
      shiftSeconds: spec.positionSeconds + doneSeconds - first,
      ...slatePart(videoPts, lengthSeconds),
    });
  }
  return placed;
}

/** Pictures stand a second apart. One that would stand for less than half a second is left out, the one before it stays. */
function slatePart(
  videoPts: Float64Array,
  lengthSeconds: number,
): Pick<PlacedFile, 'outPointSeconds' | 'expected'> {
  const { first } = ptsSpan(videoPts);
  const endSeconds = first + Math.max(0.5, lengthSeconds - (lengthSeconds < slateSeconds ? 0.5 : 0));
  const inside = videoPts.filter((pts) => pts < endSeconds);
  const { count, last } = ptsSpan(inside);
  const expected = {
    // Sound may come before the picture of the same moment and end the slate one picture early.
    videoPackets: { least: Math.max(1, count - 1), most: count },
    firstPtsSeconds: first,
    lastPtsSeconds: last,
  };
  return lengthSeconds < slateSeconds ? { outPointSeconds: endSeconds, expected } : { expected };
}

async function lookOf(
  deps: PlaceDeps,
  spec: { like: { path: string; container: ContainerName }; signal: AbortSignal },
): Promise<SlateLook | undefined> {
  const [opened] = await openInputs({ ...deps, files: [spec.like], signal: spec.signal });
  const video = opened?.streams.find((stream) => stream.kind === 'video');
  const audio = opened?.streams.find((stream) => stream.kind === 'audio');
  if (!video?.width || !video.height || !video.ticksPerSecond) return undefined;
  if (video.codec !== 'h264' && video.codec !== 'hevc') return undefined;
  const sound = audio?.codec === 'aac' && audio.rateHz ? audio.rateHz : undefined;
  return {
    container: spec.like.container,
    codec: video.codec,
    width: video.width,
    height: video.height,
    ticksPerSecond: video.ticksPerSecond,
    ...(sound ? { audio: { rateHz: sound, layout: audio!.layout === 'mono' ? 'mono' : 'stereo' } } : {}),
  };
}

async function slateFile(
  deps: PlaceDeps,
  spec: { look: SlateLook; workDir: string; stallSeconds: number; signal: AbortSignal },
): Promise<string> {
  const dir = join(spec.workDir, 'slates');
  const path = join(dir, slateName(spec.look));
  if (await exists(path)) return path;
  await mkdir(dir, { recursive: true });
  const partPath = `${path}.part`;
  await deps.ffmpeg({
    purpose: 'a slate',
    args: slateArgs({ look: spec.look, outPath: partPath }),
    signal: spec.signal,
    stallSeconds: spec.stallSeconds,
    check: async () => {
      const { videoPts } = await deps.readTimes({ path: partPath, signal: spec.signal });
      return videoPts.length === slateSeconds
        ? undefined
        : `wrote ${videoPts.length} of ${slateSeconds} pictures`;
    },
  });
  await rename(partPath, path);
  return path;
}

export function slateName({ container, codec, width, height, ticksPerSecond, audio }: SlateLook): string {
  const sound = audio ? `${audio.rateHz}-${audio.layout}` : 'silent';
  return `${codec}-${width}x${height}-${ticksPerSecond}-${sound}.${containerExtension[container]}`;
}

export function slateArgs(spec: { look: SlateLook; outPath: string }): string[] {
  const { look } = spec;
  const inputs: FfmpegInput[] = [
    {
      options: ['-f', 'lavfi'],
      source: `color=c=black:s=${look.width}x${look.height}:r=1:d=${slateSeconds}`,
    },
  ];
  if (look.audio) {
    const { rateHz, layout } = look.audio;
    inputs.push({
      options: ['-f', 'lavfi'],
      source: `anullsrc=sample_rate=${rateHz}:channel_layout=${layout}:duration=${slateSeconds}`,
    });
  }
  const sound = look.audio ? ['-map', '1:a:0', '-c:a', 'aac', '-b:a', '32k'] : [];
  const clock = look.container === 'mp4' ? ['-video_track_timescale', String(look.ticksPerSecond)] : [];
  return ffmpegArgs({
    inputs,
    outputs: [
      {
        options: [
          ...['-map', '0:v:0', '-c:v', encoders[look.codec], '-preset', 'ultrafast', '-bf', '0', '-g', '1'],
          ...['-pix_fmt', 'yuv420p', ...(look.codec === 'hevc' ? ['-x265-params', 'log-level=none'] : [])],
          ...[...sound, ...clock, ...muxerOptions[look.container]],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
