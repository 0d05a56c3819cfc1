// The merge timeline against a small model of the concat demuxer: every picture at its wall place, once, in order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './sample.ts';
import type { MsRange } from '../../src/domain/range.ts';
import { tileCoverage } from '../../src/domain/coverage.ts';
import { scanToWall } from '../../src/domain/gaps.ts';
import { type GapMode, type MergeTimeline, mergeTimeline } from '../../src/domain/merge-timeline.ts';
import type { TimelineSegment } from '../../src/domain/timeline-segment.ts';

const fps = 25;
/** Segments of a minute, from wall 0. */
const minute = (index: number) => ({ startMs: index * 60_000, endMs: (index + 1) * 60_000 });
const window = { startMs: 0, endMs: 240_000 };

interface Made extends TimelineSegment {
  pts: number[];
}

/** A segment whose pictures stand at the given seconds of its minute, in a file whose clock is `shift` ahead. */
function made(
  index: number,
  runs: [number, number][],
  more: { shift?: number; streamKey?: string } & Partial<TimelineSegment> = {},
): Made {
  const { shift = 0, ...rest } = more;
  const pts = runs.flatMap(([from, to]) =>
    Array.from({ length: Math.round((to - from) * fps) }, (_, frame) => from + frame / fps + shift),
  );
  const scan = scanToWall({
    segment: minute(index),
    ptsSeconds: Float64Array.from(pts),
    thresholdSeconds: 2,
    originSeconds: shift,
  });
  return {
    path: `${index}.flv`,
    range: minute(index),
    covered: scan.covered,
    streamKey: 'h264',
    firstPtsSeconds: scan.firstPtsSeconds ?? 0,
    lastPtsSeconds: scan.lastPtsSeconds ?? 0,
    pts,
    ...rest,
  };
}

const timelineOf = (segments: Made[], gapMode: GapMode = 'hole'): MergeTimeline =>
  mergeTimeline({ segments, gapMode, gapThresholdSeconds: 2, window });

/** What concat makes of the entries: pictures with the part, the media time, and where they came from. */
function play(segments: Made[], { parts }: MergeTimeline) {
  return parts.flatMap((part, partIndex) => {
    let atSeconds = 0;
    return part.entries.flatMap((entry) => {
      const startSeconds = atSeconds;
      atSeconds += entry.durationSeconds;
      if (entry.kind === 'slate') return [];
      const { pts, firstPtsSeconds, fileStartSeconds } = segments[entry.segmentIndex]!;
      const zero = entry.inPtsSeconds ?? fileStartSeconds ?? firstPtsSeconds;
      return pts
        .filter((at) => at >= (entry.inPtsSeconds ?? -1e9) - 1e-6 && at < (entry.outPtsSeconds ?? 1e9) - 1e-6)
        .map((at) => ({
          partIndex,
          segmentIndex: entry.segmentIndex,
          pts: at,
          mediaSeconds: startSeconds + at - zero,
        }));
    });
  });
}

const shape = (timeline: MergeTimeline) =>
  timeline.parts.map((part) => [
    part.startMs / 1000,
    part.durationSeconds,
    part.entries.map((entry) =>
      entry.kind === 'slate'
        ? `slate ${entry.durationSeconds}`
        : `${entry.path} ${entry.inPtsSeconds ?? ''}..${entry.outPtsSeconds ?? ''} ${entry.durationSeconds}`,
    ),
  ]);

describe('mergeTimeline', () => {
  test.each<[string, MergeTimeline, unknown]>([
    ['nothing', timelineOf([]), []],
    ['a segment without pictures', timelineOf([made(0, [])]), []],
    [
      'complete segments follow each other',
      timelineOf([made(1, [[0, 60]]), made(0, [[0, 60]])]),
      [[0, 120, ['0.flv .. 60', '1.flv .. 60']]],
    ],
    [
      'a late first picture of the next file is part of the duration before it',
      timelineOf([made(0, [[0, 60]]), made(1, [[1.52, 60]])]),
      [[0, 120, ['0.flv .. 61.52', '1.flv .. 58.48']]],
    ],
    [
      'a late first picture begins the part',
      timelineOf([made(0, [[12, 60]]), made(1, [[0, 60]])]),
      [[12, 108, ['0.flv .. 48', '1.flv .. 60']]],
    ],
    [
      'a missing segment leaves a hole',
      timelineOf([made(0, [[0, 60]]), made(2, [[0, 50]])]),
      [[0, 170, ['0.flv .. 120', '2.flv .. 50']]],
    ],
    [
      'a missing segment begins a part',
      timelineOf([made(0, [[0, 60]]), made(2, [[0, 50]])], 'split'),
      [
        [0, 60, ['0.flv .. 60']],
        [120, 50, ['2.flv .. 50']],
      ],
    ],
    [
      'slates stand for missing segments, for the start and for the end',
      timelineOf([made(1, [[0, 60]]), made(3, [[0, 50]])], 'slate'),
      [[0, 240, ['slate 60', '1.flv .. 60', 'slate 60', '3.flv .. 50', 'slate 10']]],
    ],
    [
      'a hole inside a file is cut out for a slate',
      timelineOf(
        [
          made(0, [
            [0, 20],
            [30, 60],
          ]),
        ],
        'slate',
      ),
      [[0, 240, ['0.flv ..20 20', 'slate 10', '0.flv 30.. 30', 'slate 180']]],
    ],
    [
      'a hole inside a file splits it',
      timelineOf(
        [
          made(
            0,
            [
              [0, 20],
              [30, 60],
            ],
            { shift: 100 },
          ),
        ],
        'split',
      ),
      [
        [0, 20, ['0.flv ..120 20']],
        [30, 30, ['0.flv 130.. 30']],
      ],
    ],
    [
      'a hole that no keyframe follows stays in its file',
      timelineOf(
        [
          made(0, [
            [0, 20],
            [30, 60],
          ]),
        ].map((segment) => ({
          ...segment,
          covered: segment.covered.map((stretch) => ({
            ...stretch,
            startsWithKeyframe: stretch.startMs === 0,
          })),
        })),
        'split',
      ),
      [[0, 60, ['0.flv .. 60']]],
    ],
    [
      'other codec parameters begin a part',
      timelineOf([made(0, [[0, 60]]), made(1, [[0, 60]], { streamKey: 'hevc' }), made(2, [[0, 60]])]),
      [
        [0, 60, ['0.flv .. 60']],
        [60, 60, ['1.flv .. 60']],
        [120, 60, ['2.flv .. 60']],
      ],
    ],
    [
      'pictures past the segment are left out where another follows and where none does',
      timelineOf([made(0, [[0, 61]]), made(1, [[0, 63]])]),
      [[0, 120, ['0.flv ..60 60', '1.flv ..60 60']]],
    ],
    [
      'pictures before the segment replace the end of the one before',
      timelineOf([made(0, [[0, 60]]), made(1, [[-1, 60]])]),
      [[0, 120, ['0.flv ..59 59', '1.flv .. 61']]],
    ],
    [
      'a rest of a segment that the next file brings too is left to that one',
      timelineOf([made(0, [[58, 58.4]]), made(1, [[-2, 60]])]),
      [[58, 62, ['1.flv .. 62']]],
    ],
    [
      'sound that begins before the picture moves the file’s zero',
      timelineOf([made(0, [[0, 60]]), made(1, [[0.2, 60]], { fileStartSeconds: 0.12 })]),
      [[0, 120, ['0.flv .. 60.12', '1.flv .. 59.88']]],
    ],
    [
      'an overlap is left and entered where the search says, without a step',
      timelineOf([
        made(0, [[0, 63]]),
        made(1, [[0, 60]], { overlapWithPrevious: { previousOutPtsSeconds: 57, inPtsSeconds: 2 } }),
      ]),
      [[0, 115, ['0.flv ..57 57', '1.flv 2.. 58']]],
    ],
    [
      'after an overlap the next file stands at its wall place again',
      timelineOf([
        made(0, [[0, 60]]),
        made(1, [[0, 60]], { overlapWithPrevious: { previousOutPtsSeconds: 57 } }),
        made(2, [[0, 60]]),
      ]),
      [[0, 180, ['0.flv ..57 57', '1.flv .. 63', '2.flv .. 60']]],
    ],
  ])('%s', (_, timeline, expected) => {
    expect(shape(timeline)).toEqual(expected);
  });

  test('a late start that counts as covered shows the first picture', () => {
    const { coverage } = timelineOf([made(0, [[1.5, 60]])]);
    expect(coverage).toEqual([
      { partIndex: 0, segmentIndex: 0, startMs: 0, endMs: 1500, mediaStartSeconds: 0 },
      { partIndex: 0, segmentIndex: 0, startMs: 1500, endMs: 60_000, mediaStartSeconds: 0 },
    ]);
  });

  test('after an overlap cut, coverage tells where the later file’s pictures really stand', () => {
    const overlap = { previousOutPtsSeconds: 57 };
    const { coverage } = timelineOf([
      made(0, [[0, 60]]),
      made(1, [[0, 60]], { overlapWithPrevious: overlap }),
    ]);
    expect(coverage.map((row) => [row.startMs / 1000, row.mediaStartSeconds])).toEqual([
      [0, 0],
      [60, 57],
    ]);
  });

  const stretch = fc.tuple(fc.integer({ min: -50, max: 1550 }), fc.integer({ min: 1, max: 900 }));
  const file = fc.record({
    index: fc.nat(3),
    runs: fc.array(stretch, { minLength: 0, maxLength: 3 }),
    shift: fc.constantFrom(0, 1.4, 1000.033),
    streamKey: fc.constantFrom('h264', 'h264', 'hevc'),
  });

  test('every picture stands at its wall place, in order, at most once, and coverage finds it, for any files', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(file, { selector: ({ index }) => index, maxLength: 4 }),
        fc.constantFrom<GapMode>('hole', 'slate', 'split'),
        (files, gapMode) => {
          const segments = files.map(({ index, runs, ...more }) => {
            // Runs on a grid of frames, made disjoint, reaching a little out of the minute on both sides.
            const frames = new Set(
              runs.flatMap(([from, long]) =>
                Array.from({ length: long }, (_, i) => from + i).filter((at) => at < 1560),
              ),
            );
            return made(
              index,
              [...frames].toSorted((a, b) => a - b).map((at) => [at / fps, (at + 1) / fps]),
              more,
            );
          });
          const timeline = timelineOf(segments, gapMode);
          const shown = play(segments, timeline);
          const zeroMs = (index: number) =>
            segments[index]!.covered[0]!.startMs - segments[index]!.covered[0]!.ptsSeconds * 1000;
          let last = { partIndex: 0, mediaSeconds: -1 };
          const wrong: unknown[] = [];
          for (const picture of shown) {
            const wallMs = Math.round((zeroMs(picture.segmentIndex) + picture.pts * 1000) * 1000) / 1000;
            const byPlaceMs = timeline.parts[picture.partIndex]!.startMs + picture.mediaSeconds * 1000;
            if (Math.abs(byPlaceMs - wallMs) > 1.5) wrong.push({ picture, wallMs, byPlaceMs });
            const isLater = picture.mediaSeconds > last.mediaSeconds + 0.0004;
            if (picture.partIndex === last.partIndex && !isLater) wrong.push({ picture, last });
            last = picture;
            const isOwnTime = (r: MsRange) => r.startMs <= wallMs && wallMs < r.endMs;
            const row = timeline.coverage.find(isOwnTime);
            if (row === undefined || !isOwnTime(segments[picture.segmentIndex]!.range)) continue;
            const byCoverage = row.mediaStartSeconds + (wallMs - row.startMs) / 1000;
            const isFound = Math.abs(byCoverage - picture.mediaSeconds) < 0.003;
            if (row.partIndex !== picture.partIndex || !isFound) wrong.push({ picture, row });
          }
          expect(wrong).toEqual([]);
          // Nothing inside a segment's own time is left out, unless the next file brings pictures of that time.
          for (const [segmentIndex, segment] of segments.entries()) {
            if (segment.covered.length === 0) continue;
            const firstOfNext = segments
              .filter((s) => s.range.startMs === segment.range.endMs && s.covered.length > 0)
              .map((s) => s.covered[0]!.startMs - s.covered[0]!.ptsSeconds * 1000 + s.firstPtsSeconds * 1000);
            const untilMs = Math.min(segment.range.endMs, ...firstOfNext);
            const wanted = segment.pts.filter((at) => {
              const wallMs = zeroMs(segmentIndex) + at * 1000;
              return wallMs > segment.range.startMs + 1 && wallMs < untilMs - 1;
            });
            const kept = new Set(shown.filter((p) => p.segmentIndex === segmentIndex).map((p) => p.pts));
            expect(wanted.filter((at) => !kept.has(at))).toEqual([]);
          }
          for (const part of timeline.parts) {
            const sum = part.entries.reduce((total, entry) => total + entry.durationSeconds, 0);
            expect(sum).toBeCloseTo(part.durationSeconds, 4);
            expect(part.entries.every((entry) => entry.durationSeconds > 0)).toBe(true);
            if (gapMode !== 'slate') expect(part.entries.every((entry) => entry.kind === 'file')).toBe(true);
          }
          const covered = segments.flatMap((s) => s.covered).reduce((sum, s) => sum + s.endMs - s.startMs, 0);
          expect(timeline.coverage.reduce((sum, row) => sum + row.endMs - row.startMs, 0)).toBe(covered);
          const tiles = tileCoverage({
            window,
            stretches: timeline.coverage.map((row) => ({
              ...row,
              state: 'present' as const,
              file: String(row.partIndex),
            })),
          });
          const presentMs = tiles
            .filter((t) => t.state === 'present')
            .reduce((sum, t) => sum + Date.parse(t.endAt) - Date.parse(t.startAt), 0);
          expect(presentMs).toBe(covered);
        },
      ),
      sample(300),
    );
  });
});
