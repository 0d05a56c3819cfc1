// Google's calendar followed against the stand-in: what a person does there becomes of the room's lectures.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCalendar } from '../../../src/google/calendar.ts';
import { openSchool, takeScript, type School } from '../../google/school.ts';
import { askAs, type Ask } from '../../google-fake/calls.ts';
import { hoursFromNow, openIntakeStage, type IntakeStage } from './intake-stage.ts';

let calendarId: string;
let events: string;
let roomId: string;

let school: School;
let stage: IntakeStage;
let ask: Ask;
beforeAll(async () => {
  school = await openSchool();
  school.fake.accounts.addPerson('dean@school.test');
  stage = await openIntakeStage();
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await school[Symbol.asyncDispose]();
});
beforeEach(async () => {
  const { fake, email, connection } = school;
  await stage.nextRoom();
  ({ roomId } = stage);
  calendarId = `${roomId}@group.calendar.google.com`;
  events = `/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`;
  fake.calendar.addCalendar(calendarId, { access: { [email]: 'reader', 'dean@school.test': 'owner' } });
  ask = askAs(fake, fake.token('dean@school.test'));
  stage.deps.googleCalendar = createCalendar(connection);
  await stage.putRoom({ calendarId });
});
afterEach(() => {
  expect(takeScript(school)).toEqual([]);
});

const times = (startMs: number) => ({
  start: { dateTime: new Date(startMs).toISOString() },
  end: { dateTime: new Date(startMs + 5_400_000).toISOString() },
});
async function add(body: object): Promise<string> {
  const answer = await ask(events, { method: 'POST', body });
  expect(answer.status).toBe(200);
  return String(answer.json.id);
}
const startMs = hoursFromNow(5);

describe('a Google calendar', () => {
  it('is followed by its token: added, moved, cancelled, each as little as it is', async () => {
    const id = await add({ summary: 'Graphs', description: 'поток: G-1<br>зал: 5', ...times(startMs) });
    expect(await stage.look()).toMatchObject({ totals: { added: 1 } });
    expect(await stage.lecture('Graphs')).toMatchObject({
      startMs,
      event: { calendarId, eventId: id },
      spec: { courses: ['G-1'], users: [] },
    });
    const { syncToken } = (await stage.catalog.calendarCursors.get(roomId))!;
    await expect(stage.look()).rejects.toMatchObject({ type: 'NothingNew' });
    await ask(`${events}/${id}`, { method: 'PATCH', body: times(startMs + 3_600_000) });
    expect(await stage.look()).toMatchObject({ totals: { added: 0, changed: 1, cancelled: 0 } });
    expect(await stage.lecture('Graphs')).toMatchObject({ startMs: startMs + 3_600_000 });
    expect((await stage.catalog.calendarCursors.get(roomId))?.syncToken).not.toBe(syncToken);
    await ask(`${events}/${id}`, { method: 'DELETE' });
    expect(await stage.look()).toMatchObject({ totals: { added: 0, changed: 0, cancelled: 1 } });
    expect(stage.told).toEqual(['start Graphs', 'changed Graphs', 'cancel Graphs undo=false']);
  });

  it('names a year of study, which is a course once the table has it as a code', async () => {
    const add2 = (summary: string, hours: number): Promise<string> =>
      add({ summary, description: 'курс: 2', ...times(startMs + hours * 3_600_000) });
    await add2('Graphs', 0);
    await stage.look();
    await stage.catalog.courseCodes.put('2', '123456789012');
    await add2('Trees', 2);
    await stage.look();
    await stage.catalog.courseCodes.remove('2');
    const coursesOf = async (name: string) => (await stage.lecture(name)).spec.courses;
    expect([await coursesOf('Graphs'), await coursesOf('Trees')]).toEqual([[], ['2']]);
  });

  it('gives each instance of a series its own lecture', async () => {
    await add({ summary: 'Weekly', ...timesInZone(startMs), recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    expect(await stage.look()).toMatchObject({ totals: { added: 3 } });
    expect(new Set((await stage.lectures()).map(({ event }) => event?.eventId)).size).toBe(3);
  });

  it('leaves all-day events out', async () => {
    const date = new Date(startMs).toISOString().slice(0, 10);
    await add({
      summary: 'Holiday',
      start: { date },
      end: { date: new Date(startMs + 86_400_000).toISOString().slice(0, 10) },
    });
    await expect(stage.look()).rejects.toMatchObject({
      message: expect.stringContaining('Holiday: it lasts all day'),
    });
  });

  it('is read whole again when its token is known no more, and nothing comes twice', async () => {
    await add({ summary: 'Graphs', ...times(startMs) });
    await stage.look();
    const cursor = (await stage.catalog.calendarCursors.get(roomId))!;
    await stage.catalog.calendarCursors.put({ ...cursor, syncToken: 'forgotten' });
    await expect(stage.look()).rejects.toMatchObject({ type: 'NothingNew' });
    expect(await stage.lectures()).toHaveLength(1);
    expect((await stage.catalog.calendarCursors.get(roomId))?.syncToken).not.toBe('forgotten');
  });

  it('starts afresh for another calendar', async () => {
    await stage.catalog.calendarCursors.put({
      roomId,
      source: 'google:other',
      syncToken: 'of another',
      fullSyncedMs: Date.now(),
    });
    await add({ summary: 'Graphs', ...times(startMs) });
    expect(await stage.look()).toMatchObject({ totals: { added: 1 } });
  });

  it('is read whole at least once a day', async () => {
    await add({ summary: 'Graphs', ...times(startMs) });
    await stage.look();
    const cursor = (await stage.catalog.calendarCursors.get(roomId))!;
    const fullSyncedMs = Date.now() - 86_400_000;
    await stage.catalog.calendarCursors.put({ ...cursor, fullSyncedMs });
    await expect(stage.look()).rejects.toMatchObject({ type: 'NothingNew' });
    expect((await stage.catalog.calendarCursors.get(roomId))!.fullSyncedMs).toBeGreaterThan(fullSyncedMs);
  });

  it('that Google refuses is in trouble, and its cursor stays', async () => {
    await add({ summary: 'Graphs', ...times(startMs) });
    await stage.look();
    const cursor = await stage.catalog.calendarCursors.get(roomId);
    school.fake.script([{ on: { api: 'calendar.events.list' }, do: 'status', status: 500 }]);
    expect(await stage.look()).toMatchObject({ kind: 'trouble', trouble: { type: 'GoogleTransient' } });
    expect(await stage.catalog.calendarCursors.get(roomId)).toEqual(cursor);
  });
});

const timesInZone = (ms: number) => {
  const { start, end } = times(ms);
  return { start: { ...start, timeZone: 'Europe/Moscow' }, end: { ...end, timeZone: 'Europe/Moscow' } };
};
