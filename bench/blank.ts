// Judging whether a screen was blank for half an hour, against decoding that half hour.
import { join } from 'node:path';
import { judgeScreen } from '../src/domain/blank-picture.ts';
import { samplePictures } from '../src/media/lecture/sample-pictures.ts';
import { createRun } from '../src/process/run.ts';
import { createWrapper } from '../src/process/wrapper.ts';
import type { Apart, Bench, BenchResult } from './bench.ts';
import { ratioOf } from './ratio.ts';
import { inScratch, inSeconds, toEnd } from './scratch.ts';

const halfHourSeconds = 1800;
const pieceSeconds = 60;

const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });

const ffmpeg = (...args: string[]): Promise<void> =>
  toEnd('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);

/** 720p15, a key frame every two seconds, 1 Mb/s: a minute is encoded, the rest repeats it by stream copy. */
async function makeHalfHour(dir: string): Promise<string> {
  const piece = join(dir, 'piece.mp4');
  const path = join(dir, 'half-hour.mp4');
  await ffmpeg(
    ...['-f', 'lavfi', '-i', `testsrc2=s=1280x720:r=15:d=${pieceSeconds}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '2', '-g', '30'],
    ...['-x264-params', 'scenecut=0', '-b:v', '1M', '-maxrate', '1M', '-bufsize', '2M', piece],
  );
  const length = ['-t', String(halfHourSeconds)];
  await ffmpeg('-stream_loop', '-1', '-i', piece, '-c', 'copy', ...length, path);
  return path;
}

async function judge(path: string): Promise<void> {
  const pictures = await samplePictures(
    { run, ffmpegPath: 'ffmpeg' },
    {
      ...{ path, container: 'mp4', fromSeconds: 0, toSeconds: halfHourSeconds },
      ...{ stallSeconds: 60, signal: new AbortController().signal },
    },
  );
  const { state } = judgeScreen(pictures, []);
  if (pictures.length !== 10 || state !== 'picture')
    throw new Error(`${pictures.length} pictures of ${path} were judged ${state}`);
}

const decode = (path: string): Promise<void> =>
  ffmpeg('-i', `file:${path}`, '-map', '0:v:0', '-f', 'null', '-');

/** One picture by one ffmpeg, ten times, as a script would do it. */
async function tenRuns(path: string): Promise<void> {
  for (let at = 0; at < 10; at++) {
    const small = ['-vf', 'scale=64:36:flags=area,format=rgb24', '-f', 'rawvideo', '/dev/null'];
    await ffmpeg('-ss', String(180 * at + 90), '-i', `file:${path}`, '-frames:v', '1', ...small);
  }
}

async function againstTenRuns(path: string): Promise<Apart> {
  const { ratios } = await ratioOf({ ours: () => judge(path), theirs: () => tenRuns(path), rounds: 3 });
  return { what: 'blank ÷ ten runs of ffmpeg for one picture each', ratios };
}

const judgeHalfHour = (): Promise<BenchResult> =>
  inScratch('disk', async (dir) => {
    const path = await makeHalfHour(dir);
    const { ratios, cpuRatios, oursMs, theirsMs } = await ratioOf({
      ours: () => judge(path),
      theirs: () => decode(path),
      rounds: 2,
    });
    const detail = `${inSeconds(oursMs)} against ${inSeconds(theirsMs)}, ten pictures of 720p15`;
    const inCpu = { what: 'blank in CPU time (0.05)', ratios: cpuRatios };
    return { ratios, detail, apart: [inCpu, await againstTenRuns(path)] };
  });

export const benches: Bench[] = [
  {
    name: 'blank',
    title: 'judging half an hour of a screen ÷ decoding it',
    target: 0.05,
    run: judgeHalfHour,
  },
];
