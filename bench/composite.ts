// A lecture composed our way against the five commands it was made with before: two joins, two cuts, one hstack.
import { execFile } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { slotGrid } from '../src/domain/lecture-grid.ts';
import { layoutOf } from '../src/domain/lecture-layout.ts';
import { createFfmpeg } from '../src/media/ffmpeg.ts';
import { composeSlot } from '../src/media/lecture/compose-slot.ts';
import type { ComposeDeps } from '../src/media/lecture/compose-slot.ts';
import { joinSlots } from '../src/media/lecture/join-slots.ts';
import { createScanner } from '../src/media/scan/scanner.ts';
import { createRun } from '../src/process/run.ts';
import { createWrapper } from '../src/process/wrapper.ts';
import { type Bench, type BenchResult, spreadOf } from './bench.ts';
import { type LectureClips, makeLectureClips } from './lecture-clips.ts';
import { type Cost, costOf } from './ratio.ts';
import { inScratch, inSeconds, toEnd } from './scratch.ts';

const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
const signal = new AbortController().signal;

/** Two files of each source, the second one like the first; the lecture begins and ends in the middle of them. */
const fileSeconds = 64;
const fromSeconds = 4;
/** Twice a half hour would be the truth; this is what a run of five minutes has room for. */
const lengthSeconds = 120;
const rounds = 2;
const frameRate = 25;
const layout = layoutOf('side-by-side', { pane: { width: 1280, height: 720 }, left: true, right: true });

/** The original took pictures as they came, and stopped at sizes or rates that differ: this much it needs to work at all. */
const fitted = (input: string, name: string): string =>
  `[${input}]scale=1280:720,setsar=1,fps=${frameRate}[${name}]`;

interface Place extends LectureClips {
  dir: string;
}

const ffmpeg = (...args: string[]): Promise<void> =>
  toEnd('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);

/** As the service did it: two joins, two cuts, one encode with the encoder's own defaults. */
async function original({ dir, lecturer, screen }: Place): Promise<string> {
  const cuts: string[] = [];
  for (const [index, file] of [lecturer, screen].entries()) {
    const [list, joined, cut] = ['list.txt', 'joined.mp4', 'cut.mp4'].map((name) =>
      join(dir, `${index}-${name}`),
    );
    await writeFile(list!, `file '${file}'\nfile '${file}'\n`);
    await ffmpeg('-f', 'concat', '-safe', '0', '-i', list!, '-c', 'copy', joined!);
    await ffmpeg('-ss', String(fromSeconds), '-i', joined!, '-t', String(lengthSeconds), '-c', 'copy', cut!);
    cuts.push(cut!);
  }
  const out = join(dir, 'original.mp4');
  const graph = `${fitted('0:v', 'left')};${fitted('1:v', 'right')};[left][right]hstack=inputs=2`;
  await ffmpeg('-i', cuts[0]!, '-i', cuts[1]!, '-filter_complex', graph, out);
  return out;
}

async function ours(deps: ComposeDeps, { dir, lecturer, screen }: Place): Promise<string> {
  const slots = [];
  for (const index of [0, 1]) {
    const fromMs = Math.max(fromSeconds, index * fileSeconds) * 1000;
    const toMs = Math.min(fromSeconds + lengthSeconds, (index + 1) * fileSeconds) * 1000;
    const { frames, samples } = slotGrid({ lectureStartMs: fromSeconds * 1000, fromMs, toMs, frameRate });
    const shiftSeconds = index * fileSeconds - fromMs / 1000;
    const source = (path: string) => ({ path, container: 'mp4', shiftSeconds }) as const;
    const path = join(dir, `slot-${index}.mkv`);
    await composeSlot(deps, {
      ...{ layout, frameRate, frames, samples, outPath: path, signal, workDir: dir },
      left: { kind: 'file', ...source(lecturer) },
      right: { kind: 'file', ...source(screen) },
      sound: source(lecturer),
      encoder: 'software',
      stallSeconds: 120,
    });
    slots.push({ path, frames, samples });
  }
  const outPath = join(dir, 'ours.mp4');
  const about = { chapters: [], title: '', workDir: dir, stallSeconds: 120, signal };
  await joinSlots(deps, { slots, outPath, ...about });
  return outPath;
}

/** The pictures of the lecture, made without either way and without loss. */
async function makeReference({ dir, lecturer, screen }: Place): Promise<string> {
  const path = join(dir, 'reference.mkv');
  const parts = [
    ['-ss', String(fromSeconds), '-i'],
    ['-t', String(fromSeconds + lengthSeconds - fileSeconds), '-i'],
  ];
  const whole = (first: number, name: string): string =>
    `[${first}:v][${first + 1}:v]concat=n=2[${name}];${fitted(name, `${name}-pane`)}`;
  await ffmpeg(
    ...[lecturer, screen].flatMap((file) => parts.flatMap((part) => [...part, file])),
    ...['-filter_complex', `${whole(0, 'left')};${whole(2, 'right')};[left-pane][right-pane]hstack=inputs=2`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0', path],
  );
  return path;
}

/** Of all planes, 0 to 1. */
async function similarity(path: string, reference: string): Promise<number> {
  const inputs = ['-nostdin', '-hide_banner', '-i', path, '-i', reference];
  const { stderr } = await promisify(execFile)('ffmpeg', [...inputs, '-lavfi', 'ssim', '-f', 'null', '-'], {
    maxBuffer: 1 << 24,
  });
  return Number(/All:([\d.]+)/.exec(stderr)![1]);
}

/** How much the pictures of both lost against the uncompressed ones; the original's encode of the very same pictures beside them. */
async function quality(place: Place): Promise<{ ours: number; theirs: number; usual: number }> {
  const reference = await makeReference(place);
  const usual = join(place.dir, 'usual.mp4');
  await ffmpeg('-i', reference, '-c:v', 'libx264', usual);
  return {
    ours: await similarity(join(place.dir, 'ours.mp4'), reference),
    theirs: await similarity(join(place.dir, 'original.mp4'), reference),
    usual: await similarity(usual, reference),
  };
}

/** Minutes of encoding need no warming up; the two take turns in changing order. */
async function takeTurns(work: { ours: () => Promise<unknown>; theirs: () => Promise<unknown> }) {
  const turns: { ours: Cost; theirs: Cost }[] = [];
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? await costOf(work.theirs) : undefined;
    const ours = await costOf(work.ours);
    turns.push({ ours, theirs: first ?? (await costOf(work.theirs)) });
  }
  return turns;
}

async function measure(deps: ComposeDeps, dir: string): Promise<BenchResult> {
  const place = { dir, ...(await makeLectureClips(dir, fileSeconds)) };
  const turns = await takeTurns({ ours: () => ours(deps, place), theirs: () => original(place) });
  const bytesOf = async (name: string): Promise<number> => (await stat(join(dir, name))).size;
  const bytes = (await bytesOf('ours.mp4')) / (await bytesOf('original.mp4'));
  const ssim = await quality(place);
  const median = (whose: 'ours' | 'theirs'): string =>
    inSeconds(spreadOf(turns.map((turn) => turn[whose].ms)).median);
  return {
    ratios: turns.map((turn) => turn.ours.ms / turn.theirs.ms),
    detail: `${median('ours')} against ${median('theirs')} for ${lengthSeconds} s of 720p25 and 1080p15; SSIM ${ssim.ours.toFixed(5)}, the original's result ${ssim.theirs.toFixed(5)}, medium crf 23 of the same pictures ${ssim.usual.toFixed(5)}`,
    apart: [
      {
        what: 'composite in CPU time (0.5)',
        ratios: turns.map((turn) => turn.ours.cpuMs / turn.theirs.cpuMs),
      },
      { what: 'bytes ÷ those of the original (1.15)', ratios: [bytes] },
      { what: 'SSIM below medium crf 23, in thousandths (1)', ratios: [1000 * (ssim.usual - ssim.ours)] },
    ],
  };
}

function compositeAgainstOriginal(): Promise<BenchResult> {
  return inScratch('disk', async (dir) => {
    const scanner = createScanner({ run, ffprobePath: 'ffprobe', threads: 1 });
    const deps: ComposeDeps = {
      run,
      ffmpeg: createFfmpeg({ run, ffmpegPath: 'ffmpeg' }),
      ffmpegPath: 'ffmpeg',
      ffprobePath: 'ffprobe',
      readTimes: async (spec) => {
        const read = await scanner.readTimes(spec);
        return { videoPts: read.kind === 'times' ? read.times.videoPts : new Float64Array(0) };
      },
      findHardwareEncoder: async () => undefined,
    };
    try {
      return await measure(deps, dir);
    } finally {
      await scanner.close();
    }
  });
}

export const benches: Bench[] = [
  {
    name: 'composite',
    title: `two minutes of a lecture (2 × ${fileSeconds} s of two sources) composed and joined ÷ the original five commands`,
    target: 0.5,
    limit:
      'decoding and scaling cost both ways the same, and the encoder that looks like medium takes 0.4 of its time; on clips this short opening and reading back add to it. More in [0016](../decisions/0016-lecture-encoding.md).',
    run: compositeAgainstOriginal,
  },
];
