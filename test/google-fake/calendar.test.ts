// The stand-in's calendars: sync tokens, etags, attachments, series.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { askAs, messageOf, reasonOf, type Ask, type Asked } from './calls.ts';

const email = 'robot@school.test';
const room = 'room-300@group.calendar.google.com';
const events = `/calendar/v3/calendars/${encodeURIComponent(room)}/events`;
let fake: GoogleFake;
let ask: Ask;

beforeEach(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(email);
  fake.calendar.addCalendar(room, { timeZone: 'Europe/Moscow', access: { [email]: 'writer' } });
  ask = askAs(fake, fake.token(email));
});
afterEach(() => fake.close());

const lecture = {
  summary: 'Algebra',
  start: { dateTime: '2026-11-24T09:30:00+03:00' },
  end: { dateTime: '2026-11-24T10:50:00+03:00' },
};
const insert = (body: unknown, asked: Asked = {}) => ask(events, { method: 'POST', body, ...asked });
const list = (query: NonNullable<Asked['query']> = {}) => ask(events, { query });
const itemsOf = (json: Record<string, unknown>) => json.items as Record<string, unknown>[];
const attachment = (number: number) => ({
  fileUrl: `https://drive.google.com/file/d/file${number}/view`,
  title: 'x',
});

describe('a sync token', () => {
  it('comes at the end of the last page, and then gives what changed, deleted events as cancelled', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) ids.push(String((await insert(lecture)).json.id));
    const first = await list({ maxResults: '2' });
    expect(first.json.nextSyncToken).toBeUndefined();
    const last = await list({ maxResults: '2', pageToken: String(first.json.nextPageToken) });
    const syncToken = String(last.json.nextSyncToken);
    expect(itemsOf((await list({ syncToken })).json)).toEqual([]);
    await ask(`${events}/${ids[0]}`, { method: 'PATCH', body: { summary: 'Geometry' } });
    await ask(`${events}/${ids[1]}`, { method: 'DELETE' });
    const changed = await list({ syncToken });
    expect(itemsOf(changed.json)).toMatchObject([
      { id: ids[0], summary: 'Geometry' },
      { id: ids[1], status: 'cancelled' },
    ]);
    expect(itemsOf(changed.json)[1]).not.toHaveProperty('summary');
    const next = await list({ syncToken: String(changed.json.nextSyncToken) });
    expect(itemsOf(next.json)).toEqual([]);
  });

  it('is refused with 410 when Google has forgotten, and the whole list gives a new one', async () => {
    await insert(lecture);
    const syncToken = String((await list()).json.nextSyncToken);
    fake.calendar.invalidateSyncTokens(room);
    const refused = await list({ syncToken });
    expect([refused.status, reasonOf(refused)]).toEqual([410, 'fullSyncRequired']);
    const again = await list();
    expect((await list({ syncToken: String(again.json.nextSyncToken) })).status).toBe(200);
  });

  it.each([
    ['timeMin', '2026-01-01T00:00:00Z'],
    ['timeMax', '2026-01-01T00:00:00Z'],
    ['updatedMin', '2026-01-01T00:00:00Z'],
    ['orderBy', 'updated'],
    ['q', 'x'],
    ['iCalUID', 'x'],
    ['privateExtendedProperty', 'a=b'],
  ])('goes not with %s', async (name, value) => {
    const syncToken = String((await list()).json.nextSyncToken);
    const refused = await list({ syncToken, [name]: value });
    expect([refused.status, messageOf(refused)]).toEqual([
      400,
      'Sync token cannot be used with other request restrictions.',
    ]);
  });

  it('is worth nothing with other parameters than the first list had', async () => {
    const syncToken = String((await list({ singleEvents: 'true' })).json.nextSyncToken);
    expect((await list({ syncToken, singleEvents: 'true' })).status).toBe(200);
    expect((await list({ syncToken })).status).toBe(400);
  });
});

describe('a change', () => {
  it('with a stale etag is refused with 412', async () => {
    const { json } = await insert(lecture);
    const change = (etag: unknown) =>
      ask(`${events}/${String(json.id)}`, {
        method: 'PATCH',
        body: { description: 'x' },
        headers: { 'if-match': String(etag) },
      });
    const changed = await change(json.etag);
    expect(changed.status).toBe(200);
    const refused = await change(json.etag);
    expect([refused.status, reasonOf(refused)]).toEqual([412, 'conditionNotMet']);
    expect((await change(changed.json.etag)).status).toBe(200);
  });

  it('replaces attachments as a whole, and only for those who support them', async () => {
    const { json } = await insert(
      { ...lecture, attachments: [attachment(1)] },
      { query: { supportsAttachments: 'true' } },
    );
    const path = `${events}/${String(json.id)}`;
    const deaf = await ask(path, { method: 'PATCH', body: { attachments: [attachment(2)] } });
    expect(deaf.json.attachments).toMatchObject([{ fileId: 'file1' }]);
    const query = { supportsAttachments: 'true' };
    const heard = await ask(path, { method: 'PATCH', body: { attachments: [attachment(2)] }, query });
    expect(heard.json.attachments).toMatchObject([{ fileId: 'file2' }]);
    const tooMany = Array.from({ length: 26 }, (_, index) => attachment(index));
    expect((await ask(path, { method: 'PATCH', body: { attachments: tooMany }, query })).status).toBe(400);
    const most = await ask(path, { method: 'PATCH', body: { attachments: tooMany.slice(1) }, query });
    expect(most.json.attachments).toHaveLength(25);
  });

  it('of what the organizer shares is refused to guests', async () => {
    const { json } = await insert({ ...lecture, organizer: { email: 'dean@school.test' } });
    fake.calendar.calendars.get(room)!.events.get(String(json.id))!.resource.organizer = {
      email: 'dean@school.test',
    };
    const refused = await ask(`${events}/${String(json.id)}`, { method: 'PATCH', body: { summary: 'Mine' } });
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'forbiddenForNonOrganizer']);
  });

  it('needs a writer', async () => {
    fake.accounts.addPerson('reader@school.test');
    fake.calendar.calendars.get(room)!.access.set('reader@school.test', 'reader');
    const reader = askAs(fake, fake.token('reader@school.test'));
    const refused = await reader(events, { method: 'POST', body: lecture });
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'requiredAccessLevel']);
    fake.accounts.addPerson('stranger@school.test');
    expect((await askAs(fake, fake.token('stranger@school.test'))(events)).status).toBe(404);
  });
});

describe('an event', () => {
  it('keeps an id of its maker, once', async () => {
    expect((await insert({ ...lecture, id: 'lt0v5' })).json.id).toBe('lt0v5');
    const again = await insert({ ...lecture, id: 'lt0v5' });
    expect([again.status, reasonOf(again)]).toEqual([409, 'duplicate']);
    expect((await insert({ ...lecture, id: 'XYZ' })).status).toBe(400);
  });

  it.each([
    ['no end', { summary: 'x', start: lecture.start }, 'required'],
    ['an end before its start', { start: lecture.end, end: lecture.start }, 'timeRangeEmpty'],
    ['a local time without a zone', { ...lecture, start: { dateTime: '2026-11-24T09:30:00' } }, 'required'],
    ['a date and a time', { ...lecture, end: { date: '2026-11-25' } }, 'invalid'],
    ['an unknown field', { ...lecture, attachments: [{ fileURL: 'x' }] }, 'badRequest'],
  ])('with %s is refused', async (_name, body, reason) => {
    const refused = await insert(body);
    expect([refused.status, reasonOf(refused)]).toEqual([400, reason]);
  });

  it('is found by its private mark and by its window', async () => {
    await insert({ ...lecture, extendedProperties: { private: { longtakeRecord: '7' } } });
    await insert(lecture);
    const marked = await list({ privateExtendedProperty: 'longtakeRecord=7' });
    expect(itemsOf(marked.json)).toHaveLength(1);
    expect(marked.json.nextSyncToken).toBeUndefined();
    expect(itemsOf((await list({ timeMin: '2026-11-24T07:50:00Z' })).json)).toEqual([]);
    expect(itemsOf((await list({ timeMax: '2026-11-24T06:31:00Z' })).json)).toHaveLength(2);
  });

  it('that is deleted twice is gone', async () => {
    const { json } = await insert(lecture);
    expect((await ask(`${events}/${String(json.id)}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(`${events}/${String(json.id)}`, { method: 'DELETE' })).status).toBe(410);
    expect(itemsOf((await list()).json)).toEqual([]);
    expect(itemsOf((await list({ showDeleted: 'true' })).json)).toHaveLength(1);
  });
});

describe('a series', () => {
  const weekly = {
    ...lecture,
    start: { ...lecture.start, timeZone: 'Europe/Moscow' },
    recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'],
  };

  it('has instances named by their start, one of which can move or be cancelled', async () => {
    const { json } = await insert({ ...weekly, end: { ...weekly.end, timeZone: 'Europe/Moscow' } });
    const single = await list({ singleEvents: 'true', orderBy: 'startTime' });
    const ids = itemsOf(single.json).map(({ id }) => String(id));
    expect(ids).toEqual(
      ['20261124', '20261201', '20261208'].map((day) => `${String(json.id)}_${day}T063000Z`),
    );
    const syncToken = String((await list({ singleEvents: 'true' })).json.nextSyncToken);
    await ask(`${events}/${ids[1]}`, { method: 'PATCH', body: { summary: 'Moved' } });
    await ask(`${events}/${ids[2]}`, { method: 'DELETE' });
    const changed = await list({ singleEvents: 'true', syncToken });
    expect(itemsOf(changed.json)).toMatchObject([
      { id: ids[1], summary: 'Moved', recurringEventId: json.id },
      { id: ids[2], status: 'cancelled', recurringEventId: json.id },
    ]);
    expect(itemsOf((await list({ singleEvents: 'true' })).json)).toHaveLength(2);
  });

  it('that moves as a whole cancels its old instances and brings new ones', async () => {
    const { json } = await insert({ ...weekly, end: { ...weekly.end, timeZone: 'Europe/Moscow' } });
    const syncToken = String((await list({ singleEvents: 'true' })).json.nextSyncToken);
    const body = {
      start: { dateTime: '2026-11-24T12:00:00+03:00', timeZone: 'Europe/Moscow' },
      end: { dateTime: '2026-11-24T13:20:00+03:00', timeZone: 'Europe/Moscow' },
    };
    await ask(`${events}/${String(json.id)}`, { method: 'PATCH', body });
    const changed = itemsOf((await list({ singleEvents: 'true', syncToken })).json);
    const withStatus = (wanted: string) => changed.filter(({ status }) => status === wanted);
    expect([withStatus('cancelled').length, withStatus('confirmed').length]).toEqual([3, 3]);
  });

  it('of whole days has dates for names, and keeps local time over a change of clocks', async () => {
    const whole = { summary: 'x', start: { date: '2026-11-24' }, end: { date: '2026-11-25' } };
    await insert({ ...whole, recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });
    const zone = { timeZone: 'Europe/Berlin' };
    await insert({
      start: { dateTime: '2026-10-20T09:00:00', ...zone },
      end: { dateTime: '2026-10-20T10:00:00', ...zone },
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'],
    });
    const ids = itemsOf((await list({ singleEvents: 'true' })).json).map(
      ({ id }) => String(id).split('_')[1],
    );
    expect(ids).toEqual(['20261124', '20261125', '20261020T070000Z', '20261027T080000Z']);
  });
});
