// Coverage tiles its window: no hole, no overlap, positions right after clipping; and the algebra of ranges under it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './sample.ts';
import { type KnownStretch, tileCoverage } from '../../src/domain/coverage.ts';
import { coveredMs, intersect, lengthMs, subtract, toMsRange, union } from '../../src/domain/range.ts';

const window = { startMs: 0, endMs: 100_000 };
const rows = (stretches: KnownStretch[]) =>
  tileCoverage({ window, stretches }).map(({ startAt, endAt, ...known }) => [
    Date.parse(startAt),
    Date.parse(endAt),
    known,
  ]);

describe('tileCoverage', () => {
  test('says never downloaded where nothing is known', () => {
    expect(tileCoverage({ window, stretches: [] })).toEqual([
      { startAt: '1970-01-01T00:00:00Z', endAt: '1970-01-01T00:01:40Z', state: 'neverDownloaded' },
    ]);
    expect(tileCoverage({ window: { startMs: 5, endMs: 5 }, stretches: [] })).toEqual([]);
  });

  test('clips at the window and moves the media position with it', () => {
    expect(
      rows([
        {
          startMs: -5000,
          endMs: 200_000,
          state: 'present',
          file: 'a.mp4',
          sha256: 'x',
          mediaStartSeconds: 1,
        },
      ]),
    ).toEqual([[0, 100_000, { state: 'present', file: 'a.mp4', sha256: 'x', mediaStartSeconds: 6 }]]);
  });

  test('shows presence over every cause, and an explicit answer over silence', () => {
    expect(
      rows([
        { startMs: 0, endMs: 100_000, state: 'neverDownloaded' },
        { startMs: 10_000, endMs: 90_000, state: 'rejected' },
        { startMs: 20_000, endMs: 80_000, state: 'sourceHadNone' },
        { startMs: 30_000, endMs: 40_000, state: 'present', file: 'a', mediaStartSeconds: 0 },
      ]),
    ).toEqual([
      [0, 10_000, { state: 'neverDownloaded' }],
      [10_000, 20_000, { state: 'rejected' }],
      [20_000, 30_000, { state: 'sourceHadNone' }],
      [30_000, 40_000, { state: 'present', file: 'a', mediaStartSeconds: 0 }],
      [40_000, 80_000, { state: 'sourceHadNone' }],
      [80_000, 90_000, { state: 'rejected' }],
      [90_000, 100_000, { state: 'neverDownloaded' }],
    ]);
  });

  test('joins neighbours of one file whose positions agree, and no others', () => {
    const present = (
      startMs: number,
      endMs: number,
      mediaStartSeconds: number,
      file = 'a',
    ): KnownStretch => ({ startMs, endMs, state: 'present', file, mediaStartSeconds });
    expect(
      rows([
        present(0, 20_000, 0),
        present(20_000, 40_000, 20),
        present(40_000, 60_000, 45),
        present(60_000, 100_000, 0, 'b'),
      ]),
    ).toEqual([
      [0, 40_000, { state: 'present', file: 'a', mediaStartSeconds: 0 }],
      [40_000, 60_000, { state: 'present', file: 'a', mediaStartSeconds: 45 }],
      [60_000, 100_000, { state: 'present', file: 'b', mediaStartSeconds: 0 }],
    ]);
  });

  test('a long stretch shows on both sides of a short one inside it', () => {
    expect(
      rows([
        { startMs: 0, endMs: 100_000, state: 'rejected' },
        { startMs: 10_000, endMs: 20_000, state: 'rejected' },
        { startMs: 15_000, endMs: 50_000, state: 'present', file: 'a', mediaStartSeconds: 0 },
      ]).map(([from, to]) => [from, to]),
    ).toEqual([
      [0, 15_000],
      [15_000, 50_000],
      [50_000, 100_000],
    ]);
  });

  test('tiles exactly and never contradicts what is known, for any stretches', () => {
    const known = fc.record({
      startMs: fc.integer({ min: -20, max: 120 }),
      length: fc.integer({ min: -3, max: 60 }),
      state: fc.constantFrom('present', 'sourceHadNone', 'rejected', 'neverDownloaded'),
      file: fc.constantFrom('a', 'b'),
    });
    const order = ['present', 'sourceHadNone', 'rejected', 'neverDownloaded'];
    fc.assert(
      fc.property(fc.array(known, { maxLength: 12 }), (list) => {
        const stretches = list.map(({ length, file, ...rest }): KnownStretch => ({
          ...rest,
          endMs: rest.startMs + length,
          // Positions are wall time less the start of the file's own clock, so that a lost shift shows.
          ...(rest.state === 'present'
            ? { file, mediaStartSeconds: rest.startMs / 1000 + (file === 'a' ? 10 : 20) }
            : {}),
        }));
        const tiles = tileCoverage({ window: { startMs: 0, endMs: 100 }, stretches });
        let cursorMs = 0;
        for (const tile of tiles) {
          const range = toMsRange(tile);
          expect(range.startMs).toBe(cursorMs);
          expect(range.endMs).toBeGreaterThan(range.startMs);
          cursorMs = range.endMs;
          if (tile.state === 'present') {
            expect(tile.mediaStartSeconds).toBeCloseTo(
              range.startMs / 1000 + (tile.file === 'a' ? 10 : 20),
              6,
            );
          }
          for (let at = range.startMs; at < range.endMs; at++) {
            const states = stretches.filter((s) => s.startMs <= at && at < s.endMs).map((s) => s.state);
            expect(tile.state).toBe(
              order.find((state) => states.some((known) => known === state)) ?? 'neverDownloaded',
            );
          }
        }
        expect(cursorMs).toBe(100);
      }),
      sample(1000),
    );
  });

  test('takes a day of ten thousand holes', () => {
    const stretches = Array.from({ length: 20_000 }, (_, index): KnownStretch => ({
      startMs: index * 5,
      endMs: index * 5 + 4,
      state: index % 2 === 0 ? 'present' : 'sourceHadNone',
    }));
    expect(tileCoverage({ window, stretches })).toHaveLength(40_000);
  });
});

describe('range algebra', () => {
  const range = fc
    .tuple(fc.integer({ min: -30, max: 130 }), fc.integer({ min: -5, max: 40 }))
    .map(([startMs, length]) => ({ startMs, endMs: startMs + length }));
  test('a whole is what is left of it and what was taken', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 10 }), (parts) => {
        const whole = { startMs: 0, endMs: 100 };
        const left = subtract(whole, parts);
        const taken = parts.map((part) => intersect(part, whole)).filter((part) => part !== undefined);
        expect(union([...left, ...taken])).toEqual([whole]);
        expect(coveredMs(left, whole) + coveredMs(parts, whole)).toBe(100);
        expect(left.reduce((sum, part) => sum + lengthMs(part), 0)).toBe(coveredMs(left, whole));
        for (const part of left) {
          expect(part.endMs).toBeGreaterThan(part.startMs);
          expect(taken.every((other) => intersect(part, other) === undefined)).toBe(true);
        }
      }),
      sample(1000),
    );
  });
});
