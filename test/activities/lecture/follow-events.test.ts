// A room's calendar followed into the catalog: each event once, whatever is cut off, repeated, moved or cancelled.
import { rm, writeFile } from 'node:fs/promises';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LectureTeller } from '../../../src/activities/lecture/intake-types.ts';
import { lectureSpec } from '../../../src/contract/lecture.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { hoursFromNow, lectureEvent, openIntakeStage, type IntakeStage } from './intake-stage.ts';

let stage: IntakeStage;
beforeAll(async () => {
  stage = await openIntakeStage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => stage.nextRoom());

/** What a look fails with that found nothing. */
async function nothingNew(request: Parameters<IntakeStage['look']>[0] = {}): Promise<ApplicationFailure> {
  const failure: unknown = await stage.look(request).then(
    (outcome) => outcome,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ApplicationFailure);
  return failure as ApplicationFailure;
}
const totals = (added: number, changed = 0, cancelled = 0) => ({
  kind: 'followed',
  totals: { added, changed, cancelled },
});
const startMs = hoursFromNow(5);

describe('an event of the calendar', () => {
  it('becomes a lecture, and its workflow is started', async () => {
    const lines = [
      'SUMMARY:Graphs\\, part 1',
      'DESCRIPTION:<p>поток: БПИ-201, БПИ-202</p>',
      'ORGANIZER:mailto:anna@example.org',
    ];
    await stage.says(lectureEvent('g', { startMs, lines }));
    expect(await stage.look()).toMatchObject(totals(1));
    expect(await stage.lectures()).toMatchObject([
      {
        roomId: stage.roomId,
        startMs,
        endMs: startMs + 5_400_000,
        state: 'pending',
        event: { calendarId: `feed:${stage.roomId}`, eventId: 'g' },
        spec: {
          name: 'Graphs, part 1',
          courses: ['БПИ-201', 'БПИ-202'],
          users: ['anna@example.org'],
          source: 'calendar',
        },
      },
    ]);
    expect(stage.told).toEqual(['start Graphs, part 1']);
  });

  it('is followed once: a second look finds nothing and says when the next one is', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    const failure = await nothingNew({ pollSeconds: 100 });
    expect(failure).toMatchObject({ type: 'NothingNew', nonRetryable: false });
    expect(Number(failure.nextRetryDelay)).toBeGreaterThanOrEqual(100_000);
    expect(Number(failure.nextRetryDelay)).toBeLessThanOrEqual(110_000);
    // The same calendar in another text.
    await stage.says(['X-NOTE:new'], lectureEvent('g', { startMs }));
    await nothingNew();
    expect(await stage.lectures()).toHaveLength(1);
    expect(stage.told).toEqual(['start g']);
  });

  it('that cannot be recorded is left out, with the reason', async () => {
    await stage.says(
      lectureEvent('day', { startMs, lines: ['SUMMARY:Holiday', 'X-A:1'] }).map((line) =>
        line.startsWith('DTSTART') ? `DTSTART;VALUE=DATE:${line.slice(8, 16)}` : line.replace('PT90M', 'P1D'),
      ),
      lectureEvent('g', { startMs }),
    );
    expect(await stage.look()).toMatchObject({ ...totals(1), leftOut: ['Holiday: it lasts all day.'] });
  });

  it('that cannot be read is told by name, keeps its lecture, and holds up no other', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    const broken = lectureEvent('g', { startMs, lines: ['SUMMARY:Graphs', 'RRULE:FREQ=NEVER'] });
    await stage.says(broken, lectureEvent('h', { startMs: startMs + 7_200_000 }));
    const unreadable = ['Graphs (g): invalid frequency ….'];
    expect(await stage.look()).toMatchObject({ ...totals(1), unreadable });
    expect(stage.told).toEqual(['start g', 'start h']);
    expect((await nothingNew({ unreadable })).type).toBe('NothingNew');
    await stage.says(lectureEvent('g', { startMs }), lectureEvent('h', { startMs: startMs + 7_200_000 }));
    const mended = await stage.look({ unreadable });
    expect(mended).toMatchObject(totals(0));
    expect(mended).not.toHaveProperty('unreadable');
  });

  it('that has not even an id and cannot be read may be any: none is taken for gone', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    await stage.says(['BEGIN:VEVENT', 'RRULE:FREQ=NEVER', 'END:VEVENT']);
    expect(await stage.look()).toMatchObject({
      ...totals(0),
      unreadable: ['An event (without a UID): invalid frequency ….'],
    });
    await stage.says();
    expect(await stage.look()).toMatchObject(totals(0, 0, 1));
  });

  it('in hours that another lecture has is left out, and looked at again without harm', async () => {
    await stage.says(lectureEvent('g', { startMs }), lectureEvent('h', { startMs }));
    expect(await stage.look()).toMatchObject({
      ...totals(1),
      leftOut: [`h: lecture ${(await stage.lecture('g')).id} has its hours.`],
    });
    await stage.says(['X-NOTE:new'], lectureEvent('g', { startMs }), lectureEvent('h', { startMs }));
    expect((await nothingNew()).message).toMatch(/h: lecture l-\S+ has its hours\./);
  });

  it('in the hours of a lecture that a person asked for belongs to that one, which stays as it was asked for', async () => {
    const id = 'l-20260914-hand';
    const hand = { id: `${id}-${stage.roomId}`, roomId: stage.roomId, startMs, endMs: startMs + 5_400_000 };
    await stage.catalog.lectures.add({ ...hand, spec: lectureSpec.parse({ name: 'By hand' }) });
    await stage.says(lectureEvent('g', { startMs }));
    const { tellLectures } = stage.deps;
    stage.deps.tellLectures = { ...tellLectures, event: () => Promise.reject(new Error('killed')) };
    await expect(stage.look()).rejects.toThrow('killed');
    stage.deps.tellLectures = tellLectures;
    expect(await stage.look()).toMatchObject(totals(0, 1));
    const lectureOfEvent = { id: hand.id, event: { eventId: 'g' }, spec: { name: 'By hand', source: 'cli' } };
    expect(await stage.lectures()).toMatchObject([lectureOfEvent]);
    await stage.says(lectureEvent('g', { startMs: startMs + 600_000 }));
    expect((await nothingNew()).type).toBe('NothingNew');
    expect(await stage.lectures()).toMatchObject([{ startMs, state: 'pending' }]);
    expect(stage.told).toEqual(['event By hand']);
  });

  it('with a hostile name becomes a lecture all the same', async () => {
    const name = `${'🎓'.repeat(600)}/../"\u0007`;
    await stage.says(
      lectureEvent('g', { startMs, lines: [`SUMMARY:${name}`] }),
      lectureEvent('n', {
        startMs: startMs + 7_200_000,
        lines: ['SUMMARY: '],
      }),
    );
    expect(await stage.look()).toMatchObject(totals(2));
    const names = (await stage.lectures()).map(({ spec }) => spec.name);
    expect(names.every((one) => one.length <= 1000 && one.isWellFormed())).toBe(true);
    expect(names).toContain('Untitled');
  });
});

describe('an event that changes', () => {
  it('moves and renames its lecture, and its workflow is told', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    const { id } = await stage.lecture('g');
    const later = startMs + 3_600_000;
    await stage.says(lectureEvent('g', { startMs: later, lines: ['SUMMARY:Trees'] }));
    expect(await stage.look()).toMatchObject(totals(0, 1));
    expect(await stage.lecture('Trees')).toMatchObject({ id, startMs: later, endMs: later + 5_400_000 });
    expect(stage.told).toEqual(['start g', 'changed Trees']);
    await stage.says(['X-NOTE:new'], lectureEvent('g', { startMs: later, lines: ['SUMMARY:Trees'] }));
    await nothingNew();
  });

  it('takes the hours of another that moves away at the same time', async () => {
    const next = startMs + 7_200_000;
    await stage.says(lectureEvent('g', { startMs }), lectureEvent('h', { startMs: next }));
    await stage.look();
    await stage.says(lectureEvent('g', { startMs: next }), lectureEvent('h', { startMs: next + 7_200_000 }));
    expect(await stage.look()).toMatchObject(totals(0, 2));
    expect(await stage.lecture('g')).toMatchObject({ startMs: next });
  });

  it('may change places with another', async () => {
    const next = startMs + 7_200_000;
    await stage.says(lectureEvent('g', { startMs }), lectureEvent('h', { startMs: next }));
    await stage.look();
    await stage.says(lectureEvent('g', { startMs: next }), lectureEvent('h', { startMs }));
    expect(await stage.look()).toMatchObject({ ...totals(0, 2), leftOut: [] });
    expect(await stage.lecture('g')).toMatchObject({ startMs: next, endMs: next + 5_400_000 });
    expect(await stage.lecture('h')).toMatchObject({ startMs, endMs: startMs + 5_400_000 });
  });

  it('into the hours of a lecture that stays does not move, and says so', async () => {
    const next = startMs + 7_200_000;
    await stage.says(lectureEvent('g', { startMs }), lectureEvent('h', { startMs: next }));
    await stage.look();
    await stage.says(lectureEvent('g', { startMs: next }), lectureEvent('h', { startMs: next }));
    expect((await nothingNew()).message).toContain('g: another lecture of the room has its new hours.');
    expect(await stage.lecture('g')).toMatchObject({ startMs });
  });

  it('leaves what a person changed alone', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    const { id } = await stage.lecture('g');
    await stage.catalog.lectures.change(id, { startMs: startMs - 600_000 });
    await stage.says(['X-NOTE:new'], lectureEvent('g', { startMs }));
    await nothingNew();
    await stage.says(lectureEvent('g', { startMs, lines: ['SUMMARY:Trees'] }));
    await stage.look();
    expect(await stage.lecture('Trees')).toMatchObject({ startMs: startMs - 600_000 });
  });
});

describe('an event that is cancelled', () => {
  const cancelled = (startsMs = startMs): string[] =>
    lectureEvent('g', { startMs: startsMs, lines: ['SUMMARY:g', 'STATUS:CANCELLED'] });

  it('cancels its lecture, also one that is being made, and undoes nothing', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    const { id } = await stage.lecture('g');
    await stage.catalog.lectures.record(id, { state: 'composing' });
    await stage.says(cancelled());
    expect(await stage.look()).toMatchObject(totals(0, 0, 1));
    expect(await stage.lectures()).toMatchObject([
      { state: 'cancelled', reason: 'Its event was cancelled in the calendar.' },
    ]);
    expect(stage.told.at(-1)).toBe('cancel g undo=false');
    await stage.says(['X-NOTE:new'], cancelled());
    await nothingNew();
  });

  it('takes back what was published where the room asks for that: once', async () => {
    await stage.putRoom({ undoCancelled: true });
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    const { id } = await stage.lecture('g');
    await stage.catalog.lectures.record(id, { state: 'complete' });
    await stage.says(cancelled());
    expect(await stage.look()).toMatchObject(totals(0, 0, 1));
    expect(stage.told.at(-1)).toBe('cancel g undo=true');
    // How that ends is the workflow's to say.
    expect(await stage.lectures()).toMatchObject([{ state: 'complete' }]);
    await stage.says(['X-NOTE:new'], cancelled());
    await nothingNew();
  });

  it('by its absence too, as long as it has not begun; and one that is back is a lecture again', async () => {
    const past = hoursFromNow(-1);
    await stage.says(lectureEvent('g', { startMs }), lectureEvent('begun', { startMs: past }));
    expect(await stage.look()).toMatchObject(totals(2));
    await stage.says();
    expect(await stage.look()).toMatchObject(totals(0, 0, 1));
    expect(await stage.lecture('begun')).toMatchObject({ state: 'pending' });
    await stage.says(lectureEvent('g', { startMs }), lectureEvent('begun', { startMs: past }));
    expect(await stage.look()).toMatchObject(totals(1));
    expect((await stage.lectures()).map(({ state }) => state).toSorted()).toEqual([
      'cancelled',
      'pending',
      'pending',
    ]);
  });

  it('makes room: an event in its hours becomes a lecture by the same look', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    await stage.says(lectureEvent('h', { startMs }));
    expect(await stage.look()).toMatchObject(totals(1, 0, 1));
    expect(await stage.lecture('h')).toMatchObject({ startMs });
  });

  it('is not what a person has cancelled: that stays so', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    await stage.catalog.lectures.record((await stage.lecture('g')).id, { state: 'cancelled' });
    await stage.says(['X-NOTE:new'], lectureEvent('g', { startMs }));
    expect((await nothingNew()).message).toContain('g: its lecture was cancelled by hand.');
    expect(await stage.lectures()).toHaveLength(1);
  });
});

describe('a look that is cut off', () => {
  const [a, b] = [startMs, startMs + 7_200_000];
  const cutAt = async (word: keyof LectureTeller): Promise<void> => {
    const { tellLectures } = stage.deps;
    stage.deps.tellLectures = { ...tellLectures, [word]: () => Promise.reject(new Error('killed')) };
    await expect(stage.look()).rejects.toThrow('killed');
    stage.deps.tellLectures = tellLectures;
  };
  afterEach(async () => {
    expect((await stage.lectures()).filter(({ spec }) => spec.calendar === undefined)).toEqual([]);
    expect(await stage.lectures()).toHaveLength(2);
  });
  const both = (): Promise<void> =>
    stage.says(lectureEvent('a', { startMs: a }), lectureEvent('b', { startMs: b }));

  it('while it adds starts each lecture all the same, once', async () => {
    await both();
    await cutAt('start');
    expect(await stage.look()).toMatchObject({ kind: 'followed' });
    expect(stage.told).toEqual(['changed a', 'start b']);
  });

  it('while it changes tells each lecture all the same', async () => {
    await both();
    await stage.look();
    await stage.says(lectureEvent('a', { startMs: b }), lectureEvent('b', { startMs: b + 7_200_000 }));
    await cutAt('changed');
    expect(await stage.look()).toMatchObject(totals(0, 2));
    expect([(await stage.lecture('a')).startMs, (await stage.lecture('b')).startMs]).toEqual([
      b,
      b + 7_200_000,
    ]);
  });

  it('while it cancels cancels each lecture all the same', async () => {
    await both();
    await stage.look();
    await stage.says();
    await cutAt('cancel');
    expect(await stage.look()).toMatchObject(totals(0, 0, 2));
  });
});

describe('a room', () => {
  it('that is gone ends it', async () => {
    await stage.catalog.rooms.remove(stage.roomId);
    expect(await stage.look()).toEqual({ kind: 'gone' });
  });

  it.each([
    [{ intake: false }, 'The room’s intake is switched off.'],
    [{ calendarFeed: undefined }, 'The room has no calendar.'],
  ])('with %j has nothing to follow', async (changes, reason) => {
    await stage.putRoom(changes);
    expect(await stage.look()).toEqual({ kind: 'idle', reason });
  });

  it('with a Google calendar and no account is in trouble that says so', async () => {
    await stage.putRoom({ calendarId: 'a@example.org' });
    expect(await stage.look()).toMatchObject({ kind: 'trouble', trouble: { type: 'ConfigInvalid' } });
  });
});

describe('a calendar that cannot be read', () => {
  it('is said once, and again only when something else is wrong; its end is said too', async () => {
    const trouble = await stage.look();
    expect(trouble).toMatchObject({ kind: 'trouble', trouble: { type: 'NotFound' } });
    const known = (trouble as { trouble: { type: string; message: string } }).trouble;
    expect(await nothingNew({ trouble: known })).toMatchObject({ type: 'NotFound', nonRetryable: false });
    await writeFile(stage.feed, 'rubbish');
    expect(await stage.look({ trouble: known })).toMatchObject({ trouble: { type: 'InputInvalid' } });
    await stage.says();
    expect(await stage.look({ trouble: known })).toMatchObject(totals(0));
  });

  it('cancels nothing', async () => {
    await stage.says(lectureEvent('g', { startMs }));
    await stage.look();
    for (const spoil of [() => writeFile(stage.feed, 'BEGIN:VCALENDAR'), () => rm(stage.feed)]) {
      await spoil();
      expect(await stage.look()).toMatchObject({ kind: 'trouble' });
    }
    expect(await stage.lecture('g')).toMatchObject({ state: 'pending' });
  });

  it('asks for as long a pause as the other side does', async () => {
    stage.deps.calendarFeed = {
      read: () => Promise.reject(new Fault('SourceBusy', 'Busy.', { retryAfterSeconds: 600 })),
    };
    const failure = await nothingNew({ trouble: { type: 'SourceBusy', message: '' } });
    expect(Number(failure.nextRetryDelay)).toBeGreaterThanOrEqual(600_000);
  });

  it('is another thing than a catalog that is away: that is the retry policy’s business', async () => {
    stage.deps.catalog = {
      ...stage.catalog,
      calendarCursors: {
        ...stage.catalog.calendarCursors,
        get: () => Promise.reject(new Fault('CatalogUnavailable', 'away')),
      },
    };
    await expect(stage.look()).rejects.toMatchObject({ type: 'CatalogUnavailable' });
  });
});
