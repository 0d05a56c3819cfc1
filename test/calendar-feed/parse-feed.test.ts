// Calendars' texts read into events: zones, series with their exceptions, days, and texts that are none.
import { describe, expect, it } from 'vitest';
import type { FeedEvent } from '../../src/calendar-feed/feed-event.ts';
import { parseFeed } from '../../src/calendar-feed/parse-feed.ts';
import { calendar, event, ownZone } from './feed-text.ts';

const readWhole = (
  text: string,
  { from = '2026-09-01', to = '2026-10-01', timeZone = 'Europe/Moscow' } = {},
) => parseFeed({ text, fromMs: Date.parse(from), toMs: Date.parse(to), timeZone });

const read = (text: string, { from = '2026-09-01', to = '2026-10-01', timeZone = 'Europe/Moscow' } = {}) =>
  readWhole(text, { from, to, timeZone }).events;

const hours = ({ startMs, endMs }: FeedEvent): string =>
  [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' ');

const one = (...lines: string[]): string =>
  read(calendar(event('a', ...lines)))
    .map(hours)
    .join();

describe('the hours of an event', () => {
  it.each<[string, string[], string]>([
    ['in UTC', ['DTSTART:20260914T071000Z', 'DTEND:20260914T084000Z'], '2026-09-14T07:10 2026-09-14T08:40'],
    [
      'in a zone by name, without its description',
      ['DTSTART;TZID=Europe/Berlin:20260914T101000', 'DTEND;TZID=Europe/Berlin:20260914T114000'],
      '2026-09-14T08:10 2026-09-14T09:40',
    ],
    [
      'in a zone behind a program’s path',
      ['DTSTART;TZID=/mozilla.org/20050126_1/Asia/Kathmandu:20260914T101000', 'DURATION:PT1H30M'],
      '2026-09-14T04:25 2026-09-14T05:55',
    ],
    [
      'in the zone of the room where it names none',
      ['DTSTART:20260914T101000', 'DTEND:20260914T114000'],
      '2026-09-14T07:10 2026-09-14T08:40',
    ],
    [
      'in the zone of the room where nobody knows its own',
      ['DTSTART;TZID=Nowhere/Land:20260914T101000', 'DURATION:PT90M'],
      '2026-09-14T07:10 2026-09-14T08:40',
    ],
    [
      'over midnight',
      ['DTSTART:20260914T200000Z', 'DTEND:20260915T010000Z'],
      '2026-09-14T20:00 2026-09-15T01:00',
    ],
    ['without a duration', ['DTSTART:20260914T071000Z'], '2026-09-14T07:10 2026-09-14T07:10'],
    [
      'that end before they begin',
      ['DTSTART:20260914T071000Z', 'DTEND:20260914T061000Z'],
      '2026-09-14T07:10 2026-09-14T07:10',
    ],
  ])('are read %s', (_, lines, expected) => {
    expect(one(...lines)).toBe(expected);
  });

  it('are read by the zone that the text describes when nobody else knows it', () => {
    const text = calendar(ownZone, event('a', 'DTSTART;TZID=Hall Time:20260914T101000', 'DURATION:PT1H'));
    expect(read(text).map(hours)).toEqual(['2026-09-14T07:40 2026-09-14T08:40']);
  });

  it('are meant in the zone of the calendar where they name none', () => {
    const text = calendar('X-WR-TIMEZONE:Asia/Tokyo', event('a', 'DTSTART:20260914T101000', 'DURATION:PT1H'));
    expect(read(text).map(hours)).toEqual(['2026-09-14T01:10 2026-09-14T02:10']);
  });

  it('of a day are its local midnights', () => {
    const [found] = read(calendar(event('a', 'DTSTART;VALUE=DATE:20260914')));
    expect(found).toMatchObject({ allDay: true });
    expect(hours(found!)).toBe('2026-09-13T21:00 2026-09-14T21:00');
  });

  it('decide whether it is in the range: what touches it is', () => {
    const at = (uid: string, day: string): string[] => event(uid, `DTSTART:${day}T233000Z`, 'DURATION:PT1H');
    const text = calendar(
      ...[at('before', '20260830'), at('first', '20260831'), at('last', '20260930')],
      event('after', 'DTSTART:20261001T000000Z', 'DURATION:PT1H'),
    );
    expect(read(text).map(({ id }) => id)).toEqual(['first', 'last']);
  });
});

describe('a series', () => {
  const weekly = (...lines: string[]): string[] =>
    event(
      'w',
      'SUMMARY:Graphs',
      'DTSTART;TZID=Europe/Berlin:20260907T101000',
      'DTEND;TZID=Europe/Berlin:20260907T114000',
      ...lines,
    );

  it('has an instance a week, each with an id of its own', () => {
    const found = read(calendar(weekly('RRULE:FREQ=WEEKLY')));
    expect(found.map(({ id }) => id)).toEqual([
      'w/20260907T081000Z',
      'w/20260914T081000Z',
      'w/20260921T081000Z',
      'w/20260928T081000Z',
    ]);
    expect(found.every(({ startMs, endMs }) => endMs - startMs === 5_400_000)).toBe(true);
  });

  it('keeps its local hour when the clocks change', () => {
    const found = read(calendar(weekly('RRULE:FREQ=WEEKLY')), { from: '2026-10-19', to: '2026-11-01' });
    expect(found.map(hours)).toEqual([
      '2026-10-19T08:10 2026-10-19T09:40',
      '2026-10-26T09:10 2026-10-26T10:40',
    ]);
  });

  it.each([
    ['in UTC', 'RRULE:FREQ=WEEKLY;UNTIL=20260914T081000Z'],
    ['as a day', 'RRULE:FREQ=WEEKLY;UNTIL=20260914'],
    ['in local time', 'RRULE:FREQ=WEEKLY;UNTIL=20260914T101000'],
    ['as a number', 'RRULE:FREQ=WEEKLY;COUNT=2'],
  ])('ends where its rule says so %s', (_, rule) => {
    expect(read(calendar(weekly(rule))).map(({ id }) => id)).toEqual([
      'w/20260907T081000Z',
      'w/20260914T081000Z',
    ]);
  });

  it.each([
    ['in its zone', 'EXDATE;TZID=Europe/Berlin:20260914T101000,20260921T101000'],
    ['in UTC', 'EXDATE:20260914T081000Z,20260921T081000Z'],
    ['as days', 'EXDATE;VALUE=DATE:20260914,20260921'],
  ])('leaves excepted instances out: %s', (_, exdate) => {
    expect(read(calendar(weekly('RRULE:FREQ=WEEKLY', exdate))).map(({ id }) => id)).toEqual([
      'w/20260907T081000Z',
      'w/20260928T081000Z',
    ]);
  });

  it('takes added dates in', () => {
    const text = calendar(weekly('RDATE;TZID=Europe/Berlin:20260910T120000'));
    expect(read(text).map(hours)).toEqual([
      '2026-09-07T08:10 2026-09-07T09:40',
      '2026-09-10T10:00 2026-09-10T11:30',
    ]);
  });

  it('shows a moved instance under its old id, at its new hours, also when that brings it into the range', () => {
    const moved = event(
      'w',
      'SUMMARY:Graphs, moved',
      'RECURRENCE-ID;TZID=Europe/Berlin:20260914T101000',
      'DTSTART:20260916T120000Z',
      'DTEND:20260916T130000Z',
    );
    const intoRange = event(
      'w',
      'RECURRENCE-ID:20261005T081000Z',
      'DTSTART:20260930T120000Z',
      'DURATION:PT1H',
    );
    const outOfRange = event('w', 'RECURRENCE-ID:20260928T081000Z', 'DTSTART:20261012T080000Z');
    const found = read(calendar(moved, intoRange, weekly('RRULE:FREQ=WEEKLY'), outOfRange));
    expect(found.map(({ id, name }) => [id, name])).toEqual([
      ['w/20260907T081000Z', 'Graphs'],
      ['w/20260914T081000Z', 'Graphs, moved'],
      ['w/20260921T081000Z', 'Graphs'],
      ['w/20261005T081000Z', ''],
    ]);
    expect(hours(found[1]!)).toBe('2026-09-16T12:00 2026-09-16T13:00');
  });

  it('says which instance was cancelled', () => {
    const cancelled = event(
      'w',
      'RECURRENCE-ID:20260914T081000Z',
      'DTSTART:20260914T081000Z',
      'STATUS:CANCELLED',
    );
    const found = read(calendar(weekly('RRULE:FREQ=WEEKLY;COUNT=2'), cancelled));
    expect(found.map(({ status }) => status)).toEqual(['confirmed', 'cancelled']);
  });

  it('that began long ago costs no more than a look', () => {
    const old = event('o', 'DTSTART:19700101T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY');
    expect(read(calendar(old))).toHaveLength(30);
  });

  it('that repeats each second is refused alone', () => {
    const rule = ['DTSTART:20200101T000000Z', 'RRULE:FREQ=SECONDLY', 'SUMMARY:Ticks'];
    const found = readWhole(calendar(event('s', ...rule), event('a', 'DTSTART:20260914T071000Z')));
    expect(found.events.map(({ id }) => id)).toEqual(['a']);
    expect(found.unreadable).toEqual([
      { uid: 's', name: 'Ticks', reason: 'it repeats more often than a lecture can' },
    ]);
  });

  it('refuses the calendar when many of them together repeat more often than it can', () => {
    const often = (_: unknown, index: number): string[] =>
      event(`h${index}`, 'DTSTART:20220101T000000Z', 'RRULE:FREQ=HOURLY;UNTIL=20260601T000000Z');
    expect(() => read(calendar(...Array.from({ length: 10 }, often)))).toThrow(
      'repeat more often than a calendar',
    );
  });

  it('with more instances than a calendar can have is refused', () => {
    const text = calendar(event('s', 'DTSTART:20260901T000000Z', 'DURATION:PT1M', 'RRULE:FREQ=MINUTELY'));
    expect(() => read(text)).toThrow('more than 5000 events');
  });
});

describe('an event', () => {
  it('brings its words, folded and escaped as the form has it, and who asked for it', () => {
    const text = calendar(
      event(
        'a',
        'DTSTART:20260914T071000Z',
        'SUMMARY:Graphs\\, part 1\\; and',
        '  more',
        'DESCRIPTION:поток: БПИ-201\\nзал 5',
        'ORGANIZER;CN=Anna:mailto:anna@example.org',
      ),
    );
    expect(read(text)).toMatchObject([
      {
        name: 'Graphs, part 1; and more',
        description: 'поток: БПИ-201\nзал 5',
        organizer: 'anna@example.org',
      },
    ]);
  });

  it('of several versions is the newest', () => {
    const version = (sequence: number, name: string): string[] =>
      event('a', 'DTSTART:20260914T071000Z', `SEQUENCE:${sequence}`, `SUMMARY:${name}`);
    expect(read(calendar(version(3, 'new'), version(1, 'old'))).map(({ name }) => name)).toEqual(['new']);
  });

  it('is cancelled when its calendar recalls it', () => {
    const text = calendar('METHOD:CANCEL', event('a', 'DTSTART:20260914T071000Z'));
    expect(read(text).map(({ status }) => status)).toEqual(['cancelled']);
  });

  it('without a UID keeps an id while it keeps its words', () => {
    const lines = ['BEGIN:VEVENT', 'DTSTART:20260914T071000Z', 'SUMMARY:x', 'END:VEVENT'];
    expect(read(calendar(lines)).map(({ id }) => id)).toEqual(read(calendar(lines)).map(({ id }) => id));
  });

  it('in a year that nobody means is none', () => {
    const text = calendar(event('b', 'DTSTART:00010101T000000Z'), ['BEGIN:VTODO', 'END:VTODO']);
    expect(readWhole(text)).toEqual({ events: [], unreadable: [] });
  });

  it('of a second calendar in the same text counts too', () => {
    const text =
      calendar(event('a', 'DTSTART:20260914T071000Z')) + calendar(event('b', 'DTSTART:20260914T071000Z'));
    expect(read(text).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('an event that cannot be read', () => {
  const after = event('b', 'DTSTART:20260915T071000Z', 'SUMMARY:Trees');

  it.each<[string, string[], string]>([
    ['a rule that is none', ['RRULE:FREQ=NEVER'], 'invalid frequency …'],
    ['a day that is none', ['RRULE:FREQ=WEEKLY;BYDAY=XX'], 'invalid BYDAY value …'],
    [
      'an end of a rule that is none',
      ['RRULE:FREQ=WEEKLY;UNTIL=garbage'],
      'Could not extract integer from …',
    ],
    ['an exception that is no date', ['RRULE:FREQ=DAILY', 'EXDATE:rubbish'], 'invalid date-time value: …'],
    ['an end that is no time', ['DTEND:rubbish'], 'invalid date-time value: …'],
    ['a line that is none', ['rubbish'], 'invalid line (no token …'],
    ['a part without an end', ['BEGIN:VALARM'], 'invalid ical body. component began but did not end'],
  ])('by %s is named, and the others count', (_, lines, reason) => {
    const bad = event('a', 'DTSTART:20260914T071000Z', 'SUMMARY:Graphs\\, 1', ...lines);
    const found = readWhole(calendar(bad, after));
    expect(found.events.map(({ id, name }) => [id, name])).toEqual([['b', 'Trees']]);
    expect(found.unreadable).toEqual([{ uid: 'a', name: 'Graphs, 1', reason }]);
  });

  it('without a start is named', () => {
    const found = readWhole(calendar(event('a', `SUMMARY:${'x'.repeat(500)}`), after));
    expect(found.events.map(({ id }) => id)).toEqual(['b']);
    expect(found.unreadable).toEqual([{ uid: 'a', name: 'x'.repeat(100), reason: 'it has no start' }]);
  });

  it('and has no UID is named without one', () => {
    const bad = ['BEGIN:VEVENT', 'DTSTART:20260914T071000Z', 'RRULE:FREQ=NEVER', 'END:VEVENT'];
    expect(readWhole(calendar(bad, after)).unreadable).toEqual([{ name: '', reason: 'invalid frequency …' }]);
  });

  it('and does not end is named; the next one counts', () => {
    const open = event('a', 'DTSTART:20260914T071000Z').slice(0, -1);
    const found = readWhole(calendar(open, after));
    expect(found.events.map(({ id }) => id)).toEqual(['b']);
    expect(found.unreadable).toMatchObject([{ uid: 'a' }]);
  });

  it('as one instance of a series leaves the others, and does not fall back to the rule’s hours', () => {
    const series = event('w', 'DTSTART:20260907T081000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3');
    const broken = event('w', 'RECURRENCE-ID:20260914T081000Z', 'DTSTART:20260916T120000Z', 'DTEND:rubbish');
    const found = readWhole(calendar(series, broken));
    expect(found.events.map(({ id }) => id)).toEqual(['w/20260907T081000Z', 'w/20260921T081000Z']);
    expect(found.unreadable).toMatchObject([{ uid: 'w' }]);
  });

  it('of the second of two calendars stands in that one’s zone when it can be read', () => {
    const zone = ['X-WR-TIMEZONE:Europe/Berlin'];
    const bad = event('a', 'DTSTART:20260914T071000Z', 'RRULE:FREQ=NEVER');
    const good = event('b', 'DTSTART:20260914T101000', 'DTEND:20260914T114000');
    const found = readWhole(calendar(bad) + calendar(zone, good));
    expect(found.events.map(hours)).toEqual(['2026-09-14T08:10 2026-09-14T09:40']);
    expect(found.unreadable).toHaveLength(1);
  });
});

describe('a text that is no calendar', () => {
  it.each([
    ['nothing', ''],
    ['a page', '<!doctype html><title>Sign in</title>'],
    ['another form', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD'],
    ['half of one', calendar(event('a', 'DTSTART:20260914T071000Z')).slice(0, 120)],
    ['bytes', '\u0000\u0001\ufffd\ufffd'],
  ])('is refused: %s', (_, text) => {
    expect(() => read(text)).toThrow();
  });

  it.each([
    'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'RRULE:FREQ=NEVER',
    'RRULE:FREQ=MONTHLY;BYDAY=9MO',
    'RRULE:FREQ=DAILY;INTERVAL=0',
    'RRULE:',
    'EXDATE:rubbish',
    'DTEND:rubbish',
  ])('neither hangs nor crashes by %s', (line) => {
    const text = calendar(
      event('a', 'DTSTART:20260914T071000Z', line),
      event('b', 'DTSTART:20260915T071000Z'),
    );
    const { events, unreadable } = readWhole(text);
    expect(events.filter(({ id }) => id === 'b')).toHaveLength(1);
    expect(unreadable.filter(({ uid }) => uid !== 'a')).toEqual([]);
  });
});
