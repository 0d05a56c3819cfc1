// The merge of many files against copying their bytes, and the search for an overlap against hashing every frame of one file.
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeConcatDir } from '../src/media/concat-list.ts';
import { createFfmpeg } from '../src/media/ffmpeg.ts';
import { findOverlap } from '../src/media/overlap.ts';
import { placeArgs } from '../src/media/place-files.ts';
import { createRun } from '../src/process/run.ts';
import { createWrapper } from '../src/process/wrapper.ts';
import type { Bench, BenchResult } from './bench.ts';
import { ratioOf } from './ratio.ts';

const exec = promisify(execFile);
const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
const signal = new AbortController().signal;

const files = 24;
const fileSeconds = 60;

/** RAM disk where there is one: the merge is measured, not the disk. */
async function scratchDir(): Promise<string> {
  const hasRamDisk = await stat('/dev/shm').then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return mkdtemp(join(hasRamDisk ? '/dev/shm' : tmpdir(), 'longtake-bench-'));
}

async function inDir(work: (dir: string) => Promise<BenchResult>): Promise<BenchResult> {
  const dir = await scratchDir();
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** 720p at 2 Mb/s with sound, as a camera sends it: 20 s encoded once, then repeated by stream copy. */
async function makeRecording(path: string, seconds: number): Promise<void> {
  const piece = `${path}.piece.mp4`;
  const picture = 'testsrc2=s=1280x720:r=25:d=20,noise=alls=12:allf=t';
  const rate = [
    '-preset',
    'ultrafast',
    '-b:v',
    '2M',
    '-maxrate',
    '2M',
    '-bufsize',
    '2M',
    '-bf',
    '2',
    '-g',
    '50',
  ];
  await exec('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', picture],
    ...['-f', 'lavfi', '-i', 'sine=sample_rate=44100:duration=20', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'],
    ...[...rate, '-c:a', 'aac', piece],
  ]);
  await copyStreams(piece, path, ['-t', String(seconds)], ['-stream_loop', '-1']);
  await rm(piece);
}

async function copyStreams(from: string, to: string, output: string[], input: string[] = []): Promise<void> {
  await exec('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...input, '-i', from, '-c', 'copy', ...output, to]);
}

/** Both write a new file each time; both read from the cache. */
function mergeAgainstCat(): Promise<BenchResult> {
  return inDir(async (dir) => {
    const sources = Array.from({ length: files }, (_, index) => join(dir, `${index}.flv`));
    await makeRecording(sources[0]!, fileSeconds);
    for (const source of sources.slice(1)) await copyFile(sources[0]!, source);
    const listDir = join(dir, 'list');
    const entries = sources.map((path) => ({
      path,
      container: 'flv' as const,
      durationSeconds: fileSeconds + 1,
    }));
    const listPath = await writeConcatDir(listDir, entries);
    const outPath = join(dir, 'out.mp4');
    const ffmpeg = createFfmpeg({ run, ffmpegPath: 'ffmpeg' });
    const args = placeArgs({ listPath, outPath, offsetSeconds: 0, audio: 'copy' });
    const merge = async (): Promise<void> => {
      await rm(outPath, { force: true });
      await ffmpeg({ purpose: 'a measurement', args, signal, stallSeconds: 60 });
    };
    const catPath = join(dir, 'cat.bin');
    const cat = async (): Promise<void> => {
      await rm(catPath, { force: true });
      await exec('sh', ['-c', 'cat "$@" > "$0"', catPath, ...sources]);
    };
    const measured = await ratioOf({ ours: merge, theirs: cat, rounds: 7 });
    const megabytes = Math.round((files * (await stat(sources[0]!)).size) / 1e6);
    const detail = `${inSeconds(measured.oursMs)} against ${inSeconds(measured.theirsMs)}, ${megabytes} MB in ${files} files`;
    return { ratio: measured.ratio, detail };
  });
}

function overlapAgainstFramemd5(): Promise<BenchResult> {
  return inDir(async (dir) => {
    const whole = join(dir, 'whole.flv');
    await makeRecording(whole, 2 * 900 - 10);
    const before = join(dir, 'before.flv');
    const after = join(dir, 'after.flv');
    await copyStreams(whole, before, ['-t', '900']);
    await copyStreams(whole, after, ['-t', '900'], ['-ss', '890']);
    await rm(whole);
    const search = async (): Promise<void> => {
      const overlap = await findOverlap(
        { run, ffprobePath: 'ffprobe' },
        {
          before: { path: before, container: 'flv', lastPtsSeconds: 900 },
          after: { path: after, container: 'flv', firstPtsSeconds: 0 },
          expectedSeconds: 10,
          signal,
        },
      );
      if (!overlap) throw new Error('The overlap was not found');
    };
    const framemd5 = (): Promise<unknown> =>
      exec(
        'ffmpeg',
        ['-nostdin', '-v', 'error', '-i', after, '-map', '0:v', '-c', 'copy', '-f', 'framemd5', '-'],
        {
          maxBuffer: 1 << 28,
        },
      );
    const measured = await ratioOf({ ours: search, theirs: framemd5, rounds: 7 });
    const detail = `${measured.oursMs.toFixed(1)} ms against ${inSeconds(measured.theirsMs)} for one 15-minute FLV`;
    return { ratio: measured.ratio, detail };
  });
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

export const benches: Bench[] = [
  { name: `merge of ${files} FLV files, ffmpeg's part / cat`, target: 2.3, run: mergeAgainstCat },
  { name: 'overlap search at one joint / framemd5 of one file', target: 0.1, run: overlapAgainstFramemd5 },
];
