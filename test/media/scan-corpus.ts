// Makes the generated files that the readers must agree with ffprobe on: base clips, copied into every container, cut and thinned out.
import { stat } from 'node:fs/promises';
import {
  cutFile,
  makeClip,
  remuxClip,
  remuxClips,
  type ClipContainer,
  type ClipSpec,
} from '../fakes/clips.ts';

export interface CorpusFile {
  path: string;
  label: string;
}

type BaseSpec = Omit<ClipSpec, 'dir' | 'container' | 'name'>;

const hole = (startSeconds: number, lengthSeconds: number) => ({ startSeconds, lengthSeconds });

/** Base clips: rates, reordering, pace, holes, codecs. */
export const baseClips: readonly BaseSpec[] = [
  {},
  { bFrames: 1, fps: 30 },
  { bFrames: 2, seconds: 6 },
  { bFrames: 3, gopFrames: 50 },
  { bFrames: 3, fps: 1, seconds: 20, gopFrames: 5 },
  { bFrames: 2, fps: 5, seconds: 12 },
  { fps: 15, bFrames: 1, audio: false },
  { fps: 29.97, bFrames: 2 },
  { variableRate: true },
  { variableRate: true, bFrames: 2, seconds: 6 },
  { variableRate: true, bFrames: 3, audio: false, fps: 30 },
  { holes: [hole(1, 2.2)] },
  { holes: [hole(0.5, 1), hole(2, 2.5)], bFrames: 2, seconds: 6 },
  { holes: [hole(0, 2.4)], bFrames: 1, seconds: 5 },
  { holes: [hole(1.3, 3)], holesInAudio: true, bFrames: 3, seconds: 6 },
  { holes: [hole(4, 4)], variableRate: true, seconds: 10 },
  { offsetSeconds: 3.7, bFrames: 2 },
  { offsetSeconds: 1000.123 },
  { codec: 'hevc', bFrames: 2 },
  { codec: 'hevc', bFrames: 3, holes: [hole(1, 2.5)], audio: false },
  { size: '320x240', bFrames: 2, gopFrames: 12 },
  { bFrames: 1, fps: 8, seconds: 10, holes: [hole(2, 5)] },
];

interface Variant {
  name: string;
  container: ClipContainer;
  inputArgs?: string[];
  outputArgs?: string[];
  /** Part of the bytes that stay. */
  keep?: number;
}

/** What is made of each base clip. */
export const variants: readonly Variant[] = [
  { name: 'flv', container: 'flv' },
  { name: 'flv cut short', container: 'flv', keep: 0.61 },
  { name: 'mp4', container: 'mp4' },
  {
    name: 'mp4 between key frames',
    container: 'mp4',
    inputArgs: ['-ss', '1.31'],
    outputArgs: ['-movflags', '+faststart'],
  },
  { name: 'fmp4', container: 'fmp4' },
  {
    name: 'fmp4 cut short',
    container: 'mp4',
    outputArgs: ['-movflags', '+empty_moov+default_base_moof', '-frag_duration', '400000'],
    keep: 0.7,
  },
  { name: 'ts', container: 'mpegts' },
  { name: 'ts cut short', container: 'mpegts', keep: 0.53 },
  { name: 'ts with frames dropped', container: 'mpegts', outputArgs: dropped(9, 30) },
];

/** Made of some base clips only. */
export const rareVariants: readonly Variant[] = [
  { name: 'faststart cut short', container: 'mp4', outputArgs: ['-movflags', '+faststart'], keep: 0.44 },
  { name: 'mp4 with frames dropped', container: 'mp4', outputArgs: dropped(20, 45) },
  { name: 'mp4 with negative offsets', container: 'mp4', outputArgs: ['-movflags', '+negative_cts_offsets'] },
  {
    name: 'fmp4 with negative offsets',
    container: 'fmp4',
    outputArgs: ['-movflags', '+negative_cts_offsets+frag_keyframe'],
  },
  { name: 'mp4 without edit list', container: 'mp4', outputArgs: ['-use_editlist', '0'] },
  {
    name: 'one fragment a frame',
    container: 'mp4',
    outputArgs: ['-movflags', '+frag_every_frame+empty_moov'],
  },
  {
    name: 'old-style fragments',
    container: 'mp4',
    outputArgs: ['-movflags', '+frag_keyframe+omit_tfhd_offset+empty_moov'],
  },
  { name: 'm2ts', container: 'm2ts' },
  { name: 'ts across the clock wrap', container: 'mpegts', outputArgs: ['-output_ts_offset', '95441.5'] },
  { name: 'flv late', container: 'flv', outputArgs: ['-output_ts_offset', '17000'] },
];

function dropped(from: number, to: number): string[] {
  return ['-bsf:v', `noise=amount=0:drop='between(n\\,${from}\\,${to})'`];
}

/** Makes the files of some base clips: all usual variants, and a turn of the rare ones. */
export async function makeCorpus(spec: {
  dir: string;
  bases: readonly number[];
  rareEach: number;
}): Promise<CorpusFile[]> {
  const made = await inPairs(spec.bases, (index) => makeVariants({ ...spec, index }));
  return made.flat();
}

async function makeVariants(spec: { dir: string; index: number; rareEach: number }): Promise<CorpusFile[]> {
  const { dir, index, rareEach } = spec;
  const base = baseClips[index]!;
  const from = await makeClip({ ...base, dir, name: `base-${index}`, container: 'mp4' });
  const rare = Array.from(
    { length: rareEach },
    (_, turn) => rareVariants[(index * rareEach + turn) % rareVariants.length]!,
  );
  const chosen = [...variants, ...rare].filter(
    (variant) => variant.container !== 'flv' || base.codec !== 'hevc',
  );
  const named = chosen.map((variant, turn) => ({
    ...variant,
    label: variant.name,
    name: `clip-${index}-${turn}`,
  }));
  const cut = named.filter((variant) => variant.inputArgs);
  const whole = named.filter((variant) => !variant.inputArgs);
  const paths = [
    ...(await remuxClips({ from, dir, copies: whole })),
    ...(await Promise.all(cut.map((variant) => remuxClip({ ...variant, from, dir })))),
  ];
  const made = [...whole, ...cut].map(async ({ keep, label }, place) => {
    const path = paths[place]!;
    if (keep) await cutFile(path, Math.floor((await stat(path)).size * keep));
    return { path, label: `${label} of ${JSON.stringify(base)}` };
  });
  return Promise.all(made);
}

/** Runs jobs two at a time: the tests' machine has two cores. */
export async function inPairs<T, R>(items: readonly T[], job: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await job(items[index]!);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
