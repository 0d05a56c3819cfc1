// A lecture's video among the attachments of its event: once, beside what others attached, whatever happens on the way.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { createCalendar, type GoogleCalendar } from '../../src/google/calendar.ts';
import { askAs, type Ask } from '../google-fake/calls.ts';
import { openSchool, takeScript, type School } from './school.ts';

const calendarId = 'room-300@group.calendar.google.com';
const file = {
  fileId: 'video-1',
  url: 'https://drive.google.com/file/d/video-1/view?usp=drivesdk',
  title: 'Algebra.mp4',
  mimeType: 'video/mp4',
};
const times = {
  start: { dateTime: '2026-11-24T09:30:00+03:00' },
  end: { dateTime: '2026-11-24T10:50:00+03:00' },
};
const events = `/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`;
const [get, patch] = [{ api: 'calendar.events.get' }, { api: 'calendar.events.patch' }];

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
  fake.calendar.addCalendar(calendarId, { access: { [email]: 'writer', 'dean@school.test': 'owner' } });
  fake.accounts.addPerson('dean@school.test');
  ask = askAs(fake, fake.token('dean@school.test'));
});
afterEach(() => {
  expect(takeScript(school)).toEqual([]);
});

const link = (number: number) => ({ fileUrl: `https://school.test/${number}`, title: `Notes ${number}` });
const links = (count: number) => Array.from({ length: count }, (_, index) => link(index));

async function addEvent(body: object = {}): Promise<string> {
  const answer = await ask(events, {
    method: 'POST',
    body: { summary: 'Algebra', description: 'поток: ALG1', ...times, ...body },
    query: { supportsAttachments: 'true' },
  });
  return String(answer.json.id);
}
const eventOf = (id: string) => school.fake.events(calendarId).find((event) => event.id === id)!;
const attachmentsOf = (id: string) => (eventOf(id).attachments ?? []) as Record<string, unknown>[];
const titlesOf = (id: string) => attachmentsOf(id).map(({ title }) => title);
const attach = (eventId: string, fileToo = file) => calendar.attach({ calendarId, eventId, file: fileToo });
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const changesOf = (id: string, body: object) =>
  ask(`${events}/${id}`, { method: 'PATCH', body, query: { supportsAttachments: 'true' } });

describe('attaching', () => {
  it('puts the video behind what others attached, touches nothing else, and writes to nobody', async () => {
    const attendees = [{ email: 'student@school.test' }];
    const id = await addEvent({ attachments: links(2), attendees });
    const before = eventOf(id);
    expect(await attach(id)).toBe('attached');
    expect(titlesOf(id)).toEqual(['Notes 0', 'Notes 1', 'Algebra.mp4']);
    expect(attachmentsOf(id).slice(0, 2)).toEqual(before.attachments);
    expect(attachmentsOf(id)[2]).toMatchObject({ fileId: 'video-1', mimeType: 'video/mp4' });
    expect({ ...eventOf(id), attachments: 0, updated: 0 }).toEqual({ ...before, attachments: 0, updated: 0 });
    expect(school.fake.mails).toEqual([]);
  });

  it('a second time changes nothing', async () => {
    const id = await addEvent();
    await attach(id);
    const etag = eventOf(id).updated;
    expect(await attach(id)).toBe('already');
    expect(eventOf(id).updated).toBe(etag);
    expect(school.fake.journal.of(patch.api)).toHaveLength(1);
  });

  it('fifty times at once attaches once', async () => {
    const id = await addEvent({ attachments: links(3) });
    const answers = await Promise.all(Array.from({ length: 50 }, () => attach(id)));
    expect(answers.filter((answer) => answer === 'attached')).toHaveLength(1);
    expect(titlesOf(id)).toEqual(['Notes 0', 'Notes 1', 'Notes 2', 'Algebra.mp4']);
  });

  it('of several videos at once loses none of them', async () => {
    const id = await addEvent({ attachments: links(1) });
    const files = Array.from({ length: 4 }, (_, index) => ({
      ...file,
      fileId: `v${index}`,
      url: `https://drive.google.com/file/d/v${index}/view`,
      title: `v${index}.mp4`,
    }));
    await Promise.all(files.map((each) => attach(id, each)));
    expect(new Set(titlesOf(id))).toEqual(new Set(['Notes 0', ...files.map(({ title }) => title)]));
    expect(titlesOf(id)).toHaveLength(5);
  });

  it('gives way to a person who writes at the same time', async () => {
    const id = await addEvent({ attachments: links(1) });
    school.fake.script([{ on: patch, nth: 1, do: 'delay', ms: 3000 }]);
    const attaching = attach(id);
    await expect.poll(() => school.fake.journal.of(patch.api).length).toBe(1);
    await changesOf(id, { description: 'moved to room 5', attachments: [link(1)] });
    expect(await attaching).toBe('attached');
    expect(titlesOf(id)).toEqual(['Notes 1', 'Algebra.mp4']);
    expect(eventOf(id).description).toBe('moved to room 5');
  });

  it('gives up with Conflict when the event never stands still', async () => {
    const id = await addEvent();
    school.fake.script([
      {
        on: { ...patch, path: new RegExp(id) },
        times: Infinity,
        do: 'status',
        status: 412,
        body: { error: { code: 412, errors: [{ reason: 'conditionNotMet' }] } },
      },
    ]);
    const error = await failure(attach(id));
    expect(isFault(error, 'Conflict')).toBe(true);
    expect(school.fake.journal.of(get.api).length).toBeGreaterThan(3);
  });

  it('to one instance of a series leaves the others as they are', async () => {
    const id = await addEvent({
      start: { dateTime: '2026-11-24T09:30:00', timeZone: 'Europe/Moscow' },
      end: { dateTime: '2026-11-24T10:50:00', timeZone: 'Europe/Moscow' },
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'],
    });
    const instance = `${id}_20261201T063000Z`;
    expect(await attach(instance)).toBe('attached');
    expect(await attach(instance)).toBe('already');
    expect(titlesOf(instance)).toEqual(['Algebra.mp4']);
    expect(eventOf(id)).not.toHaveProperty('attachments');
  });
});

describe('an answer that is lost', () => {
  it.each([
    [{ do: 'drop' } as const, 0],
    [{ do: 'applyThenDrop' } as const, 1],
    [{ do: 'applyThenStatus', status: 500 } as const, 1],
    [{ do: 'cutAnswerAfterBytes', bytes: 5 } as const, 1],
    [{ do: 'error', name: 'backendError' } as const, 0],
    [{ do: 'error', name: 'rateLimitExceeded' } as const, 0],
  ])('by %j asks for another try, and that one attaches once', async (fault, count) => {
    const id = await addEvent({ attachments: links(1) });
    school.fake.script([{ on: patch, ...fault }]);
    const error = await failure(attach(id));
    expect(error === undefined || isFault(error, 'GoogleTransient')).toBe(true);
    expect(attachmentsOf(id)).toHaveLength(1 + count);
    expect(await attach(id)).toBe(count === 1 ? 'already' : 'attached');
    expect(titlesOf(id)).toEqual(['Notes 0', 'Algebra.mp4']);
  });

  it.each([
    [{ do: 'drop' } as const],
    [{ do: 'cutAnswerAfterBytes', bytes: 40 } as const],
    [{ do: 'error', name: 'backendError' } as const],
  ])('of the first look, by %j, changes nothing', async (fault) => {
    const id = await addEvent({ attachments: links(2) });
    school.fake.script([{ on: get, ...fault }]);
    const error = await failure(attach(id));
    expect(isFault(error, 'GoogleTransient')).toBe(true);
    expect(titlesOf(id)).toEqual(['Notes 0', 'Notes 1']);
    await attach(id);
    expect(titlesOf(id)).toEqual(['Notes 0', 'Notes 1', 'Algebra.mp4']);
  });
});

describe('an event', () => {
  it('with 25 attachments says so and keeps them', async () => {
    const id = await addEvent({ attachments: links(25) });
    const error = await failure(attach(id));
    expect(isFault(error, 'GonePermanently') && error.message).toContain('has 25 attachments');
    expect(attachmentsOf(id)).toHaveLength(25);
    const [first] = attachmentsOf(id);
    const same = { ...file, fileId: 'x', url: String(first!.fileUrl) };
    expect(await attach(id, same)).toBe('already');
  });

  it('that stands with 30 attachments, which no limit allows, is left alone', async () => {
    const id = await addEvent();
    const stored = school.fake.calendar.calendars.get(calendarId)!.events.get(id)!;
    stored.resource.attachments = links(30);
    expect(isFault(await failure(attach(id)), 'GonePermanently')).toBe(true);
    expect(attachmentsOf(id)).toHaveLength(30);
  });

  it('that was cancelled gets nothing', async () => {
    const id = await addEvent();
    await ask(`${events}/${id}`, { method: 'DELETE' });
    const error = await failure(attach(id));
    expect(isFault(error, 'GonePermanently') && error.message).toContain('cancelled');
    expect(eventOf(id).status).toBe('cancelled');
    expect(await calendar.detach({ calendarId, eventId: id, file })).toBe('absent');
  });

  it('that never was, or that is another one’s, is named in the fault', async () => {
    const gone = await failure(attach('nothing12345'));
    expect(isFault(gone, 'GonePermanently') && gone.message).toContain('nothing12345');
    expect(await calendar.detach({ calendarId, eventId: 'nothing12345', file })).toBe('absent');
    const id = await addEvent();
    const stored = school.fake.calendar.calendars.get(calendarId)!.events.get(id)!;
    stored.resource.organizer = { email: 'other@school.test' };
    const denied = await failure(attach(id));
    expect(isFault(denied, 'AuthRejected') && denied.message).toContain('Let the organizer allow');
  });
});

describe('taking back', () => {
  it('removes the video alone, once', async () => {
    const id = await addEvent({ attachments: links(2) });
    await attach(id);
    await changesOf(id, { attachments: [...attachmentsOf(id), link(7)] });
    expect(await calendar.detach({ calendarId, eventId: id, file })).toBe('detached');
    expect(titlesOf(id)).toEqual(['Notes 0', 'Notes 1', 'Notes 7']);
    expect(await calendar.detach({ calendarId, eventId: id, file })).toBe('absent');
  });

  it('at the same time as another one attaches keeps theirs', async () => {
    const id = await addEvent();
    await attach(id);
    const other = { ...file, fileId: 'o', url: 'https://drive.google.com/file/d/o/view', title: 'o.mp4' };
    await Promise.all([calendar.detach({ calendarId, eventId: id, file }), attach(id, other)]);
    expect(titlesOf(id)).toEqual(['o.mp4']);
  });
});
