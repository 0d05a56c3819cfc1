// What a calendar means for lectures, as tables: new events, changed, moved, cancelled, vanished, and those that become none.
import { describe, expect, it } from 'vitest';
import {
  decideIntake,
  type CalendarEntry,
  type IntakeFacts,
  type KnownLecture,
} from '../../src/domain/intake.ts';

const at = (text: string): number => Date.parse(`2026-09-${text}:00Z`);
const nowMs = at('14T09:00');
const window = { startMs: at('13T09:00'), endMs: at('30T09:00') };

const entry = (changes: Partial<CalendarEntry> = {}): CalendarEntry => ({
  ...{ eventId: 'e', status: 'confirmed', name: 'Graphs', courses: ['G1'], users: [], allDay: false },
  ...{ startMs: at('15T10:00'), endMs: at('15T11:30') },
  ...changes,
});

const words = { startMs: at('15T10:00'), endMs: at('15T11:30'), name: 'Graphs', courses: ['G1'] };

const lecture = (changes: Partial<KnownLecture> = {}): KnownLecture => ({
  ...{ id: 'l-1', eventId: 'e', state: 'waiting', byCalendar: true, said: words, ...words },
  ...changes,
});

const decide = (facts: Partial<IntakeFacts>) =>
  decideIntake({
    ...{ entries: [], full: false, lectures: [], window, nowMs, undoCancelled: false },
    ...facts,
  });
const nothing = { add: [], change: [], cancel: [], follow: [], leftOut: [] };

describe('an event that cannot be read', () => {
  it.each([
    ['itself', 'e', 'e'],
    ['an instance of it', 'e/20260915T100000Z', 'e'],
  ])('is not taken for gone: %s', (_, eventId, unread) => {
    expect(decide({ full: true, lectures: [lecture({ eventId })], unread: [unread] })).toEqual(nothing);
  });

  it('keeps no other lecture', () => {
    const lectures = [lecture({ eventId: 'e2' })];
    expect(decide({ full: true, lectures, unread: ['e'] }).cancel).toHaveLength(1);
  });
});

describe('a lecture that a person asked for and that has an event', () => {
  const byHand = (state: KnownLecture['state']): KnownLecture => {
    const { said: _, ...untold } = lecture({ byCalendar: false, state });
    return untold;
  };
  it.each(['waiting', 'complete', 'incomplete'] as const)(
    'is told of it once (%s), and keeps its hours',
    (state) => {
      const moved = entry({ startMs: at('15T10:10'), name: 'Trees' });
      const { said } = decide({ entries: [moved], lectures: [byHand(state)] }).follow[0]!;
      expect(said).toEqual({ ...words, startMs: at('15T10:10'), name: 'Trees' });
      const told = { ...byHand(state), said };
      expect(decide({ entries: [moved], lectures: [told] })).toEqual(nothing);
    },
  );

  it('gets it with its next try when it failed', () => {
    expect(decide({ entries: [entry()], lectures: [byHand('failed')] })).toEqual(nothing);
  });
});

describe('an event that no lecture follows', () => {
  it('becomes one, with its hours, name, courses and who asked for it', () => {
    expect(decide({ entries: [entry({ users: ['a@example.org'] })] })).toEqual({
      ...nothing,
      add: [{ eventId: 'e', users: ['a@example.org'], ...words }],
    });
  });

  it.each([
    ['lasts all day', { allDay: true }],
    ['has no duration', { endMs: at('15T10:00') }],
    ['has no duration', { endMs: at('15T09:00') }],
    ['has no duration', { endMs: Number.NaN }],
    ['has no start that can be read', { startMs: Number.NaN }],
    ['is longer than 24 hours', { endMs: at('16T10:01') }],
  ])('is left out when it %s', (why, changes) => {
    expect(decide({ entries: [entry(changes)] })).toEqual({
      ...nothing,
      leftOut: [{ name: 'Graphs', reason: `it ${why}` }],
    });
  });

  it('may last 24 hours to the minute', () => {
    expect(decide({ entries: [entry({ endMs: at('16T10:00') })] }).add).toHaveLength(1);
  });

  it.each([
    ['ends when the window begins', { startMs: at('13T08:00'), endMs: at('13T09:00') }, 0],
    ['reaches into the window', { startMs: at('13T08:00'), endMs: at('13T09:01') }, 1],
    ['begins when the window ends', { startMs: at('30T09:00'), endMs: at('30T10:00') }, 0],
  ])('and %s becomes %#', (_, changes, count) => {
    const decision = decide({ entries: [entry(changes)] });
    expect(decision).toEqual({ ...nothing, add: decision.add });
    expect(decision.add).toHaveLength(count);
  });

  it('and was cancelled, with no more than its id, is nothing', () => {
    const { startMs: _, endMs: __, ...tombstone } = entry({ status: 'cancelled', name: '' });
    expect(decide({ entries: [tombstone] })).toEqual(nothing);
  });

  it('counts once when it comes twice: as it came last', () => {
    const { add } = decide({ entries: [entry(), entry({ name: 'Trees' })] });
    expect(add.map(({ name }) => name)).toEqual(['Trees']);
  });
});

describe('an event that a lecture follows', () => {
  it.each([
    ['nothing new', {}, undefined],
    ['new hours', { startMs: at('16T10:00'), endMs: at('16T11:30') }, ['startMs', 'endMs']],
    ['a new end', { endMs: at('15T12:00') }, ['startMs', 'endMs']],
    ['a new name', { name: 'Trees' }, ['name']],
    ['new courses', { courses: ['G1', 'G2'] }, ['courses']],
    ['hours beyond the window', { startMs: at('30T10:00'), endMs: at('30T11:00') }, ['startMs', 'endMs']],
  ])('and that says %s changes just that', (_, changes, fields) => {
    const { change, ...rest } = decide({ entries: [entry(changes)], lectures: [lecture()] });
    expect(rest).toEqual({ add: [], cancel: [], follow: [], leftOut: [] });
    expect(change.map(({ lectureId: __, said: ___, ...changed }) => Object.keys(changed))).toEqual(
      fields ? [fields] : [],
    );
    expect(change.map(({ said }) => said)).toEqual(fields ? [{ ...words, ...changes }] : []);
  });

  it('leaves what a person changed alone until it says something else itself', () => {
    const moved = lecture({ startMs: at('15T10:10'), name: 'Graphs (long)' });
    expect(decide({ entries: [entry()], lectures: [moved] })).toEqual(nothing);
    const { change } = decide({ entries: [entry({ courses: [] })], lectures: [moved] });
    expect(change).toEqual([{ lectureId: 'l-1', courses: [], said: { ...words, courses: [] } }]);
  });

  it('is told to a lecture that has not been told yet', () => {
    const { said: _, ...untold } = lecture();
    const { change } = decide({ entries: [entry()], lectures: [untold] });
    expect(change).toEqual([{ lectureId: 'l-1', said: words }]);
  });

  it.each(['complete', 'incomplete', 'failed'] as const)('changes nothing of one that is %s', (state) => {
    expect(decide({ entries: [entry({ name: 'x' })], lectures: [lecture({ state })] })).toEqual(nothing);
  });

  it('changes nothing of one that a person asked for', () => {
    const asked = lecture({ byCalendar: false });
    for (const changes of [{ name: 'x' }, { status: 'cancelled' as const }, { allDay: true }])
      expect(decide({ entries: [entry(changes)], lectures: [asked] })).toMatchObject({
        change: [],
        cancel: [],
      });
    expect(decide({ full: true, lectures: [asked] })).toEqual(nothing);
  });

  it('ends it by becoming a whole day', () => {
    const { cancel } = decide({ entries: [entry({ allDay: true })], lectures: [lecture()] });
    expect(cancel).toEqual([{ lectureId: 'l-1', undo: false, reason: 'Its event lasts all day.' }]);
  });
});

describe('a cancelled event', () => {
  const cancelled = [entry({ status: 'cancelled' })];

  it.each([
    ['waiting', false, [false]],
    ['composing', false, [false]],
    ['composing', true, [true]],
    ['complete', false, []],
    ['complete', true, [true]],
    ['failed', true, [true]],
    ['cancelled', true, []],
  ] as const)('of a lecture that is %s, undoing %s: %j', (state, undoCancelled, undos) => {
    const { cancel } = decide({ entries: cancelled, lectures: [lecture({ state })], undoCancelled });
    expect(cancel.map(({ undo }) => undo)).toEqual(undos);
  });

  it('is carried out once', () => {
    const told = lecture({ state: 'complete', said: { ...words, cancelled: true } });
    expect(decide({ entries: cancelled, lectures: [told], undoCancelled: true })).toEqual(nothing);
  });

  it('that comes back becomes a lecture again', () => {
    const told = lecture({ state: 'cancelled', said: { ...words, cancelled: true } });
    expect(decide({ entries: [entry()], lectures: [told] }).add).toHaveLength(1);
    expect(decide({ entries: [entry()], lectures: [told, lecture({ id: 'l-2' })] })).toEqual(nothing);
  });
});

describe('a lecture that a person cancelled', () => {
  it('stays cancelled although its event is there', () => {
    expect(decide({ entries: [entry()], lectures: [lecture({ state: 'cancelled' })] })).toEqual({
      ...nothing,
      leftOut: [{ name: 'Graphs', reason: 'its lecture was cancelled by hand' }],
    });
  });
});

describe('an event that is missing', () => {
  const cancels = (changes: Partial<KnownLecture>, full = true): number =>
    decide({ full, lectures: [lecture(changes)] }).cancel.length;
  const hours = (startMs: number) => ({ said: { ...words, startMs, endMs: startMs + 1 } });

  it.each([
    ['from a full list cancels a lecture to come', {}, true, 1],
    ['from a list of changes means nothing', {}, false, 0],
    ['means nothing once the lecture has begun', hours(nowMs), true, 0],
    ['means nothing beyond the window', hours(window.endMs), true, 0],
    ['means nothing to a lecture that has ended', { state: 'complete' as const }, true, 0],
    ['is judged by its own hours: a person may have moved the lecture', { startMs: at('13T10:00') }, true, 1],
  ])('%s', (_, changes, full, count) => {
    expect(cancels(changes, full)).toBe(count);
  });
});
