// Frames of a video in one picture: some moments one below the other, or those before and after a hole side by side, at places that coverage says.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const frameSeconds = 0.04;

interface Interval {
  startAt: string;
  endAt: string;
  state: string;
  mediaStartSeconds?: number;
}

/** Positions come from the coverage file alone. */
export async function takeFramesAroundHole({ dir, path }: { dir: string; path: string }): Promise<void> {
  const names = await readdir(dir);
  const coverage = names.find((name) => name.endsWith('.coverage.json'));
  if (!coverage) throw new Error(`There is no coverage file in ${dir}.`);
  const { intervals } = JSON.parse(await readFile(join(dir, coverage), 'utf8')) as { intervals: Interval[] };
  const hole = intervals.findIndex((interval) => interval.state !== 'present');
  const before = intervals[hole - 1];
  const after = intervals.slice(hole).find((interval) => interval.state === 'present');
  if (before?.mediaStartSeconds === undefined || after?.mediaStartSeconds === undefined)
    throw new Error(`The coverage of ${dir} has no hole between pictures.`);
  const lengthSeconds = (Date.parse(before.endAt) - Date.parse(before.startAt)) / 1000;
  const media = join(dir, coverage.replace(/\.coverage\.json$/, ''));
  const inputs = [before.mediaStartSeconds + lengthSeconds - frameSeconds, after.mediaStartSeconds].flatMap(
    (seconds) => ['-ss', Math.max(0, seconds).toFixed(3), '-i', media],
  );
  const graph = '[0:v]pad=iw+16:ih:0:0:white[a];[a][1:v]hstack,scale=880:-2';
  const output = ['-filter_complex', graph, '-frames:v', '1', '-pred', 'mixed', '-y', path];
  await run('ffmpeg', ['-v', 'error', ...inputs, ...output]);
}

/** One below the other. */
export async function takeFrames(shot: {
  media: string;
  atSeconds: readonly number[];
  path: string;
}): Promise<void> {
  const { media, atSeconds, path } = shot;
  const inputs = atSeconds.flatMap((seconds) => ['-ss', String(seconds), '-i', media]);
  const framed = atSeconds.map((_, at) => `[${at}:v]scale=880:-2,pad=iw:ih+8:0:0:white[f${at}]`);
  const joined = `${atSeconds.map((_, at) => `[f${at}]`).join('')}vstack=inputs=${atSeconds.length}`;
  const output = ['-filter_complex', [...framed, joined].join(';'), '-frames:v', '1', '-y', path];
  await run('ffmpeg', ['-v', 'error', ...inputs, ...output]);
}
