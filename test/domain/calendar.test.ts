// Local days on the time line: days of 23, 24 and 25 hours, skipped and repeated hours, zones that are none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './sample.ts';
import { addDays, datesBetween, isTimeZone, localParts, windowOnDate } from '../../src/domain/calendar.ts';
import { isFault } from '../../src/domain/fault.ts';
import { isoFromMs } from '../../src/domain/range.ts';
import { cutIntoSegments } from '../../src/domain/segment.ts';
import { parseLocalWindow } from '../../src/domain/window.ts';

const hourMs = 3_600_000;
const place = (date: string, window: string, timeZone: string) =>
  windowOnDate({ date, window: parseLocalWindow(window), timeZone });

describe('windowOnDate', () => {
  test.each([
    [
      'a plain day',
      '2026-09-13',
      '08:00-20:00',
      'Europe/Moscow',
      '2026-09-13T05:00:00Z',
      '2026-09-13T17:00:00Z',
    ],
    ['a fixed offset', '2026-09-13', '07:45-20:00', '+06:00', '2026-09-13T01:45:00Z', '2026-09-13T14:00:00Z'],
    [
      'a half-hour offset',
      '2026-09-13',
      '00:00-24:00',
      '-03:30',
      '2026-09-13T03:30:00Z',
      '2026-09-14T03:30:00Z',
    ],
    ['over midnight', '2026-09-13', '22:00-02:00', 'UTC', '2026-09-13T22:00:00Z', '2026-09-14T02:00:00Z'],
    [
      'a spring day',
      '2026-03-29',
      '00:00-24:00',
      'Europe/Berlin',
      '2026-03-28T23:00:00Z',
      '2026-03-29T22:00:00Z',
    ],
    [
      'a start that is skipped',
      '2026-03-29',
      '02:30-04:00',
      'Europe/Berlin',
      '2026-03-29T01:00:00Z',
      '2026-03-29T02:00:00Z',
    ],
    [
      'an end that is skipped',
      '2026-03-29',
      '01:00-02:30',
      'Europe/Berlin',
      '2026-03-29T00:00:00Z',
      '2026-03-29T01:00:00Z',
    ],
    [
      'a window that is skipped',
      '2026-03-29',
      '02:15-02:45',
      'Europe/Berlin',
      '2026-03-29T01:00:00Z',
      '2026-03-29T01:00:00Z',
    ],
    [
      'an autumn day',
      '2026-10-25',
      '00:00-24:00',
      'Europe/Berlin',
      '2026-10-24T22:00:00Z',
      '2026-10-25T23:00:00Z',
    ],
    [
      'a start that comes twice',
      '2026-10-25',
      '02:30-04:00',
      'Europe/Berlin',
      '2026-10-25T00:30:00Z',
      '2026-10-25T03:00:00Z',
    ],
    [
      'an end that comes twice',
      '2026-10-25',
      '01:00-02:30',
      'Europe/Berlin',
      '2026-10-24T23:00:00Z',
      '2026-10-25T00:30:00Z',
    ],
    [
      'half an hour of saving',
      '2026-10-04',
      '00:00-24:00',
      'Australia/Lord_Howe',
      '2026-10-03T13:30:00Z',
      '2026-10-04T13:00:00Z',
    ],
    [
      'a midnight that is skipped',
      '2018-11-04',
      '00:00-24:00',
      'America/Sao_Paulo',
      '2018-11-04T03:00:00Z',
      '2018-11-05T02:00:00Z',
    ],
    [
      'a day that is skipped',
      '2011-12-30',
      '00:00-24:00',
      'Pacific/Apia',
      '2011-12-30T10:00:00Z',
      '2011-12-30T10:00:00Z',
    ],
  ])('%s', (_, date, window, timeZone, startAt, endAt) => {
    const { startMs, endMs } = place(date, window, timeZone);
    expect([isoFromMs(startMs), isoFromMs(endMs)]).toEqual([startAt, endAt]);
  });

  test('a day of 23 hours has 92 quarter hours, one of 25 has 100', () => {
    expect(cutIntoSegments(place('2026-03-29', '00:00-24:00', 'Europe/Berlin'), 900)).toHaveLength(92);
    expect(cutIntoSegments(place('2026-10-25', '00:00-24:00', 'Europe/Berlin'), 900)).toHaveLength(100);
  });

  test('days of any zone and year tile, and windows that touch on the clock touch on the time line', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 1980, max: 2037 }),
        fc.integer({ min: 0, max: 364 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 1439 }), { minLength: 1, maxLength: 4 }),
        (timeZone, year, day, minutes) => {
          const date = addDays(`${year}-01-01`, day);
          const cuts = [0, ...minutes.toSorted((a, b) => a - b), 1440];
          let cursorMs = windowOnDate({
            date,
            window: { startSecond: 0, endSecond: 86_400 },
            timeZone,
          }).startMs;
          for (let i = 1; i < cuts.length; i++) {
            const window = { startSecond: cuts[i - 1]! * 60, endSecond: cuts[i]! * 60 };
            const range = windowOnDate({ date, window, timeZone });
            expect(range.startMs).toBe(cursorMs);
            expect(range.endMs).toBeGreaterThanOrEqual(range.startMs);
            cursorMs = range.endMs;
          }
          const next = windowOnDate({
            date: addDays(date, 1),
            window: { startSecond: 0, endSecond: 1 },
            timeZone,
          });
          expect(next.startMs).toBe(cursorMs);
        },
      ),
      sample(1500),
    );
  });

  test('a whole day is as long as its zone’s offsets say, around every change of some zones', () => {
    const lengths = new Set<number>();
    for (const timeZone of [
      'Europe/Berlin',
      'America/New_York',
      'Africa/Cairo',
      'Pacific/Chatham',
      'Asia/Tehran',
    ]) {
      for (let year = 2015; year <= 2027; year++) {
        for (const date of datesBetween(`${year}-03-01`, `${year}-04-30`)) {
          const range = place(date, '00:00-24:00', timeZone);
          lengths.add((range.endMs - range.startMs) / hourMs);
          expect(localParts(range.startMs, timeZone).date).toBe(date);
          expect(localParts(range.endMs - 1, timeZone).date).toBe(date);
        }
      }
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([23, 24, 25]);
  });

  test.each([
    ['2026-02-30', 'UTC'],
    ['2026-2-3', 'UTC'],
    ['', 'UTC'],
    ['2026-02-03', 'Mars/Olympus'],
    ['2026-02-03', '+3'],
  ])('refuses day %j in zone %j', (date, timeZone) => {
    expect(() => place(date, '08:00-09:00', timeZone)).toThrow(
      expect.toSatisfy((error) => isFault(error, 'InputInvalid')),
    );
  });
});

describe('datesBetween', () => {
  test('counts days over a leap day', () => {
    expect(datesBetween('2028-02-28', '2028-03-01')).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
    expect(datesBetween('2026-01-01', '2026-01-01')).toEqual(['2026-01-01']);
  });
  test('refuses days in reverse', () => {
    expect(() => datesBetween('2026-01-02', '2026-01-01')).toThrow(/before the first/);
  });
});

test.each([
  ['Europe/Moscow', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['Etc/GMT+3', true],
  ['+03:00', true],
  ['-23:59', true],
  ['+24:00', false],
  ['+3', false],
  ['Europe/Atlantis', false],
  ['', false],
  ['2020-01-01T00:00[Europe/Paris]', false],
  ['../etc/localtime', false],
  ['Z', false],
])('isTimeZone(%j) is %s', (text, answer) => {
  expect(isTimeZone(text)).toBe(answer);
});

test.each([
  [
    '2026-09-13T05:00:00Z',
    '+03:00',
    { date: '2026-09-13', hh: '08', mm: '00', ss: '00', isoLocal: '2026-09-13T08:00:00+03:00' },
  ],
  [
    '2026-10-25T01:30:07Z',
    'Europe/Berlin',
    { date: '2026-10-25', hh: '02', mm: '30', ss: '07', isoLocal: '2026-10-25T02:30:07+01:00' },
  ],
  [
    '2026-01-01T00:30:00Z',
    'America/St_Johns',
    { date: '2025-12-31', hh: '21', mm: '00', ss: '00', isoLocal: '2025-12-31T21:00:00-03:30' },
  ],
  [
    '2026-01-01T00:30:00.999Z',
    'UTC',
    { date: '2026-01-01', hh: '00', mm: '30', ss: '00', isoLocal: '2026-01-01T00:30:00+00:00' },
  ],
])('localParts(%s, %s)', (instant, timeZone, parts) => {
  expect(localParts(Date.parse(instant), timeZone)).toEqual(parts);
});
