// What a calendar holds and what has changed in it, as an intake of lectures hears it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import type { CalendarChanges } from '../../src/google/calendar-changes.ts';
import { createCalendar, type GoogleCalendar } from '../../src/google/calendar.ts';
import { askAs, type Ask } from '../google-fake/calls.ts';
import { openSchool, takeScript, type School } from './school.ts';

const calendarId = 'room/300 #1@group.calendar.google.com';
const events = `/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`;
const list = { api: 'calendar.events.list' };
const range = { fromMs: Date.parse('2026-11-20T00:00:00Z'), toMs: Date.parse('2026-12-20T00:00:00Z') };
const at = (date: string, clock: string) => ({
  dateTime: `${date}T${clock}:00`,
  timeZone: 'Europe/Moscow',
});
const times = { start: at('2026-11-24', '09:30'), end: at('2026-11-24', '10:50') };

let school: School;
let calendar: GoogleCalendar;
let ask: Ask;

beforeAll(async () => {
  school = await openSchool();
  calendar = createCalendar(school.connection);
});
afterAll(() => school[Symbol.asyncDispose]());

beforeEach(() => {
  const { fake, email } = school;
  fake.calendar.addCalendar(calendarId, { access: { [email]: 'reader', 'dean@school.test': 'owner' } });
  fake.accounts.addPerson('dean@school.test');
  ask = askAs(fake, fake.token('dean@school.test'));
});
afterEach(() => {
  expect(takeScript(school)).toEqual([]);
});

async function add(body: object = {}): Promise<string> {
  const answer = await ask(events, { method: 'POST', body: { summary: 'Algebra', ...times, ...body } });
  expect(answer.status).toBe(200);
  return String(answer.json.id);
}
const change = (id: string, body: object) => ask(`${events}/${id}`, { method: 'PATCH', body });
const remove = (id: string) => ask(`${events}/${id}`, { method: 'DELETE' });
const whole = () => calendar.changes({ calendarId, ...range });
const since = ({ syncToken }: CalendarChanges) => calendar.changes({ calendarId, syncToken, ...range });
const idsOf = ({ events: found }: CalendarChanges) => found.map(({ id }) => id);
const weekly = (rule = 'COUNT=3') => add({ recurrence: [`RRULE:FREQ=WEEKLY;${rule}`] });

describe('the whole list', () => {
  it('gives events with their instants, in the range alone', async () => {
    const id = await add({ description: '<p>поток: ALG1</p>' });
    await add({ start: at('2026-10-01', '09:00'), end: at('2026-10-01', '10:00') });
    await add({ start: at('2027-10-01', '09:00'), end: at('2027-10-01', '10:00') });
    expect(await whole()).toEqual({
      full: true,
      syncToken: expect.stringMatching(/./),
      events: [
        {
          id,
          status: 'confirmed',
          name: 'Algebra',
          description: '<p>поток: ALG1</p>',
          startAt: '2026-11-24T09:30:00+03:00',
          endAt: '2026-11-24T10:50:00+03:00',
          allDay: false,
          etag: expect.stringMatching(/^"/),
          organizer: calendarId,
        },
      ],
    });
  });

  it('gives days without hours as dates', async () => {
    await add({ start: { date: '2026-11-24' }, end: { date: '2026-11-25' } });
    const [event] = (await whole()).events;
    expect(event).toMatchObject({ allDay: true, startDate: '2026-11-24', endDate: '2026-11-25' });
    expect(event).not.toHaveProperty('startAt');
  });

  it('gives each instance of a series, and of one over a change of clocks the instants that are meant', async () => {
    const zone = 'Europe/Berlin';
    const id = await add({
      start: { dateTime: '2026-10-20T09:00:00', timeZone: zone },
      end: { dateTime: '2026-10-20T10:00:00', timeZone: zone },
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'],
    });
    const fromMs = Date.parse('2026-10-01T00:00:00Z');
    const found = await calendar.changes({ ...range, calendarId, fromMs });
    expect(found.events.map((event) => [event.id, event.startAt])).toEqual([
      [`${id}_20261020T070000Z`, '2026-10-20T09:00:00+02:00'],
      [`${id}_20261027T080000Z`, '2026-10-27T09:00:00+01:00'],
    ]);
  });

  it('names what has no name, and counts as cancelled what the room itself declined', async () => {
    const attendees = (responseStatus: string) => [
      { email: 'student@school.test', responseStatus: 'declined' },
      { email: calendarId, self: true, responseStatus },
    ];
    const nameless = await add({ summary: '', attendees: attendees('accepted') });
    const declined = await add({ attendees: attendees('declined') });
    const tentative = await add({ status: 'tentative' });
    const found = new Map((await whole()).events.map((event) => [event.id, event]));
    expect(found.get(nameless)).toMatchObject({ name: '', status: 'confirmed' });
    expect(found.get(declined)).toMatchObject({ status: 'cancelled' });
    expect(found.get(tentative)).toMatchObject({ status: 'tentative' });
  });

  it('goes over as many pages as there are, and begins again when one of them fails', async () => {
    for (let series = 0; series < 2; series += 1) await add({ recurrence: ['RRULE:FREQ=DAILY;COUNT=400'] });
    const fromMs = Date.parse('2026-11-01T00:00:00Z');
    const all = () => calendar.changes({ calendarId, fromMs, toMs: fromMs + 1000 * 86_400_000 });
    const found = await all();
    expect(school.fake.journal.of(list.api)).toHaveLength(2);
    expect(new Set(idsOf(found)).size).toBe(found.events.length);
    expect(found.events.length).toBeGreaterThan(500);
    school.fake.script([{ on: list, nth: 2, do: 'drop' }]);
    await expect(all()).rejects.toSatisfy((error) => isFault(error, 'GoogleTransient'));
    expect(idsOf(await all())).toEqual(idsOf(found));
  });
});

describe('from a token on', () => {
  it('nothing comes when nothing happened, again and again', async () => {
    await add();
    const first = await whole();
    const second = await since(first);
    expect(second).toMatchObject({ full: false, events: [] });
    expect(await since(second)).toMatchObject({ full: false, events: [] });
  });

  it('comes what is new, moved, renamed and deleted, deleted with its id alone', async () => {
    const [moved, renamed, deleted] = [await add(), await add(), await add()];
    const first = await whole();
    await change(moved!, { start: at('2026-11-25', '11:10'), end: at('2026-11-25', '12:30') });
    await change(renamed!, { summary: 'Geometry' });
    await remove(deleted!);
    const fresh = await add();
    const found = await since(first);
    const byId = new Map(found.events.map((event) => [event.id, event]));
    expect(byId.get(moved!)).toMatchObject({ startAt: '2026-11-25T11:10:00+03:00' });
    expect(byId.get(renamed!)).toMatchObject({ name: 'Geometry' });
    expect(byId.get(deleted!)).toEqual({
      id: deleted,
      status: 'cancelled',
      name: '',
      description: '',
      allDay: false,
      etag: expect.anything(),
    });
    expect(byId.get(fresh)).toMatchObject({ status: 'confirmed' });
    expect(byId.size).toBe(4);
  });

  it('comes what was moved out of the range', async () => {
    const id = await add();
    const first = await whole();
    await change(id, { start: at('2027-06-01', '09:00'), end: at('2027-06-01', '10:00') });
    expect(await since(first)).toMatchObject({ events: [{ id, startAt: '2027-06-01T09:00:00+03:00' }] });
  });

  it('an instance that was moved or cancelled keeps its id', async () => {
    const id = await weekly();
    const first = await whole();
    const [moved, cancelled] = [`${id}_20261201T063000Z`, `${id}_20261208T063000Z`];
    await change(moved, { start: at('2026-12-02', '15:00'), end: at('2026-12-02', '16:20') });
    await remove(cancelled);
    const found = new Map((await since(first)).events.map((event) => [event.id, event]));
    expect(found.get(moved)).toMatchObject({ status: 'confirmed', startAt: '2026-12-02T15:00:00+03:00' });
    expect(found.get(cancelled)).toMatchObject({ status: 'cancelled' });
  });

  it('instances that a shortened series lost, and all of a deleted one, come as cancelled', async () => {
    const [shorter, gone] = [await weekly(), await weekly('COUNT=2')];
    const first = await whole();
    await change(shorter, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
    await remove(gone);
    const cancelled = (await since(first)).events.filter(({ status }) => status === 'cancelled');
    expect(cancelled.map(({ id }) => id).toSorted()).toEqual(
      [`${shorter}_20261208T063000Z`, `${gone}_20261124T063000Z`, `${gone}_20261201T063000Z`].toSorted(),
    );
  });

  it('is asked nothing that may not go with a token', async () => {
    const first = await whole();
    await since(first);
    const [full, sync] = school.fake.journal.of(list.api).map(({ query }) => query);
    expect(Object.keys(sync!).toSorted()).toEqual([
      'fields',
      'maxResults',
      'showDeleted',
      'singleEvents',
      'syncToken',
    ]);
    expect([full!.singleEvents, full!.timeMin]).toEqual([sync!.singleEvents, '2026-11-20T00:00:00.000Z']);
  });

  it('the whole list comes again when Google has forgotten the token', async () => {
    const id = await add();
    const first = await whole();
    school.fake.calendar.invalidateSyncTokens(calendarId);
    const again = await since(first);
    expect(again).toMatchObject({ full: true, events: [{ id }] });
    expect(await since(again)).toMatchObject({ full: false, events: [] });
  });

  it('the whole list comes when the token belongs to another question or is none', async () => {
    await add();
    expect(await calendar.changes({ calendarId, syncToken: 'nonsense', ...range })).toMatchObject({
      full: true,
    });
  });
});

describe('trouble', () => {
  it.each([
    [{ do: 'drop' } as const],
    [{ do: 'cutAnswerAfterBytes', bytes: 60 } as const],
    [{ do: 'error', name: 'backendError' } as const],
    [{ do: 'error', name: 'quotaExceededCalendar' } as const],
  ])('%j loses no change: the same token gives it again', async (fault) => {
    const first = await whole();
    const id = await add();
    school.fake.script([{ on: list, ...fault }]);
    await expect(since(first)).rejects.toSatisfy((error) => isFault(error, 'GoogleTransient'));
    expect(idsOf(await since(first))).toEqual([id]);
  });

  it('an answer without a token to go on from is none', async () => {
    school.fake.script([{ on: list, do: 'status', status: 200, body: { items: [] } }]);
    await expect(whole()).rejects.toSatisfy((error) => isFault(error, 'GoogleTransient'));
  });

  it('a calendar that is gone, and one that we may not read, say so', async () => {
    const gone = calendar.changes({ calendarId: 'nobody@school.test', syncToken: 'x', ...range });
    await expect(gone).rejects.toSatisfy((error) => isFault(error, 'GonePermanently'));
    expect(school.fake.journal.of(list.api)).toHaveLength(2);
    school.fake.script([{ on: list, do: 'error', name: 'authError' }]);
    school.fake.script([{ on: list, nth: 2, do: 'error', name: 'authError' }]);
    await expect(whole()).rejects.toSatisfy((error) => isFault(error, 'AuthRejected'));
  });
});
