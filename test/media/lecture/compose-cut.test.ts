import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutOf } from '../../../src/domain/lecture-layout.ts';
import { type ClipContainer, ffprobeTimes, remuxClip, remuxClips } from '../../fakes/clips.ts';
import { numberedClip, scanner, scratch } from '../media-kit.ts';
import type { ContainerName } from '../../../src/domain/gap-report.ts';
import { compose, pane, paneNumbers, readSound } from './compose-kit.ts';

let place: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  place = await scratch();
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

const containers: Record<ClipContainer, ContainerName> = {
  flv: 'flv',
  mp4: 'mp4',
  fmp4: 'mp4',
  mpegts: 'mpegts',
  m2ts: 'mpegts',
  matroska: 'matroska',
};

/** 128×16 in one pane on a canvas of the same size. */
const alone = layoutOf('single', { pane, left: true, right: false });

const counted = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

describe('a slot is cut to the frame, between key frames', () => {
  it.each([
    [0, ['flv', 'm2ts']],
    [2, ['flv', 'mp4', 'fmp4', 'mpegts', 'matroska']],
  ] as const)('with %i B-frames out of %s', async (bFrames, kinds) => {
    const clip = {
      name: `cut-${bFrames}`,
      container: 'mp4',
      bFrames,
      gopFrames: 75,
      seconds: 9,
      audio: false,
    } as const;
    const from = await numberedClip({ dir: place.dir, ...clip });
    const copies = kinds.map((container) => ({ container, name: `${container}-${bFrames}` }));
    const paths = await remuxClips({ from, dir: place.dir, copies });
    for (const [index, container] of kinds.entries()) {
      const path = paths[index]!;
      // Picture n stands at n / 25 behind the file's own beginning, which differs by container.
      const [begins] = await ffprobeTimes(path);
      const { path: slot } = await compose({
        dir: place.dir,
        name: `slot-${container}-${bFrames}`,
        seconds: 3,
        layout: alone,
        left: { kind: 'file', path, container: containers[container], shiftSeconds: -begins! - 5.32 },
      });
      expect(await paneNumbers(slot, 0), container).toEqual(counted(133, 75));
    }
  });

  it('where a file’s clock begins after an hour', async () => {
    const options = { container: 'mpegts', name: 'late-clock', offsetSeconds: 3600 } as const;
    const path = await numberedClip({ dir: place.dir, seconds: 8, gopFrames: 50, audio: false, ...options });
    const [begins] = await ffprobeTimes(path);
    expect(begins).toBeGreaterThan(3600);
    const { path: slot } = await compose({
      dir: place.dir,
      name: 'late-clock-slot',
      seconds: 2,
      layout: alone,
      left: { kind: 'file', path, container: 'mpegts', shiftSeconds: -begins! - 4.4 },
    });
    expect(await paneNumbers(slot, 0)).toEqual(counted(110, 50));
  });
});

describe('time that a source does not have', () => {
  it('shows the first picture before a late beginning, and the last one after an early end', async () => {
    const path = await numberedClip({
      dir: place.dir,
      name: 'short',
      container: 'flv',
      seconds: 3,
      baseSeconds: 1,
    });
    const [begins] = await ffprobeTimes(path);
    const { path: slot, frames } = await compose({
      dir: place.dir,
      name: 'late-and-early',
      seconds: 6,
      layout: alone,
      left: { kind: 'file', path, container: 'flv', shiftSeconds: 1 - begins! },
      sound: { path, container: 'flv', shiftSeconds: 1 - begins! },
    });
    expect(frames).toBe(150);
    const numbers = await paneNumbers(slot, 0);
    expect(numbers).toEqual([
      ...Array<number>(25).fill(25),
      ...counted(25, 75),
      ...Array<number>(50).fill(99),
    ]);
    const sound = await readSound(slot);
    const loudest = (from: number, to: number): number =>
      sound.subarray(from * 48_000, to * 48_000).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    expect(sound).toHaveLength(6 * 48_000);
    expect(loudest(0, 0.9)).toBe(0);
    expect(loudest(1.2, 3.8)).toBeGreaterThan(0.05);
    expect(loudest(4.2, 6)).toBe(0);
  });

  it('keeps the picture before a hole and goes on in step behind it, in picture and sound', async () => {
    const path = await numberedClip({
      dir: place.dir,
      name: 'holed',
      container: 'mp4',
      seconds: 10,
      bFrames: 2,
      holes: [{ startSeconds: 3, lengthSeconds: 4 }],
      holesInAudio: true,
    });
    const { path: slot } = await compose({
      dir: place.dir,
      name: 'holed-slot',
      seconds: 8,
      layout: alone,
      left: { kind: 'file', path, container: 'mp4', shiftSeconds: -1 },
      sound: { path, container: 'mp4', shiftSeconds: -1 },
    });
    const numbers = await paneNumbers(slot, 0);
    expect(numbers).toEqual([...counted(25, 50), ...Array<number>(100).fill(74), ...counted(175, 50)]);
    const sound = await readSound(slot);
    const first = sound.findIndex((one, index) => index > 4 * 48_000 && Math.abs(one) > 0.02) / 48_000;
    expect(Math.abs(first - 6)).toBeLessThan(0.04);
  });

  it('of a file that lies wholly before or behind the slot is its nearest picture', async () => {
    const path = await numberedClip({
      dir: place.dir,
      name: 'elsewhere',
      container: 'flv',
      seconds: 4,
      audio: false,
    });
    const alike = await remuxClip({ from: path, dir: place.dir, container: 'matroska', name: 'elsewhere' });
    const { path: slot } = await compose({
      dir: place.dir,
      name: 'elsewhere-slot',
      seconds: 1,
      left: { kind: 'file', path, container: 'flv', shiftSeconds: -60 },
      right: { kind: 'file', path: alike, container: 'matroska', shiftSeconds: 60 },
    });
    expect(new Set(await paneNumbers(slot, 0))).toEqual(new Set([99]));
    expect(new Set(await paneNumbers(slot, 128))).toEqual(new Set([0]));
  });
});

describe('two panes of different rates', () => {
  it('stay within a frame of the clock and of each other to the end of a long slot', async () => {
    const seconds = 600;
    const slow = await numberedClip({
      dir: place.dir,
      name: 'slow',
      fps: 15,
      seconds,
      container: 'flv',
      audio: false,
    });
    const fast = await numberedClip({
      dir: place.dir,
      name: 'fast',
      fps: 25,
      seconds,
      container: 'mp4',
      audio: false,
    });
    const { path } = await compose({
      dir: place.dir,
      name: 'long',
      seconds: seconds - 2,
      left: { kind: 'file', path: slow, container: 'flv', shiftSeconds: -1 },
      right: { kind: 'file', path: fast, container: 'mp4', shiftSeconds: -1 },
    });
    const [left, right] = [await paneNumbers(path, 0), await paneNumbers(path, 128)];
    expect(left).toHaveLength((seconds - 2) * 25);
    expect(right).toEqual(counted(25, (seconds - 2) * 25));
    const apart = left.map((number, frame) => Math.abs(number - right[frame]!));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
  });

  it('drops the pictures of a faster one evenly', async () => {
    const path = await numberedClip({
      dir: place.dir,
      name: 'fifty',
      fps: 50,
      seconds: 6,
      container: 'mp4',
      audio: false,
    });
    const { path: slot } = await compose({
      dir: place.dir,
      name: 'fifty-slot',
      seconds: 4,
      layout: alone,
      left: { kind: 'file', path, container: 'mp4', shiftSeconds: -1 },
    });
    const numbers = await paneNumbers(slot, 0);
    for (const [frame, number] of numbers.entries())
      expect(Math.abs(number - frame - 25)).toBeLessThanOrEqual(1);
    const steps = new Set(numbers.slice(1).map((number, index) => number - numbers[index]!));
    expect(steps).toEqual(new Set([1]));
  });
});
