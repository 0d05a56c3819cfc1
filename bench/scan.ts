// The gap scan against ffprobe printing the same presentation times: 15-minute files, and many small ones.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createScanner, type Scanner } from '../src/media/scan/scanner.ts';
import { createRun } from '../src/process/run.ts';
import { createWrapper } from '../src/process/wrapper.ts';
import type { Bench, BenchResult } from './bench.ts';
import { ratioOf } from './ratio.ts';

const exec = promisify(execFile);

const smallFiles = 48;

interface Place {
  dir: string;
  scanner: Scanner;
}

/** A scratch directory and a scanner with its threads already up: a worker scans for months with the same threads. */
async function inPlace(work: (place: Place) => Promise<BenchResult>): Promise<BenchResult> {
  const dir = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
  const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
  const scanner = createScanner({ run, ffprobePath: 'ffprobe', threads: 2 });
  try {
    return await work({ dir, scanner });
  } finally {
    await scanner.close();
    await rm(dir, { recursive: true, force: true });
  }
}

const ffmpeg = (...args: string[]) => exec('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);

/** 20 s of 720p at about 2 Mb/s with sound, then the same again and again by stream copy. */
async function makeLong(dir: string, extension: 'flv' | 'mp4', seconds: number): Promise<string> {
  const piece = join(dir, 'piece.mp4');
  const path = join(dir, `long-${seconds}.${extension}`);
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
  const sound = ['-f', 'lavfi', '-i', 'sine=sample_rate=44100:duration=20', '-c:a', 'aac'];
  await ffmpeg(
    '-f',
    'lavfi',
    '-i',
    picture,
    ...sound,
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
    ...rate,
    piece,
  );
  await ffmpeg('-stream_loop', '-1', '-i', piece, '-t', String(seconds), '-c', 'copy', path);
  return path;
}

async function scan(scanner: Scanner, path: string, seconds: number): Promise<void> {
  const found = await scanner.scanSegment({
    path,
    segment: { startMs: 0, endMs: seconds * 1000 },
    gapThresholdSeconds: 2,
    origin: 'segment',
    signal: new AbortController().signal,
  });
  if (found.usedFallback || found.videoPackets < seconds * 24)
    throw new Error(`The scan of ${path} read ${found.videoPackets} packets`);
}

function probeTimes(path: string): Promise<unknown> {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    'packet=pts_time',
    '-of',
    'csv=p=0',
    `file:${path}`,
  ];
  return exec('ffprobe', args, { maxBuffer: 1 << 28 });
}

function longFile(extension: 'flv' | 'mp4'): Promise<BenchResult> {
  return inPlace(async ({ dir, scanner }) => {
    const path = await makeLong(dir, extension, 900);
    await scan(scanner, path, 900);
    const measured = await ratioOf({
      ours: () => scan(scanner, path, 900),
      theirs: () => probeTimes(path),
      rounds: 9,
    });
    const megabytes = Math.round((await stat(path)).size / 1e6);
    return {
      ratio: measured.ratio,
      detail: `${milliseconds(measured.oursMs)} against ${milliseconds(measured.theirsMs)}, ${megabytes} MB`,
    };
  });
}

function manySmallFiles(): Promise<BenchResult> {
  return inPlace(async ({ dir, scanner }) => {
    const path = await makeLong(dir, 'flv', 20);
    const paths = Array.from({ length: smallFiles }, () => path);
    await scan(scanner, path, 20);
    const measured = await ratioOf({
      ours: () => Promise.all(paths.map((file) => scan(scanner, file, 20))),
      theirs: () => oneByOne(paths, probeTimes),
      rounds: 5,
    });
    return {
      ratio: measured.ratio,
      detail: `${milliseconds(measured.oursMs)} against ${milliseconds(measured.theirsMs)} for ${smallFiles} files`,
    };
  });
}

async function oneByOne(paths: readonly string[], work: (path: string) => Promise<unknown>): Promise<void> {
  for (const path of paths) await work(path);
}

const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

export const benches: Bench[] = [
  { name: 'gap scan of a 15-minute FLV / ffprobe', target: 0.1, run: () => longFile('flv') },
  { name: 'gap scan of a 15-minute MP4 / ffprobe', target: 0.05, run: () => longFile('mp4') },
  {
    name: `gap scan of ${smallFiles} small files / ${smallFiles} ffprobe runs`,
    target: 0.03,
    run: manySmallFiles,
  },
];
