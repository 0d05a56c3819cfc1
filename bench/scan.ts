// The gap scan against ffprobe printing the same presentation times: 15-minute files, and many small ones.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createScanner, type Scanner } from '../src/media/scan/scanner.ts';
import { createRun } from '../src/process/run.ts';
import { createWrapper } from '../src/process/wrapper.ts';
import type { Apart, Bench, BenchResult } from './bench.ts';
import { ratioOf } from './ratio.ts';
import { makeRecording } from './recording.ts';
import { inMegabytes, inMilliseconds, inScratch, toEnd } from './scratch.ts';

const smallFiles = 48;
const smallSeconds = 20;
const longSeconds = 900;

/** As many as a worker has. They stay up between scans: a worker scans for months with the same threads. */
const threads = 2;

async function withScanner(
  work: (scanner: Scanner, dir: string) => Promise<BenchResult>,
): Promise<BenchResult> {
  const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
  const scanner = createScanner({ run, ffprobePath: 'ffprobe', threads });
  try {
    return await inScratch('disk', (dir) => work(scanner, dir));
  } finally {
    await scanner.close();
  }
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

/** To nowhere: nobody waits for the text to be taken up. */
function probeTimes(path: string): Promise<void> {
  const entries = ['-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  return toEnd('ffprobe', ['-v', 'error', '-select_streams', 'v:0', ...entries, `file:${path}`]);
}

function longFile(extension: 'flv' | 'mp4'): Promise<BenchResult> {
  return withScanner(async (scanner, dir) => {
    const path = join(dir, `long.${extension}`);
    await makeRecording(path, longSeconds);
    const { ratios, oursMs, theirsMs } = await ratioOf({
      ours: () => scan(scanner, path, longSeconds),
      theirs: () => probeTimes(path),
      rounds: 11,
    });
    const size = inMegabytes((await stat(path)).size);
    const detail = `${inMilliseconds(oursMs)} against ${inMilliseconds(theirsMs)}, ${size}`;
    return extension === 'flv'
      ? { ratios, detail, apart: [await againstCat(scanner, path)] }
      : { ratios, detail };
  });
}

/** What reading every byte costs, by the quickest reader there is: FLV has no index. */
async function againstCat(scanner: Scanner, path: string): Promise<Apart> {
  const { ratios } = await ratioOf({
    ours: () => scan(scanner, path, longSeconds),
    theirs: () => toEnd('cat', [path]),
    rounds: 7,
  });
  return { what: 'scan-flv ÷ cat of the same file to nowhere', ratios };
}

function manySmallFiles(): Promise<BenchResult> {
  return withScanner(async (scanner, dir) => {
    const path = join(dir, 'small.flv');
    await makeRecording(path, smallSeconds);
    const paths = Array.from({ length: smallFiles }, () => path);
    const { ratios, oursMs, theirsMs } = await ratioOf({
      ours: () => Promise.all(paths.map((file) => scan(scanner, file, smallSeconds))),
      theirs: async () => {
        for (const file of paths) await probeTimes(file);
      },
      rounds: 3,
    });
    return { ratios, detail: `${inMilliseconds(oursMs)} against ${inMilliseconds(theirsMs)}` };
  });
}

export const benches: Bench[] = [
  {
    name: 'scan-flv',
    title: 'gap scan of a 15-minute FLV ÷ ffprobe',
    target: 0.1,
    limit:
      'FLV has no index, so the whole file is read, in two threads and already quicker than cat reads it (see above); the ratio is that of the memory to ffprobe.',
    run: () => longFile('flv'),
  },
  {
    name: 'scan-mp4',
    title: 'gap scan of a 15-minute MP4 ÷ ffprobe',
    target: 0.05,
    limit:
      'a few milliseconds of reading tables; what else runs on the machine decides on which side it falls.',
    run: () => longFile('mp4'),
  },
  {
    name: 'scan-small',
    title: `gap scan of ${smallFiles} small files ÷ ${smallFiles} ffprobe runs`,
    target: 0.03,
    run: manySmallFiles,
  },
];
