// Holes in presentation times and their place on the wall clock.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './sample.ts';
import type { SegmentScan } from '../../src/domain/gap-report.ts';
import { findGaps, scanToWall } from '../../src/domain/gaps.ts';
import { coveredMs, lengthMs } from '../../src/domain/range.ts';

/** Times of a constant rate over [from, to). */
function steady(from: number, to: number, fps = 25): number[] {
  return Array.from({ length: Math.round((to - from) * fps) }, (_, index) => from + index / fps);
}
const times = (...runs: number[][]): Float64Array => Float64Array.from(runs.flat());

const gapsOf = (
  ptsSeconds: Float64Array,
  more: {
    expectedSeconds?: number;
    originSeconds?: number;
    thresholdSeconds?: number;
    startsAnywhere?: boolean;
  } = {},
) => findGaps({ ptsSeconds, thresholdSeconds: 2, expectedSeconds: 900, ...more });

describe('findGaps', () => {
  test.each<[string, Float64Array, Parameters<typeof gapsOf>[1], [number, number][]]>([
    ['a complete file', times(steady(0, 900)), {}, []],
    ['a complete file at 29.97 frames', times(steady(0, 900, 29.97)), {}, []],
    ['a complete file in ms', times(steady(0, 900, 30).map((t) => Math.round(t * 1000) / 1000)), {}, []],
    ['one frame per second', times(steady(0, 900, 1)), {}, []],
    ['one frame in five seconds, threshold by the rate', times(steady(0, 900, 0.2)), {}, []],
    ['reordered pictures start at 0.08', times(steady(0.08, 900.08)), {}, []],
    [
      'a transport stream starts at 1.4',
      times(steady(1.4, 901.4)),
      { startsAnywhere: true, thresholdSeconds: 1 },
      [],
    ],
    ['a hole of ten seconds', times(steady(0, 100), steady(110, 900)), {}, [[100, 10]]],
    ['a hole of exactly the threshold', times(steady(0, 100), steady(102, 900)), {}, []],
    ['a hole just over it', times(steady(0, 100), steady(102.01, 900)), {}, [[100, 2.01]]],
    [
      'two equal holes keep their places',
      times(steady(0, 2), steady(12, 20), steady(30, 900)),
      {},
      [
        [2, 10],
        [20, 10],
      ],
    ],
    ['a late start', times(steady(30, 900)), {}, [[0, 30]]],
    ['a start late by the threshold', times(steady(2, 900)), {}, []],
    ['an early end', times(steady(0, 890)), {}, [[890, 10]]],
    ['the last frame missing', times(steady(0, 899.96)), {}, []],
    ['one second of fifteen minutes', times(steady(0, 1)), {}, [[1, 899]]],
    ['no picture', times(), {}, [[0, 900]]],
    ['no picture in a short segment', times(), { expectedSeconds: 1 }, [[0, 1]]],
    ['one picture', times([0]), {}, [[0, 900]]],
    [
      'one picture in the middle',
      times([450]),
      {},
      [
        [0, 450],
        [450, 450],
      ],
    ],
    ['a packet without a time', times([Number.NaN], steady(0, 900)), {}, []],
    [
      'file order with B-pictures at one frame per second',
      times(...steady(0, 120, 4 / 16).map((t) => [t, t + 3, t + 1, t + 2])),
      { expectedSeconds: 120 },
      [],
    ],
    ['two fields with one time', times(...steady(0, 900).map((t) => [t, t])), {}, []],
    ['an origin that is known', times(steady(1030, 1900)), { originSeconds: 1000 }, [[0, 30]]],
    ['pictures before the origin', times(steady(-2, 900)), { originSeconds: 0 }, []],
    ['all pictures before the segment', times(steady(-10, -1)), { originSeconds: 0 }, [[0, 900]]],
    ['all pictures after the segment', times(steady(950, 960)), { originSeconds: 0 }, [[0, 900]]],
    ['a hole across the end', times(steady(0, 895), steady(905, 910)), {}, [[895, 5]]],
    ['a clock of the camera’s own', times(steady(1_789_275_600, 1_789_276_500)), {}, []],
  ])('%s', (_, ptsSeconds, more, holes) => {
    const found = gapsOf(ptsSeconds, more);
    expect(found.holes.map((hole) => [hole.startSeconds, hole.lengthSeconds])).toEqual(
      holes.map(([start, length]) => [expect.closeTo(start, 4), expect.closeTo(length, 4)]),
    );
    expect(found.missingSeconds).toBeCloseTo(
      holes.reduce((sum, [, length]) => sum + length, 0),
      4,
    );
  });

  test('tells that a start on the camera’s own clock is not known, and pictures past the end', () => {
    expect(gapsOf(times(steady(5000, 5900)))).toMatchObject({
      leadingUnknown: true,
      originSeconds: 5000,
      overrun: false,
    });
    expect(gapsOf(times(steady(0, 910)))).toMatchObject({ leadingUnknown: false, overrun: true, holes: [] });
    expect(gapsOf(times(steady(0, 901))).overrun).toBe(false);
  });

  test('does not change what it is given', () => {
    const ptsSeconds = times([2, 1, 0]);
    gapsOf(ptsSeconds);
    expect([...ptsSeconds]).toEqual([2, 1, 0]);
  });

  test('holes are sorted, disjoint, inside the segment and longer than the threshold, for any times', () => {
    const pts = fc.array(fc.double({ min: -50, max: 150, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(
        pts,
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        fc.boolean(),
        (list, thresholdSeconds, known) => {
          const found = findGaps({
            ptsSeconds: Float64Array.from(list),
            thresholdSeconds,
            expectedSeconds: 100,
            ...(known ? { originSeconds: 0 } : {}),
          });
          let cursor = 0;
          for (const hole of found.holes) {
            expect(hole.startSeconds).toBeGreaterThanOrEqual(cursor);
            expect(hole.lengthSeconds).toBeGreaterThan(0);
            if (list.length > 0 && hole.lengthSeconds < 100)
              expect(hole.lengthSeconds).toBeGreaterThan(thresholdSeconds);
            cursor = hole.startSeconds + hole.lengthSeconds;
            for (const at of list) {
              const inside = at - found.originSeconds;
              expect(inside <= hole.startSeconds || inside >= cursor - 1e-9).toBe(true);
            }
          }
          expect(cursor).toBeLessThanOrEqual(100 + 1e-9);
          expect(found.missingSeconds).toBeGreaterThanOrEqual(0);
          expect(found.missingSeconds).toBeLessThanOrEqual(100 + 1e-9);
        },
      ),
      sample(1000),
    );
  });

  test('removing pictures never lets less be missing', () => {
    const base = steady(0, 60, 5);
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: base.length, maxLength: base.length }), (kept) => {
        const fewer = base.filter((_, index) => kept[index]);
        const missing = (list: number[]) =>
          findGaps({
            ptsSeconds: Float64Array.from(list),
            nominalSeconds: 0.2,
            thresholdSeconds: 1,
            expectedSeconds: 60,
            originSeconds: 0,
          }).missingSeconds;
        expect(missing(fewer)).toBeGreaterThanOrEqual(missing(base));
        expect(missing(fewer.slice(1))).toBeGreaterThanOrEqual(missing(fewer) - 1e-9);
      }),
      sample(100),
    );
  });
});

const startMs = Date.parse('2026-09-13T05:00:00Z');
const segment = { startMs, endMs: startMs + 900_000 };
const scan = (ptsSeconds: Float64Array, more: Partial<Parameters<typeof scanToWall>[0]> = {}): SegmentScan =>
  scanToWall({ segment, ptsSeconds, thresholdSeconds: 2, container: 'flv', ...more });
const brief = (found: SegmentScan) => ({
  mediaClass: found.mediaClass,
  covered: found.covered.map((s) => [(s.startMs - startMs) / 1000, (s.endMs - startMs) / 1000, s.ptsSeconds]),
  missing: found.missing.map((s) => [(s.startMs - startMs) / 1000, (s.endMs - startMs) / 1000, s.cause]),
});

describe('scanToWall', () => {
  test.each<[string, SegmentScan, ReturnType<typeof brief>]>([
    [
      'a complete file',
      scan(times(steady(0, 900))),
      { mediaClass: 'ok', covered: [[0, 900, 0]], missing: [] },
    ],
    [
      'a reordered start',
      scan(times(steady(0.08, 900.08))),
      { mediaClass: 'ok', covered: [[0, 900, 0.08]], missing: [] },
    ],
    [
      'a hole',
      scan(times(steady(0, 100), steady(110, 900))),
      {
        mediaClass: 'ok',
        covered: [
          [0, 100, 0],
          [110, 900, 110],
        ],
        missing: [[100, 110, 'sourceHadNone']],
      },
    ],
    [
      'the exact time of the picture after a hole',
      scan(times(steady(0, 100), steady(110.000_4, 900))),
      {
        mediaClass: 'ok',
        covered: [
          [0, 100, 0],
          [110, 900, 110.0004],
        ],
        missing: [[100, 110, 'sourceHadNone']],
      },
    ],
    [
      'a known origin',
      scan(times(steady(1010, 1900)), { originSeconds: 1000 }),
      { mediaClass: 'ok', covered: [[10, 900, 1010]], missing: [[0, 10, 'sourceHadNone']] },
    ],
    [
      'an empty file',
      scan(times(), { flags: { empty: true } }),
      { mediaClass: 'empty', covered: [], missing: [[0, 900, 'rejected']] },
    ],
    [
      'a playlist',
      scan(times(), { flags: { notMedia: true } }),
      { mediaClass: 'notMedia', covered: [], missing: [[0, 900, 'rejected']] },
    ],
    [
      'sound alone',
      scan(times(), { audioPtsSeconds: times(steady(0, 900)) }),
      { mediaClass: 'noVideo', covered: [], missing: [[0, 900, 'rejected']] },
    ],
    [
      'a truncated file',
      scan(times(steady(0, 50), steady(60, 300)), { flags: { truncated: true } }),
      {
        mediaClass: 'truncated',
        covered: [
          [0, 50, 0],
          [60, 300, 60],
        ],
        missing: [
          [50, 60, 'sourceHadNone'],
          [300, 900, 'neverDownloaded'],
        ],
      },
    ],
    [
      'a clock that jumps back',
      scan(times(steady(0, 450), steady(0, 450)), { flags: { discontinuity: true } }),
      { mediaClass: 'discontinuity', covered: [[0, 450, 0]], missing: [[450, 900, 'rejected']] },
    ],
    [
      'too much',
      scan(times(steady(0, 1000))),
      { mediaClass: 'overrun', covered: [[0, 900, 0]], missing: [] },
    ],
    [
      'a cause of the caller',
      scan(times(steady(0, 890)), { cause: 'neverDownloaded' }),
      { mediaClass: 'ok', covered: [[0, 890, 0]], missing: [[890, 900, 'neverDownloaded']] },
    ],
    [
      'spans of the source',
      scan(times(steady(0, 100), steady(200, 900)), {
        sourceSpans: [
          { startMs: segment.startMs, endMs: startMs + 120_000 },
          { startMs: startMs + 200_000, endMs: segment.endMs },
        ],
      }),
      {
        mediaClass: 'ok',
        covered: [
          [0, 100, 0],
          [200, 900, 200],
        ],
        missing: [
          [100, 120, 'neverDownloaded'],
          [120, 200, 'sourceHadNone'],
        ],
      },
    ],
  ])('%s', (_, found, expected) => {
    expect(brief(found)).toEqual(expected);
  });

  test('reports edges, packets, key and audio', () => {
    const found = scan(times(steady(0, 900)), {
      streamKey: 'h264',
      audioPtsSeconds: times(steady(0, 600, 43)),
    });
    expect(found).toMatchObject({
      firstPtsSeconds: 0,
      lastPtsSeconds: 899.96,
      videoPackets: 22_500,
      streamKey: 'h264',
      container: 'flv',
    });
    expect(found.audio).toEqual({ present: true, missingSeconds: expect.closeTo(300, 1) });
    expect(scan(times(steady(0, 900))).audio.present).toBe(false);
    expect(scan(times(steady(5000, 5900))).leadingUnknown).toBe(true);
  });

  test('covered and missing tile the segment exactly, and missing seconds are their sum, for any times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 120, noNaN: true }), { maxLength: 50 }),
        fc.record({ truncated: fc.boolean(), discontinuity: fc.boolean() }),
        fc.option(fc.double({ min: -20, max: 20, noNaN: true }), { nil: undefined }),
        fc.array(fc.tuple(fc.nat(100_000), fc.nat(100_000)), { maxLength: 4 }),
        (list, flags, originSeconds, spans) => {
          const range = { startMs, endMs: startMs + 100_000 };
          const found = scanToWall({
            segment: range,
            ptsSeconds: Float64Array.from(list),
            thresholdSeconds: 1,
            flags,
            originSeconds,
            ...(spans.length === 0
              ? {}
              : {
                  sourceSpans: spans.map(([from, long]) => ({
                    startMs: startMs + from,
                    endMs: startMs + from + long,
                  })),
                }),
          });
          const all = [...found.covered, ...found.missing].sort((a, b) => a.startMs - b.startMs);
          let cursorMs = range.startMs;
          for (const stretch of all) {
            expect(stretch.startMs).toBe(cursorMs);
            expect(stretch.endMs).toBeGreaterThan(stretch.startMs);
            expect(Number.isInteger(stretch.endMs)).toBe(true);
            cursorMs = stretch.endMs;
          }
          expect(cursorMs).toBe(range.endMs);
          expect(found.missingSeconds * 1000).toBeCloseTo(
            found.missing.reduce((sum, s) => sum + lengthMs(s), 0),
            6,
          );
          expect(coveredMs(found.covered, range) + coveredMs(found.missing, range)).toBe(100_000);
        },
      ),
      sample(1000),
    );
  });
});
