// Slots of a room on its local clock, over midnight and clock changes, and when their files are looked for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localParts } from '../../src/domain/calendar.ts';
import { lectureSlots, nextSlotMs, slotBeginMs } from '../../src/domain/lecture-slots.ts';
import { isoFromMs } from '../../src/domain/range.ts';
import { readyTimes } from '../../src/domain/ready-rule.ts';
import { sample } from './sample.ts';

const slotsOf = (startAt: string, endAt: string, timeZone: string, slotSeconds = 1800) =>
  lectureSlots({ startMs: Date.parse(startAt), endMs: Date.parse(endAt), timeZone, slotSeconds });

/** Begins of the slots on the clock of the zone, with the offset: two showings of an hour differ in it. */
const beginsOf = (slots: ReturnType<typeof slotsOf>, timeZone: string): string[] =>
  slots.map(({ startMs }) => localParts(startMs, timeZone).isoLocal.slice(11, 22));

describe('lectureSlots', () => {
  test('a lecture needs parts of its first and last slot and all of those between', () => {
    const slots = slotsOf('2026-09-14T10:10:00+03:00', '2026-09-14T11:40:00+03:00', 'Europe/Moscow');
    expect(
      slots.map(({ index, startMs, endMs, fromMs, toMs }) => [
        index,
        ...[startMs, endMs, fromMs, toMs].map((ms) => isoFromMs(ms).slice(11, 16)),
      ]),
    ).toEqual([
      [0, '07:00', '07:30', '07:10', '07:30'],
      [1, '07:30', '08:00', '07:30', '08:00'],
      [2, '08:00', '08:30', '08:00', '08:30'],
      [3, '08:30', '09:00', '08:30', '08:40'],
    ]);
  });

  test.each([
    ['on the half hour', '2026-09-14T10:00:00Z', '2026-09-14T11:00:00Z', 'UTC', '10:00 10:30'],
    ['inside one slot', '2026-09-14T10:05:00Z', '2026-09-14T10:06:00Z', 'UTC', '10:00'],
    ['a second over', '2026-09-14T10:00:00Z', '2026-09-14T10:30:01Z', 'UTC', '10:00 10:30'],
    ['over midnight', '2026-09-14T20:40:00Z', '2026-09-14T21:20:00Z', 'Europe/Moscow', '23:30 00:00'],
    ['in Nepal', '2026-09-14T04:20:00Z', '2026-09-14T05:20:00Z', 'Asia/Kathmandu', '10:00 10:30 11:00'],
    ['in the Chathams', '2026-06-14T04:20:00Z', '2026-06-14T04:50:00Z', 'Pacific/Chatham', '17:00 17:30'],
    ['a fixed offset', '2026-09-14T04:20:00Z', '2026-09-14T05:20:00Z', '+05:45', '10:00 10:30 11:00'],
    [
      'while the clock skips an hour',
      '2026-03-29T00:30:00Z',
      '2026-03-29T01:30:00Z',
      'Europe/Berlin',
      '01:30 03:00',
    ],
    [
      'while it skips half an hour',
      '2026-10-03T15:00:00Z',
      '2026-10-03T16:00:00Z',
      'Australia/Lord_Howe',
      '01:30 02:30',
    ],
    [
      'over a midnight that is skipped',
      '2026-04-23T21:30:00Z',
      '2026-04-23T22:30:00Z',
      'Africa/Cairo',
      '23:30 01:00',
    ],
  ])('%s', (_, startAt, endAt, timeZone, begins) => {
    const shown = beginsOf(slotsOf(startAt, endAt, timeZone), timeZone).map((text) => text.slice(0, 5));
    expect(shown.join(' ')).toBe(begins);
  });

  test('an hour that the clock shows twice has its slots twice', () => {
    const slots = slotsOf('2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z', 'Europe/Berlin');
    expect(beginsOf(slots, 'Europe/Berlin')).toEqual([
      '02:00:00+02',
      '02:30:00+02',
      '02:00:00+01',
      '02:30:00+01',
    ]);
  });

  test.each([
    ['four hours are five where the clock goes back', '2026-10-25T00:30:00Z', 'Europe/Berlin', 5],
    ['four hours are three where it goes forward', '2026-03-29T00:30:00Z', 'Europe/Berlin', 3],
    ['four hours are five where it goes back onto their end', '2026-10-25T00:30:00Z', 'Europe/Athens', 5],
  ])('%s', (_, startAt, timeZone, hours) => {
    const [slot] = slotsOf(startAt, new Date(Date.parse(startAt) + 1000).toISOString(), timeZone, 14_400);
    expect((slot!.endMs - slot!.startMs) / 3_600_000).toBe(hours);
    expect(localParts(slot!.startMs, timeZone).hh).toBe('00');
  });

  test.each([
    ['before it', '2026-03-29T00:30:00Z', '01:20 03:00 03:20'],
    ['after it', '2026-03-29T01:10:00Z', '03:00 03:20'],
  ])('a skip over a begin is one itself, for a lecture that begins %s', (_, startAt, begins) => {
    const slots = slotsOf(startAt, '2026-03-29T01:30:00Z', 'Europe/Berlin', 40 * 60);
    const shown = beginsOf(slots, 'Europe/Berlin').map((text) => text.slice(0, 5));
    expect(shown.join(' ')).toBe(begins);
  });

  test('slots that do not divide the day begin anew at midnight', () => {
    const slots = slotsOf('2026-09-14T23:30:00Z', '2026-09-15T00:10:00Z', 'UTC', 7 * 60);
    const begins = slots.map(({ startMs }) => isoFromMs(startMs).slice(11, 16));
    expect(begins).toEqual(['23:27', '23:34', '23:41', '23:48', '23:55', '00:00', '00:07']);
  });

  test('a lecture that ends before it starts has none', () => {
    expect(slotsOf('2026-09-14T10:00:00Z', '2026-09-14T10:00:00Z', 'UTC')).toEqual([]);
    expect(slotsOf('2026-09-14T10:00:00Z', '2026-09-14T09:00:00Z', 'UTC')).toEqual([]);
  });
});

/** Clock changes forward and back, by an hour and by half of one, at midnight too; and a zone without any. */
const changes: [string, string][] = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['America/St_Johns', '2026-11-01T04:30:00Z'],
  ['Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00:00Z'],
  ['Asia/Kathmandu', '2026-09-14T00:00:00Z'],
];
const anyLecture = fc
  .record({
    change: fc.constantFrom(...changes),
    awaySeconds: fc.integer({ min: -18_000, max: 18_000 }),
    lengthSeconds: fc.integer({ min: 1, max: 6 * 3600 }),
    slotSeconds: fc.constantFrom(600, 1500, 1800, 2400, 3600, 5400, 14_400),
  })
  .map(({ change: [timeZone, changeAt], awaySeconds, lengthSeconds, slotSeconds }) => ({
    ...{ timeZone, lengthSeconds, slotSeconds },
    startMs: Date.parse(changeAt) + awaySeconds * 1000,
  }));

test('slots tile the lecture, whatever the zone and the clock do', () => {
  fc.assert(
    fc.property(anyLecture, ({ startMs, lengthSeconds, slotSeconds, timeZone }) => {
      const endMs = startMs + lengthSeconds * 1000;
      const slots = lectureSlots({ startMs, endMs, slotSeconds, timeZone });
      expect(slots[0]!.fromMs).toBe(startMs);
      expect(slots.at(-1)!.toMs).toBe(endMs);
      for (const [index, slot] of slots.entries()) {
        expect(slot.index).toBe(index);
        expect(slot.startMs).toBeLessThanOrEqual(slot.fromMs);
        expect(slot.fromMs).toBeLessThan(slot.toMs);
        expect(slot.toMs).toBeLessThanOrEqual(slot.endMs);
        if (index > 0) expect(slot.fromMs).toBe(slots[index - 1]!.toMs);
      }
    }),
    sample(300),
  );
});

test('every moment of a slot agrees on where it begins and ends', () => {
  fc.assert(
    fc.property(anyLecture, fc.double({ min: 0, max: 1, noNaN: true }), (lecture, share) => {
      const clock = { slotSeconds: lecture.slotSeconds, timeZone: lecture.timeZone };
      const beginMs = slotBeginMs(lecture.startMs, clock);
      const endMs = nextSlotMs(beginMs, clock);
      const momentMs = Math.min(endMs - 1, beginMs + Math.floor((endMs - beginMs) * share));
      expect(slotBeginMs(momentMs, clock)).toBe(beginMs);
      expect(nextSlotMs(momentMs, clock)).toBe(endMs);
      expect(beginMs).toBeLessThanOrEqual(lecture.startMs);
      expect(endMs).toBeGreaterThan(lecture.startMs);
    }),
    sample(300),
  );
});

describe('readyTimes', () => {
  const rule = { slotSeconds: 1800, readyAfterSeconds: 3600, secondTryAfterSeconds: 10_800 };
  test.each([
    ['an end inside a slot', '2026-09-14T08:40:00Z', 'Europe/Moscow', '10:00', '12:00'],
    ['an end on the half hour', '2026-09-14T08:30:00Z', 'Europe/Moscow', '09:30', '11:30'],
    ['a second after the half hour', '2026-09-14T08:30:01Z', 'Europe/Moscow', '10:00', '12:00'],
    ['a millisecond after the half hour', '2026-09-14T08:30:00.001Z', 'Europe/Moscow', '10:00', '12:00'],
    ['a zone with quarters', '2026-09-14T08:40:00Z', 'Asia/Kathmandu', '09:45', '11:45'],
    ['before the clock skips', '2026-03-29T00:40:00Z', 'Europe/Berlin', '02:00', '04:00'],
    ['in the hour that comes twice', '2026-10-25T00:40:00Z', 'Europe/Berlin', '02:00', '04:00'],
    ['and again', '2026-10-25T01:40:00Z', 'Europe/Berlin', '03:00', '05:00'],
  ])('%s', (_, endAt, timeZone, ready, second) => {
    const times = readyTimes({ ...rule, endMs: Date.parse(endAt), timeZone });
    expect(isoFromMs(times.readyMs).slice(11, 16)).toBe(ready);
    expect(isoFromMs(times.secondTryMs).slice(11, 16)).toBe(second);
  });

  test('the second look never comes before the first', () => {
    const times = readyTimes({ ...rule, secondTryAfterSeconds: 0, endMs: 0, timeZone: 'UTC' });
    expect(times).toEqual({ readyMs: 3_600_000, secondTryMs: 3_600_000 });
  });
});
