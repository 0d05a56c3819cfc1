// The copy that ffmpeg does in a merge against cat of the same bytes, and the search for an overlap against hashing every frame of one file.
import { copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeConcatDir } from '../src/media/concat-list.ts';
import { createFfmpeg } from '../src/media/ffmpeg.ts';
import { findOverlap } from '../src/media/overlap.ts';
import { placeArgs } from '../src/media/place-files.ts';
import { createRun } from '../src/process/run.ts';
import { createWrapper } from '../src/process/wrapper.ts';
import type { Bench, BenchResult } from './bench.ts';
import { concatenate, concatenateByPipe } from './concatenate.ts';
import { ratioOf } from './ratio.ts';
import { copyStreams, makeRecording } from './recording.ts';
import { inMegabytes, inMilliseconds, inScratch, inSeconds, toEnd } from './scratch.ts';

const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
const signal = new AbortController().signal;

const files = 12;
const fileSeconds = 300;

/** Both write a new file each time; both read from the cache. */
function mergeAgainstCat(): Promise<BenchResult> {
  return inScratch('memory', async (dir) => {
    const sources = Array.from({ length: files }, (_, index) => join(dir, `${index}.flv`));
    await makeRecording(sources[0]!, fileSeconds);
    for (const source of sources.slice(1)) await copyFile(sources[0]!, source);
    const entries = sources.map((path) => ({
      path,
      container: 'flv' as const,
      durationSeconds: fileSeconds + 1,
    }));
    const listPath = await writeConcatDir(join(dir, 'list'), entries);
    const [outPath, catPath] = [join(dir, 'out.mp4'), join(dir, 'cat.bin')];
    const ffmpeg = createFfmpeg({ run, ffmpegPath: 'ffmpeg' });
    const args = placeArgs({ listPath, outPath, offsetSeconds: 0, audio: 'copy', keepsPackets: true });
    const contest = {
      ours: () => ffmpeg({ purpose: 'a measurement', args, signal, stallSeconds: 60 }),
      tidy: () => Promise.all([rm(outPath, { force: true }), rm(catPath, { force: true })]),
    };
    const inKernel = await ratioOf({ ...contest, theirs: () => concatenate(sources, catPath), rounds: 7 });
    const byPipe = await ratioOf({
      ...contest,
      theirs: () => concatenateByPipe(sources, catPath),
      rounds: 5,
    });
    const size = inMegabytes(files * (await stat(sources[0]!)).size);
    return {
      ratios: inKernel.ratios,
      detail: `${inSeconds(inKernel.oursMs)} against ${inSeconds(inKernel.theirsMs)}, ${size} in ${files} files`,
      apart: [
        { what: 'merge-copy in CPU time', ratios: inKernel.cpuRatios },
        { what: 'merge-copy against a copy whose bytes pass through a process', ratios: byPipe.ratios },
        { what: 'the same in CPU time', ratios: byPipe.cpuRatios },
      ],
    };
  });
}

const partSeconds = 900;
const sharedSeconds = 10;

function overlapAgainstFramemd5(): Promise<BenchResult> {
  return inScratch('memory', async (dir) => {
    const whole = join(dir, 'whole.flv');
    await makeRecording(whole, 2 * partSeconds - sharedSeconds);
    const before = join(dir, 'before.flv');
    const after = join(dir, 'after.flv');
    const length = ['-t', String(partSeconds)];
    await copyStreams({ from: whole, to: before, after: length });
    await copyStreams({
      from: whole,
      to: after,
      before: ['-ss', String(partSeconds - sharedSeconds)],
      after: length,
    });
    await rm(whole);
    const search = async (): Promise<void> => {
      const overlap = await findOverlap(
        { run, ffprobePath: 'ffprobe' },
        {
          before: { path: before, container: 'flv', lastPtsSeconds: partSeconds },
          after: { path: after, container: 'flv', firstPtsSeconds: 0 },
          expectedSeconds: sharedSeconds,
          signal,
        },
      );
      if (!overlap) throw new Error('The overlap was not found');
    };
    const hashing = ['-map', '0:v', '-c', 'copy', '-f', 'framemd5', '-'];
    const { ratios, oursMs, theirsMs } = await ratioOf({
      ours: search,
      theirs: () => toEnd('ffmpeg', ['-nostdin', '-v', 'error', '-i', after, ...hashing]),
      rounds: 7,
    });
    return {
      ratios,
      detail: `${inMilliseconds(oursMs)} against ${inSeconds(theirsMs)} for one 15-minute FLV`,
    };
  });
}

export const benches: Bench[] = [
  {
    name: 'merge-copy',
    title: `merge of ${files} FLV files of ${fileSeconds / 60} minutes, ffmpeg's part ÷ cat`,
    target: 2.3,
    limit:
      'this cat lets the kernel move the bytes (copy_file_range) and sees none of them, where a merge reads every packet to write its index. Reading alone takes longer than the target. Against a copy whose bytes pass through a process see above; more in [0012](../decisions/0012-merge-cost.md).',
    run: mergeAgainstCat,
  },
  {
    name: 'overlap',
    title: 'overlap search at one joint ÷ framemd5 of one file',
    target: 0.1,
    run: overlapAgainstFramemd5,
  },
];
