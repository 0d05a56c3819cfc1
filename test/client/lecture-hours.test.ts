// Hours of lectures as people write them, over midnights and changes of the clock.
import { describe, expect, test } from 'vitest';
import { hoursToRange, movedRange, type HoursChange } from '../../src/client/lecture-hours.ts';
import { isoFromMs, toInstantRange, toMsRange } from '../../src/domain/range.ts';

const moscow = 'Europe/Moscow';
const berlin = 'Europe/Berlin';

const iso = (range: { startMs: number; endMs: number }): string =>
  `${isoFromMs(range.startMs)} ${isoFromMs(range.endMs)}`;

describe('hours', () => {
  test.each([
    [
      'a morning',
      moscow,
      '2026-09-14',
      '10:10',
      '11:40',
      undefined,
      '2026-09-14T07:10:00Z 2026-09-14T08:40:00Z',
    ],
    [
      'seconds',
      'UTC',
      '2026-09-14',
      '10:10:05',
      '10:10:25',
      undefined,
      '2026-09-14T10:10:05Z 2026-09-14T10:10:25Z',
    ],
    [
      'an end at midnight',
      'UTC',
      '2026-09-14',
      '22:00',
      '24:00',
      undefined,
      '2026-09-14T22:00:00Z 2026-09-15T00:00:00Z',
    ],
    [
      'over midnight',
      moscow,
      '2026-09-14',
      '23:00',
      '00:30',
      '2026-09-15',
      '2026-09-14T20:00:00Z 2026-09-14T21:30:00Z',
    ],
    [
      'the hour that is left out',
      berlin,
      '2026-03-29',
      '01:30',
      '03:30',
      undefined,
      '2026-03-29T00:30:00Z 2026-03-29T01:30:00Z',
    ],
    [
      'the hour that comes twice',
      berlin,
      '2026-10-25',
      '01:30',
      '03:30',
      undefined,
      '2026-10-24T23:30:00Z 2026-10-25T02:30:00Z',
    ],
    [
      'a zone of quarters',
      'Asia/Kathmandu',
      '2026-09-14',
      '10:00',
      '11:00',
      undefined,
      '2026-09-14T04:15:00Z 2026-09-14T05:15:00Z',
    ],
  ])('%s', (_, timeZone, date, start, end, endDate, expected) => {
    expect(iso(hoursToRange({ date, start, end, endDate }, timeZone))).toBe(expected);
  });

  test.each([
    [
      'an end before the start',
      '10:10',
      '09:00',
      undefined,
      /cannot end at 2026-09-14 09:00.*start at 2026-09-14 10:10/,
    ],
    ['an end at the start', '10:10', '10:10', undefined, /cannot end/],
    ['an end on an earlier day', '10:10', '11:40', '2026-09-13', /cannot end/],
    ['no clock', '10', '11:40', undefined, /"10" is no time of a day/],
    ['an hour that no day has', '24:30', '25:00', undefined, /"24:30" is no time of a day/],
    ['a minute that no hour has', '10:60', '11:40', undefined, /"10:60"/],
    ['text', '10:10', '11:40; rm', undefined, /"11:40; rm"/],
    ['no day', '10:10', '11:40', '2026-02-30', /"2026-02-30" is no day/],
  ])('%s is refused', (_, start, end, endDate, message) => {
    expect(() => hoursToRange({ date: '2026-09-14', start, end, endDate }, moscow)).toThrow(message);
  });
});

describe('a moved lecture', () => {
  const range = toMsRange({ startAt: '2026-09-14T07:10:00Z', endAt: '2026-09-14T08:40:00Z' });
  test.each<[string, HoursChange, string]>([
    ['nothing', {}, '2026-09-14T07:10:00Z 2026-09-14T08:40:00Z'],
    ['an earlier end', { end: '11:20' }, '2026-09-14T07:10:00Z 2026-09-14T08:20:00Z'],
    ['another start', { start: '10:00' }, '2026-09-14T07:00:00Z 2026-09-14T08:40:00Z'],
    ['a day, with its hours', { date: '2026-09-16' }, '2026-09-16T07:10:00Z 2026-09-16T08:40:00Z'],
    [
      'a day and hours',
      { date: '2026-09-16', start: '12:10', end: '13:30' },
      '2026-09-16T09:10:00Z 2026-09-16T10:30:00Z',
    ],
    [
      'an end on the next day',
      { end: '00:10', endDate: '2026-09-15' },
      '2026-09-14T07:10:00Z 2026-09-14T21:10:00Z',
    ],
  ])('%s', (_, change, expected) => {
    expect(iso(movedRange(range, { change, timeZone: moscow }))).toBe(expected);
  });

  test('over midnight keeps its second day when it goes to another date', () => {
    const night = toMsRange({ startAt: '2026-09-14T20:00:00Z', endAt: '2026-09-14T21:30:00Z' });
    const moved = movedRange(night, { change: { date: '2026-10-01' }, timeZone: moscow });
    expect(toInstantRange(moved)).toEqual({ startAt: '2026-10-01T20:00:00Z', endAt: '2026-10-01T21:30:00Z' });
  });

  test('keeps the instant of what is not moved, also in the hour that comes twice', () => {
    const second = toMsRange({ startAt: '2026-10-25T01:30:00Z', endAt: '2026-10-25T03:00:00Z' });
    const { startMs } = movedRange(second, { change: { end: '03:30' }, timeZone: berlin });
    expect(isoFromMs(startMs)).toBe('2026-10-25T01:30:00Z');
  });

  test.each<[string, HoursChange]>([
    ['an end before its start', { end: '09:00' }],
    ['a start after its end', { start: '12:00' }],
    ['a clock that is none', { start: 'noon' }],
  ])('%s is refused', (_, change) => {
    expect(() => movedRange(range, { change, timeZone: moscow })).toThrow(/cannot end|no time of a day/);
  });
});
