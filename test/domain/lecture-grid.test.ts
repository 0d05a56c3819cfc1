import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samplesPerSecond, shiftsOnGrid, slotGrid } from '../../src/domain/lecture-grid.ts';

const startMs = Date.parse('2026-09-13T07:10:00Z');

describe('the grid of a slot', () => {
  it.each([
    ['half an hour at 25', 0, 1_800_000, 25, { firstFrame: 0, frames: 45_000, samples: 86_400_000 }],
    ['a cut between two frames', 0, 1010, 25, { firstFrame: 0, frames: 26, samples: 48_480 }],
    [
      'the rest behind it',
      1010,
      2000,
      25,
      { firstFrame: 26, frames: 24, firstSample: 48_480, samples: 47_520 },
    ],
    ['a slot that begins before the lecture', -5000, 1000, 30, { firstFrame: 0, frames: 30 }],
    ['a slot that ends before the lecture', -5000, -1000, 30, { firstFrame: 0, frames: 0, samples: 0 }],
    ['thirds of a second', 1000, 1333, 30, { firstFrame: 30, frames: 10 }],
  ])('of %s', (_, from, to, frameRate, expected) => {
    const slot = slotGrid({
      lectureStartMs: startMs,
      fromMs: startMs + from,
      toMs: startMs + to,
      frameRate,
    });
    expect(slot).toMatchObject(expected);
  });

  it('says when its first picture is, which may be a moment after the cut', () => {
    const slot = slotGrid({
      lectureStartMs: startMs,
      fromMs: startMs + 1010,
      toMs: startMs + 2000,
      frameRate: 25,
    });
    expect(slot.firstFrameMs - startMs).toBe(1040);
    expect(slot.firstSampleMs - startMs).toBe(1010);
  });

  it('places a file by its first picture and its first sample, not by the cut', () => {
    const cutMs = startMs + 1010;
    const grid = slotGrid({ lectureStartMs: startMs, fromMs: cutMs, toMs: startMs + 2000, frameRate: 25 });
    const shifts = shiftsOnGrid(grid, { wallAtPtsZeroMs: cutMs - 500 });
    expect(shifts.pictureSeconds).toBeCloseTo(-0.53, 9);
    expect(shifts.soundSeconds).toBeCloseTo(-0.5, 9);
  });

  it('leaves out and counts twice nothing, wherever slots are cut', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 86_400_000 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 120 }), (unsorted, frameRate) => {
        const times = unsorted.toSorted((a, b) => a - b);
        const grid = (fromMs: number, toMs: number) =>
          slotGrid({ lectureStartMs: startMs, fromMs: startMs + fromMs, toMs: startMs + toMs, frameRate });
        const whole = grid(times[0]!, times.at(-1)!);
        const slots = times.slice(1).map((to, index) => grid(times[index]!, to));
        expect(slots.reduce((sum, { frames }) => sum + frames, 0)).toBe(whole.frames);
        expect(slots.reduce((sum, { samples }) => sum + samples, 0)).toBe(whole.samples);
        for (const [index, slot] of slots.entries()) {
          const next = slots[index + 1];
          if (next) expect(slot.firstFrame + slot.frames).toBe(next.firstFrame);
          // Picture and sound of a slot end within a frame of each other, however many slots came before.
          const frameEnd = (slot.firstFrame + slot.frames) / frameRate;
          const soundEnd = (slot.firstSample + slot.samples) / samplesPerSecond;
          expect(Math.abs(frameEnd - soundEnd)).toBeLessThan(1 / frameRate);
        }
      }),
    );
  });

  it('gives each frame to the slot that its time lies in', () => {
    const times = fc.tuple(
      fc.integer({ min: 0, max: 10_000_000 }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 1, max: 120 }),
    );
    fc.assert(
      fc.property(times, ([fromMs, lengthMs, frameRate]) => {
        const { firstFrame, frames } = slotGrid({
          lectureStartMs: 0,
          fromMs,
          toMs: fromMs + lengthMs,
          frameRate,
        });
        const timeMs = (frame: number): number => (frame * 1000) / frameRate;
        expect(timeMs(firstFrame)).toBeGreaterThanOrEqual(fromMs - 1e-6);
        expect(timeMs(firstFrame - 1)).toBeLessThan(fromMs);
        expect(timeMs(firstFrame + frames)).toBeGreaterThanOrEqual(fromMs + lengthMs - 1e-6);
        if (frames > 0) expect(timeMs(firstFrame + frames - 1)).toBeLessThan(fromMs + lengthMs);
      }),
    );
  });
});
