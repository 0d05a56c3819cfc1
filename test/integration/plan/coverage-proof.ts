// Holds a camera-day's coverage document against its merged files: tiles, hashes, and as many pictures as it claims.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { CameraDayDocument } from '../../../src/contract/plan.ts';
import { ffprobeTimes } from '../../fakes/clips.ts';
import type { PlanStack } from './plan-stack.ts';

export interface Interval {
  startAt: string;
  endAt: string;
  state: 'present' | 'sourceHadNone' | 'neverDownloaded' | 'rejected';
  file?: string;
  sha256?: string;
  mediaStartSeconds?: number;
}

export interface Coverage {
  plan: string;
  camera: string;
  window: { startAt: string; endAt: string };
  toleranceWindow: { startAt: string; endAt: string } | null;
  missingSeconds: { total: number; insideToleranceWindow: number } & Record<string, number>;
  files: { path: string; sha256: string; sizeBytes: number; startAt: string; durationSeconds: number }[];
  intervals: Interval[];
}

export const lengthSeconds = ({ startAt, endAt }: { startAt: string; endAt: string }): number =>
  (Date.parse(endAt) - Date.parse(startAt)) / 1000;

export async function readCoverage(stack: PlanStack, day: CameraDayDocument): Promise<Coverage> {
  return JSON.parse(await readFile(stack.media(day.coverage!), 'utf8')) as Coverage;
}

/** Expects that the document is right in itself and about the files; answers it. Clips have 25 pictures a second. */
export async function proveCoverage(stack: PlanStack, day: CameraDayDocument): Promise<Coverage> {
  const coverage = await readCoverage(stack, day);
  const { intervals, window } = coverage;
  expect(intervals[0]?.startAt).toBe(window.startAt);
  expect(intervals.at(-1)?.endAt).toBe(window.endAt);
  intervals.slice(1).forEach((interval, index) => expect(interval.startAt).toBe(intervals[index]!.endAt));
  const missing = intervals.filter(({ state }) => state !== 'present');
  const missingSeconds = missing.reduce((sum, interval) => sum + lengthSeconds(interval), 0);
  expect(coverage.missingSeconds.total).toBeCloseTo(missingSeconds, 6);
  expect(day.missingSeconds).toBe(coverage.missingSeconds.total);
  expect(coverage.files.map(({ path }) => path)).toEqual(day.merged);
  for (const file of coverage.files) {
    const bytes = await readFile(stack.media(file.path));
    expect(bytes.length).toBe(file.sizeBytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
  }
  await provePictures(stack, coverage);
  return coverage;
}

/** Every present interval shows its pictures where it says, one a frame. */
async function provePictures(stack: PlanStack, { files, intervals }: Coverage): Promise<void> {
  const times = new Map<string, number[]>();
  for (const { path } of files) times.set(path, await ffprobeTimes(stack.media(path)));
  for (const interval of intervals.filter(({ state }) => state === 'present')) {
    const file = files.find(({ path }) => path === interval.file);
    expect(file?.sha256).toBe(interval.sha256);
    const from = interval.mediaStartSeconds!;
    const to = from + lengthSeconds(interval);
    const shown = times.get(file!.path)!.filter((at) => at >= from - 0.02 && at < to - 0.02);
    expect(Math.abs(shown.length - lengthSeconds(interval) * 25)).toBeLessThanOrEqual(1.5);
  }
}

/** States in order, neighbours of one state as one: a file's first picture stands for the few milliseconds before it. */
export const statesOf = (intervals: readonly Interval[]): string[] =>
  intervals.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
