// Makes the files of one output fit each other for the concat demuxer, which joins streams by their number and takes the first file's clock for all.
import { join } from 'node:path';
import { type ContainerName, containerExtension } from '../domain/gap-report.ts';
import type { ReadTimes } from './check-places.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { type FfmpegInput, ffmpegArgs, fileUrl } from './ffmpeg-args.ts';
import { demuxerName } from './concat-list.ts';
import { type OpenedInput, type OpenedStream, openInputs } from './open-inputs.ts';
import type { PlacedFile } from './placed-file.ts';
import type { Run } from '../process/run-spec.ts';

interface UniformDeps {
  run: Run;
  ffmpeg: Ffmpeg;
  ffmpegPath: string;
  readTimes: ReadTimes;
}

interface UniformSpec {
  purpose: string;
  files: readonly PlacedFile[];
  opened: readonly OpenedInput[];
  /** Where copies are written. */
  dir: string;
  stallSeconds: number;
  signal: AbortSignal;
}

interface Silence {
  silence: { rateHz: number; layout: 'mono' | 'stereo' };
}

export interface CopyPlan {
  container: ContainerName;
  /** Ticks a second of the video track, MP4 only. */
  timescale?: number;
  /** How the sound gets into the copy. */
  audio: 'none' | 'copy' | Silence;
}

/**
 * Files that fit stay as they are (the rule: same container, same clock, streams in the order of the first file); the others are
 * copied once, without decoding the picture. The first file must have sound when any has, or the output would have none.
 */
export async function makeUniform(
  deps: UniformDeps,
  spec: UniformSpec,
): Promise<{ files: PlacedFile[]; opened: OpenedInput[] }> {
  const files = [...spec.files];
  const opened = [...spec.opened];
  for (const [index, plan] of planCopies(spec.files, spec.opened).entries()) {
    const file = files[index]!;
    if (!plan) continue;
    const path = join(spec.dir, `copy-${index}.${containerExtension[plan.container]}`);
    await deps.ffmpeg({
      purpose: `a copy of file ${index + 1} for ${spec.purpose}`,
      args: copyArgs({ path: file.path, container: file.container, outPath: path, plan }),
      signal: spec.signal,
      stallSeconds: spec.stallSeconds,
    });
    const movedSeconds = (await firstVideo(deps, spec, file.path)) - (await firstVideo(deps, spec, path));
    const [again] = await openInputs({
      ...deps,
      files: [{ path, container: plan.container }],
      signal: spec.signal,
    });
    opened[index] = again!;
    files[index] = moved({ ...file, path, container: plan.container }, movedSeconds);
  }
  return { files, opened };
}

/** The same place in the output for a copy whose clock runs `movedSeconds` behind the original's. */
function moved(file: PlacedFile, movedSeconds: number): PlacedFile {
  const { outPointSeconds, expected } = file;
  return {
    ...file,
    shiftSeconds: file.shiftSeconds + movedSeconds,
    ...(outPointSeconds === undefined ? {} : { outPointSeconds: outPointSeconds - movedSeconds }),
    ...(expected
      ? {
          expected: {
            ...expected,
            firstPtsSeconds: expected.firstPtsSeconds - movedSeconds,
            lastPtsSeconds: expected.lastPtsSeconds - movedSeconds,
          },
        }
      : {}),
  };
}

async function firstVideo(deps: UniformDeps, spec: UniformSpec, path: string): Promise<number> {
  const { videoPts } = await deps.readTimes({ path, signal: spec.signal });
  return videoPts.reduce((least, pts) => Math.min(least, pts), Number.POSITIVE_INFINITY);
}

/** For each file how it must be copied, or undefined when it fits. */
export function planCopies(
  files: readonly { container: ContainerName }[],
  opened: readonly OpenedInput[],
): (CopyPlan | undefined)[] {
  const first = opened[0];
  if (!first) return [];
  const sound = opened.flatMap((input) => input.streams).find((stream) => stream.kind === 'audio');
  const reference = sound ? ['video', 'audio'] : ['video'];
  const firstFits = startsWith(kinds(first), reference);
  const container = files[0]!.container;
  const clock = videoClock(first);
  return opened.map((input, index) => {
    const fits =
      files[index]!.container === container &&
      videoClock(input) === clock &&
      (index === 0 ? firstFits : startsWith(reference, kinds(input).slice(0, reference.length)));
    return fits ? undefined : copyPlan({ input, isFirst: index === 0, container, clock, sound });
  });
}

function copyPlan(spec: {
  input: OpenedInput;
  isFirst: boolean;
  container: ContainerName;
  clock: number | undefined;
  sound: OpenedStream | undefined;
}): CopyPlan {
  const { input, isFirst, container, clock, sound } = spec;
  const hasSound = input.streams.some((stream) => stream.kind === 'audio');
  const silence = {
    rateHz: sound?.rateHz ?? 44100,
    layout: sound?.layout === 'mono' ? 'mono' : 'stereo',
  } as const;
  return {
    container,
    ...(container === 'mp4' && clock !== undefined ? { timescale: clock } : {}),
    audio: hasSound ? 'copy' : isFirst && sound ? { silence } : 'none',
  };
}

const kinds = (input: OpenedInput): string[] => input.streams.map((stream) => stream.kind);

const startsWith = (whole: readonly string[], head: readonly string[]): boolean =>
  head.every((kind, index) => whole[index] === kind);

const videoClock = (input: OpenedInput): number | undefined =>
  input.streams.find((stream) => stream.kind === 'video')?.ticksPerSecond;

/** How each container is written when it stands between a source and the merge. */
export const muxerOptions: Record<ContainerName, readonly string[]> = {
  flv: ['-f', 'flv', '-flvflags', 'no_duration_filesize'],
  mp4: ['-f', 'mp4'],
  mpegts: ['-f', 'mpegts'],
  matroska: ['-f', 'matroska'],
};

export function copyArgs(spec: {
  path: string;
  container: ContainerName;
  outPath: string;
  plan: CopyPlan;
}): string[] {
  const { plan } = spec;
  const source = {
    options: ['-protocol_whitelist', 'file', '-format_whitelist', demuxerName[spec.container]],
    source: fileUrl(spec.path),
  };
  const sound = soundOptions(plan.audio);
  return ffmpegArgs({
    inputs: [source, ...sound.inputs],
    outputs: [
      {
        options: [
          ...['-map', '0:v:0', '-c:v', 'copy', ...sound.options],
          ...(plan.timescale === undefined ? [] : ['-video_track_timescale', String(plan.timescale)]),
          ...muxerOptions[plan.container],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}

function soundOptions(audio: CopyPlan['audio']): { inputs: FfmpegInput[]; options: string[] } {
  if (audio === 'none') return { inputs: [], options: [] };
  if (audio === 'copy') return { inputs: [], options: ['-map', '0:a:0', '-c:a', 'copy'] };
  const { rateHz, layout } = audio.silence;
  return {
    inputs: [{ options: ['-f', 'lavfi'], source: `anullsrc=sample_rate=${rateHz}:channel_layout=${layout}` }],
    options: ['-map', '1:a:0', '-c:a', 'aac', '-shortest'],
  };
}
