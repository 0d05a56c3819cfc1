// The small rules: keep better, tolerance, backoff, station order, and text for people.
import { describe, expect, test } from 'vitest';
import { attemptBackoffSeconds } from '../../src/domain/backoff.ts';
import { durationText } from '../../src/domain/duration-text.ts';
import { isBetter } from '../../src/domain/keep-better.ts';
import { markdownTable } from '../../src/domain/markdown.ts';
import { compareStations, inStationRange } from '../../src/domain/station.ts';
import { judgeMerge } from '../../src/domain/tolerance.ts';

test.each([
  [0, undefined, true],
  [900, undefined, true],
  [10, 10, false],
  [9.999, 10, true],
  [10, 9.999, false],
  [0, 0, false],
])('a copy missing %s s against one missing %s s: replace %s', (candidate, published, answer) => {
  const standing = published === undefined ? undefined : { missingSeconds: published };
  expect(isBetter({ missingSeconds: candidate }, standing)).toBe(answer);
});

describe('judgeMerge', () => {
  const facts = {
    toleranceWindowMissingSeconds: 0,
    gapToleranceSeconds: 120,
    unfinishedSegments: 0,
    tolerateIncomplete: false,
  };
  test.each([
    ['nothing missing', {}, undefined],
    ['exactly the tolerance', { toleranceWindowMissingSeconds: 120 }, undefined],
    [
      'over the tolerance',
      { toleranceWindowMissingSeconds: 120.5 },
      /2 min 01 s .* missing and 2 min are tolerated/,
    ],
    [
      'tolerance zero',
      { toleranceWindowMissingSeconds: 0.96, gapToleranceSeconds: 0 },
      /0\.96 s .* 0 s are tolerated/,
    ],
    ['an unfinished segment', { unfinishedSegments: 1 }, /1 segment is unfinished/],
    ['unfinished ones tolerated', { unfinishedSegments: 3, tolerateIncomplete: true }, undefined],
    [
      'both',
      { toleranceWindowMissingSeconds: 900, unfinishedSegments: 2 },
      /15 min .* 2 segments are unfinished/,
    ],
    [
      'tolerating the unfinished tolerates no gap',
      { toleranceWindowMissingSeconds: 900, tolerateIncomplete: true },
      /15 min/,
    ],
  ])('%s', (_, change, reason) => {
    const verdict = judgeMerge({ ...facts, ...change });
    if (reason === undefined) expect(verdict).toEqual({ merge: true });
    else expect(verdict).toEqual({ merge: false, reason: expect.stringMatching(reason) });
  });
});

test.each([
  [1, 0, 1],
  [2, 0, 10],
  [3, 0, 100],
  [4, 0, 300],
  [400, 0, 300],
  [0, 0, 1],
  [2, 0.5, 11.25],
  [9, 0.999, 374.925],
])('after attempt %s with jitter %s wait %s s', (n, jitter, seconds) => {
  expect(attemptBackoffSeconds(n, jitter)).toBeCloseTo(seconds, 6);
});

test('stations sort as people count', () => {
  const sorted = ['1', '01', '2', '9', '10', '77-9', '77-10', '100', 'A-2', 'a-10', 'B', 'Б-1', 'Б-11'];
  expect(sorted.toReversed().sort(compareStations)).toEqual(['01', '1', ...sorted.slice(2)]);
  expect(compareStations('900719925474099300001', '900719925474099300002')).toBeLessThan(0);
});

test.each([
  ['9', '1', '10', true],
  ['10', '1', '9', false],
  ['010', '9', '11', true],
  ['A-2', 'A-1', 'A-10', true],
  ['a-10', 'A-1', 'A-10', true],
  ['A-11', 'A-1', 'A-10', false],
  ['B-1', 'A-1', 'A-10', false],
  ['77-1234', '77-1000', '77-2000', true],
  ['', '1', '2', false],
])('station %j in %j to %j: %s', (station, first, last, answer) => {
  expect(inStationRange(station, first, last)).toBe(answer);
});

test.each([
  [0, '0 s'],
  [0.96, '0.96 s'],
  [0.004, '0 s'],
  [9.996, '10 s'],
  [28, '28 s'],
  [28.44, '28.4 s'],
  [59.96, '1 min'],
  [60, '1 min'],
  [125, '2 min 05 s'],
  [3599.6, '1 h'],
  [3720, '1 h 02 min'],
  [86_399, '1 d'],
  [273_600, '3 d 04 h'],
  [-28, '-28 s'],
  [Number.NaN, '–'],
])('%s seconds read %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test('a Markdown table keeps any text inside its cell', () => {
  expect(markdownTable(['camera', 'why'], [['a|b', 'line\r\nbreak `x`'], ['c'], [1, 'x\\']])).toBe(
    '| camera | why |\n| --- | --- |\n| a\\|b | line break \\`x\\` |\n| c |  |\n| 1 | x\\\\ |',
  );
});
