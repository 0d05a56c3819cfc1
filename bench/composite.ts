// A lecture composed our way against the five commands it was made with before: two joins, two cuts, one hstack.
import { execFile } from 'node:child_process';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { slotGrid } from '../src/domain/lecture-grid.ts';
import { layoutOf } from '../src/domain/lecture-layout.ts';
import { createFfmpeg } from '../src/media/ffmpeg.ts';
import { composeSlot } from '../src/media/lecture/compose-slot.ts';
import type { ComposeDeps } from '../src/media/lecture/compose-slot.ts';
import { softwareEncoder, type VideoEncoder } from '../src/media/lecture/encoder.ts';
import { joinSlots } from '../src/media/lecture/join-slots.ts';
import { createScanner } from '../src/media/scan/scanner.ts';
import { createRun } from '../src/process/run.ts';
import { createWrapper } from '../src/process/wrapper.ts';
import type { Bench, BenchResult } from './bench.ts';
import { ratioOf } from './ratio.ts';
import { copyStreams, makeRecording } from './recording.ts';
import { inScratch, inSeconds, toEnd } from './scratch.ts';

const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
const signal = new AbortController().signal;

/** Two files of each camera; the lecture begins and ends in the middle of them. */
const fileSeconds = 12;
const fromSeconds = 2;
const lengthSeconds = 20;
const frameRate = 25;
const layout = layoutOf('side-by-side', { pane: { width: 1280, height: 720 }, left: true, right: true });

interface Place {
  dir: string;
  left: string[];
  right: string[];
}

const ffmpeg = (...args: string[]): Promise<void> =>
  toEnd('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);

async function makeSources(dir: string): Promise<Place> {
  const whole = join(dir, 'whole.mp4');
  await makeRecording(whole, 4 * fileSeconds);
  const files: string[] = [];
  for (let index = 0; index < 4; index++) {
    const to = join(dir, `file-${index}.mp4`);
    const before = ['-ss', String(index * fileSeconds)];
    await copyStreams({ from: whole, to, before, after: ['-t', String(fileSeconds)] });
    files.push(to);
  }
  await rm(whole);
  return { dir, left: files.slice(0, 2), right: files.slice(2) };
}

/** As the service did it, on files of one size and rate: with others it breaks. */
async function original({ dir, left, right }: Place): Promise<string> {
  const cuts: string[] = [];
  for (const [index, files] of [left, right].entries()) {
    const [list, joined, cut] = ['list.txt', 'joined.mp4', 'cut.mp4'].map((name) =>
      join(dir, `${index}-${name}`),
    );
    await writeFile(list!, files.map((file) => `file '${file}'\n`).join(''));
    await ffmpeg('-f', 'concat', '-safe', '0', '-i', list!, '-c', 'copy', joined!);
    await ffmpeg('-ss', String(fromSeconds), '-i', joined!, '-t', String(lengthSeconds), '-c', 'copy', cut!);
    cuts.push(cut!);
  }
  const out = join(dir, 'original.mp4');
  await ffmpeg('-i', cuts[0]!, '-i', cuts[1]!, '-filter_complex', 'hstack=inputs=2', out);
  return out;
}

async function ours(
  deps: ComposeDeps,
  place: Place,
  encoder: VideoEncoder = softwareEncoder,
): Promise<string> {
  const slots = [];
  for (const index of [0, 1]) {
    const fromMs = Math.max(fromSeconds, index * fileSeconds) * 1000;
    const toMs = Math.min(fromSeconds + lengthSeconds, (index + 1) * fileSeconds) * 1000;
    const grid = slotGrid({ lectureStartMs: fromSeconds * 1000, fromMs, toMs, frameRate });
    const shiftSeconds = index * fileSeconds - fromMs / 1000;
    const source = (path: string) => ({ path, container: 'mp4', shiftSeconds }) as const;
    const outPath = join(place.dir, `slot-${index}.mkv`);
    await composeSlot(
      { ...deps, findHardwareEncoder: async () => encoder },
      {
        ...{ layout, frameRate, frames: grid.frames, samples: grid.samples, outPath, signal },
        left: { kind: 'file', ...source(place.left[index]!) },
        right: { kind: 'file', ...source(place.right[index]!) },
        sound: source(place.left[index]!),
        workDir: place.dir,
        encoder: 'auto',
        stallSeconds: 120,
      },
    );
    slots.push({ path: outPath, frames: grid.frames, samples: grid.samples });
  }
  const outPath = join(place.dir, `${encoder === softwareEncoder ? 'ours' : 'lossless'}.mp4`);
  const about = { chapters: [], title: '', workDir: place.dir, stallSeconds: 120, signal };
  await joinSlots(deps, { slots, outPath, ...about });
  return outPath;
}

/** Of all planes, 0 to 1, against a lossless render. */
async function similarity(path: string, reference: string): Promise<number> {
  const inputs = ['-nostdin', '-hide_banner', '-i', path, '-i', reference];
  const { stderr } = await promisify(execFile)('ffmpeg', [...inputs, '-lavfi', 'ssim', '-f', 'null', '-'], {
    maxBuffer: 1 << 24,
  });
  return Number(/All:([\d.]+)/.exec(stderr)![1]);
}

const lossless: VideoEncoder = { ...softwareEncoder, options: ['-preset', 'ultrafast', '-qp', '0'] };

function compositeAgainstOriginal(): Promise<BenchResult> {
  return inScratch('disk', async (dir) => {
    const place = await makeSources(dir);
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
      const contest = { ours: () => ours(deps, place), theirs: () => original(place), rounds: 3 };
      const ratio = await ratioOf(contest);
      const reference = await ours(deps, place, lossless);
      const usual = join(dir, 'usual.mp4');
      await ffmpeg('-i', reference, '-map', '0:v', '-c:v', 'libx264', usual);
      const [our, their] = [join(dir, 'ours.mp4'), join(dir, 'original.mp4')];
      const bytes = (await stat(our)).size / (await stat(their)).size;
      const below = (await similarity(usual, reference)) - (await similarity(our, reference));
      return {
        ratios: ratio.ratios,
        detail: `${inSeconds(ratio.oursMs)} against ${inSeconds(ratio.theirsMs)} for ${lengthSeconds} s of two 720p cameras; SSIM ${below.toFixed(5)} below medium crf 23 of the same pictures`,
        apart: [
          { what: 'composite in CPU time (0.5)', ratios: ratio.cpuRatios },
          { what: 'bytes ÷ those of the original (1.15)', ratios: [bytes] },
          { what: 'SSIM below medium crf 23, of 1 (0.001)', ratios: [below] },
        ],
      };
    } finally {
      await scanner.close();
    }
  });
}

export const benches: Bench[] = [
  {
    name: 'composite',
    title: 'a lecture of two cameras composed and joined ÷ the original five commands',
    target: 0.5,
    run: compositeAgainstOriginal,
  },
];
