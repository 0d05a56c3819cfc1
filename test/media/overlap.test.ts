import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOverlap, matchRun } from '../../src/media/overlap.ts';
import type { ContainerName } from '../../src/domain/gap-report.ts';
import { type ClipContainer, remuxClip } from '../fakes/clips.ts';
import {
  deps,
  fps,
  neverAborted,
  numberedClip,
  readNumbers,
  readTimes,
  scanner,
  scratch,
} from './media-kit.ts';
import { mergeDay } from './merge-day.ts';

let place: Awaited<ReturnType<typeof scratch>>;
let recording: string;
beforeAll(async () => {
  place = await scratch();
  recording = await numberedClip({
    dir: place.dir,
    name: 'all',
    container: 'mp4',
    bFrames: 2,
    gopFrames: 50,
    seconds: 24,
  });
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

async function pair(
  name: string,
  container: ClipContainer,
  cut: { endSeconds: number; startSeconds: number; args?: string[] },
) {
  const common = { from: recording, dir: place.dir, container };
  const before = await remuxClip({ ...common, name: `${name}-a`, inputArgs: ['-t', String(cut.endSeconds)] });
  const after = await remuxClip({
    ...common,
    name: `${name}-b`,
    inputArgs: ['-ss', String(cut.startSeconds)],
    outputArgs: cut.args ?? [],
  });
  return { before, after };
}

async function overlapOf(files: { before: string; after: string }, container: ContainerName) {
  const signal = neverAborted;
  const times = await readTimes({ path: files.before, signal });
  const later = await readTimes({ path: files.after, signal });
  return findOverlap(deps, {
    before: { path: files.before, container, lastPtsSeconds: Math.max(...times.videoPts) },
    after: { path: files.after, container, firstPtsSeconds: Math.min(...later.videoPts) },
    signal,
  });
}

const containers = [
  ['flv', 'flv'],
  ['mp4', 'mp4'],
  ['fmp4', 'mp4'],
  ['mpegts', 'mpegts'],
  ['matroska', 'matroska'],
] as const;

describe('findOverlap', () => {
  it.each(containers)(
    'finds the shared pictures, and the merge shows each once: %s',
    async (clip, container) => {
      const files = await pair(clip, clip, { endSeconds: 14, startSeconds: 12 });
      const overlap = await overlapOf(files, container);
      expect(overlap!.packets).toBeGreaterThanOrEqual(2 * fps);
      const merged = await mergeDay({
        dir: join(place.dir, clip),
        files: [
          { path: files.before, startSeconds: 0, seconds: 14 },
          { path: files.after, startSeconds: 14, seconds: 13, overlapWithPrevious: overlap! },
        ],
      });
      const frames = await readNumbers(merged.files[0]!.path);
      expect(frames.map(({ number }) => number)).toEqual(Array.from({ length: 24 * fps }, (_, n) => n));
      for (const { ptsSeconds, number } of frames)
        expect(Math.abs(ptsSeconds - number / fps)).toBeLessThan(0.05);
    },
  );

  it('continues in the middle of a group of pictures', async () => {
    const late = ['-copyinkf', '-bsf:v', "noise=drop='lt(n,10)'"];
    const files = await pair('mid', 'flv', { endSeconds: 14, startSeconds: 12, args: late });
    const overlap = await overlapOf(files, 'flv');
    expect(overlap!.packets).toBeGreaterThanOrEqual(2 * fps - 12);
    const merged = await mergeDay({
      dir: join(place.dir, 'mid'),
      files: [
        { path: files.before, startSeconds: 0, seconds: 14 },
        { path: files.after, startSeconds: 14, seconds: 13, overlapWithPrevious: overlap! },
      ],
    });
    const frames = await readNumbers(merged.files[0]!.path);
    expect(frames.map(({ number }) => number)).toEqual(Array.from({ length: 24 * fps }, (_, n) => n));
  });

  it('finds none between files that follow each other, or of different containers', async () => {
    const files = await pair('next', 'flv', { endSeconds: 11.5, startSeconds: 12 });
    expect(await overlapOf(files, 'flv')).toBeUndefined();
    const other = await pair('other', 'mp4', { endSeconds: 14, startSeconds: 12 });
    const mixed = findOverlap(deps, {
      before: { path: files.before, container: 'flv', lastPtsSeconds: 14 },
      after: { path: other.after, container: 'mp4', firstPtsSeconds: 0 },
      signal: neverAborted,
    });
    expect(await mixed).toBeUndefined();
  });
});

describe('matchRun', () => {
  const packets = (prints: string, sizeBytes = 1000) =>
    [...prints].map((print, index) => ({ print, sizeBytes, ptsSeconds: index / 25 }));
  const match = (tail: string, head: string, expectedSeconds = 0, sizeBytes = 1000) =>
    matchRun({ tail: packets(tail, sizeBytes), head: packets(head, sizeBytes), expectedSeconds });

  it.each([
    ['a run to the end', 'abcdef', 'defghi', { tailIndex: 3, headIndex: 0, packets: 3 }],
    ['a last packet that was cut', 'abcdex', 'defghi', { tailIndex: 3, headIndex: 0, packets: 2 }],
    [
      'a first packet with other parameter sets',
      'abcdef',
      'Defghi',
      { tailIndex: 3, headIndex: 0, packets: 3 },
    ],
    ['nothing shared', 'abcdef', 'ghijkl', undefined],
    ['a short likeness in the middle', 'abcdefghi', 'cdXYZ', undefined],
  ])('judges %s', (_, tail, head, expected) => {
    expect(match(tail, head)).toEqual(expected);
  });

  it('takes one small packet for chance', () => {
    expect(match('abcd', 'defg', 0, 40)).toBeUndefined();
    expect(match('abcd', 'defg', 0, 4000)).toMatchObject({ tailIndex: 3 });
  });

  it('trusts the wall clock where the picture repeats itself', () => {
    const still = 'abcdefghij'.repeat(6);
    expect(match(still, still)).toBeUndefined();
    expect(match(still, still, 0.8)).toMatchObject({ tailIndex: 40 });
  });
});
