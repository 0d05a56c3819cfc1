// Requests that Google does not know are refused, in Google's words and with Google's statuses.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis } from '../fakes/google/discovery.ts';
import { handlers } from '../fakes/google/dispatch.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { askAs, messageOf, reasonOf, statusOf, type Ask } from './calls.ts';

const email = 'teacher@school.test';
const driveScope = 'https://www.googleapis.com/auth/drive';
let fake: GoogleFake;
let ask: Ask;
let course = '';

beforeAll(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(email);
  fake.calendar.addCalendar(email);
  course = fake.classroom.addCourse({ name: 'Algebra', owner: email }).id;
  ask = askAs(fake, fake.token(email));
});
afterAll(() => fake.close());

describe('the stand-in', () => {
  it('knows every method of its discovery documents', () => {
    const ids = apis.flatMap(({ methods }) => methods.map(({ id }) => id));
    expect(Object.keys(handlers).toSorted()).toEqual(ids.toSorted());
  });

  it.each([
    ['GET', '/drive/v3/file'],
    ['PUT', '/drive/v3/files/x'],
    ['GET', '/drive/v2/files'],
    ['GET', '/calendar/v3/calendars/primary/event'],
    ['GET', '/v1/courses/1/announcements/2/x'],
    ['GET', '/%'],
  ])('answers %s %s with a page, not JSON', async (method, path) => {
    const answer = await ask(path, { method });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('text/html'),
    ]);
  });

  it.each([
    ['/drive/v3/files', { sendNotificationEmails: 'true' }, 'badRequest'],
    ['/drive/v3/files', { supportsTeamDrives: 'true' }, 'badRequest'],
    ['/drive/v3/files', { pageSize: '1001' }, 'invalidParameter'],
    ['/drive/v3/files', { pageSize: 'many' }, 'invalidParameter'],
    ['/drive/v3/files', { supportsAllDrives: 'yes' }, 'invalidParameter'],
    ['/drive/v3/files', { q: "name = 'it's'" }, 'invalid'],
    ['/drive/v3/files', { q: 'title = 1' }, 'invalid'],
    ['/drive/v3/files', { orderBy: 'size' }, 'invalid'],
    ['/drive/v3/files', { fields: 'files(id' }, 'invalidParameter'],
    ['/drive/v3/files', { pageToken: 'x' }, 'invalid'],
    ['/drive/v3/about', {}, 'required'],
    ['/calendar/v3/calendars/primary/events', { supportsAttachment: 'true' }, 'badRequest'],
    ['/calendar/v3/calendars/primary/events', { orderBy: 'start' }, 'invalidParameter'],
    ['/calendar/v3/calendars/primary/events', { timeMin: '2026-11-24' }, 'invalidParameter'],
  ])('refuses %s with %j', async (path, query, reason) => {
    const refused = await ask(path, { query: query as Record<string, string> });
    expect([refused.status, reasonOf(refused)]).toEqual([400, reason]);
  });

  it.each([
    ['/drive/v3/files', { title: 'old name' }, 'title'],
    ['/drive/v3/files', { name: 7 }, 'name'],
    ['/drive/v3/files', { parents: 'root' }, 'parents'],
    ['/drive/v3/files/root/permissions', { role: 'reader' }, 'type'],
    ['/v1/courses/{course}/announcements', { text: 'x', state: 'PUBLISH' }, 'state'],
    [
      '/v1/courses/{course}/announcements',
      { materials: [{ driveFile: { id: 'x' } }] },
      'materials[0].driveFile',
    ],
  ])('refuses the body %s %j', async (path, body, word) => {
    const refused = await ask(path.replace('{course}', course), { method: 'POST', body });
    expect([refused.status, messageOf(refused)]).toEqual([400, expect.stringContaining(word)]);
    if (path.startsWith('/v1')) expect(statusOf(refused)).toBe('INVALID_ARGUMENT');
  });

  it('refuses a body that is no JSON', async () => {
    const headers = { authorization: `Bearer ${fake.token(email)}`, 'content-type': 'application/json' };
    const response = await fetch(`${fake.url}/drive/v3/files`, { method: 'POST', headers, body: '{"name":' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { errors: [{ reason: 'parseError' }] } });
  });

  it('gives only the fields that were asked for', async () => {
    const plain = await ask('/drive/v3/files/root');
    expect(Object.keys(plain.json).toSorted()).toEqual(['id', 'kind', 'mimeType', 'name']);
    const asked = await ask('/drive/v3/files/root', {
      query: { fields: 'id,owners/emailAddress,capabilities(canEdit)' },
    });
    expect(asked.json).toEqual({
      id: expect.any(String) as string,
      owners: [{ emailAddress: email }],
      capabilities: { canEdit: true },
    });
  });

  it('makes nothing when the fields of the answer are wrong', async () => {
    const refused = await ask('/drive/v3/files', {
      method: 'POST',
      body: { name: 'x' },
      query: { fields: 'md5' },
    });
    expect(refused.status).toBe(400);
    expect(fake.files()).toEqual([]);
  });
});

describe('a token', () => {
  it('must be there, known and fresh', async () => {
    expect((await fetch(`${fake.url}/drive/v3/files`)).status).toBe(401);
    expect(reasonOf(await askAs(fake, 'nonsense')('/drive/v3/files'))).toBe('authError');
    const old = fake.token(email);
    fake.advance(3601);
    expect((await askAs(fake, old)('/drive/v3/files')).status).toBe(401);
    ask = askAs(fake, fake.token(email));
  });

  it('must have a scope of the method', async () => {
    const askDrive = askAs(fake, fake.token(email, { scopes: [`${driveScope}.readonly`] }));
    expect((await askDrive('/drive/v3/files')).status).toBe(200);
    const refused = await askDrive('/drive/v3/files', { method: 'POST', body: { name: 'x' } });
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'insufficientPermissions']);
    const course403 = await askDrive(`/v1/courses/${course}`);
    expect([course403.status, statusOf(course403)]).toEqual([403, 'PERMISSION_DENIED']);
  });

  it('of drive.file sees only what the same project made', async () => {
    const folder = await ask('/drive/v3/files', { method: 'POST', body: { name: 'by hand' } });
    const scopes = [`${driveScope}.file`];
    const askFile = askAs(fake, fake.token(email, { scopes, app: 'other-app' }));
    expect((await askFile(`/drive/v3/files/${String(folder.json.id)}`)).status).toBe(404);
    const own = await askFile('/drive/v3/files', { method: 'POST', body: { name: 'own' } });
    expect((await askFile(`/drive/v3/files/${String(own.json.id)}`)).status).toBe(200);
    expect((await askFile('/drive/v3/files')).json.files).toHaveLength(1);
  });
});

describe('quota', () => {
  it.each([
    ['drive', '/drive/v3/files/root', 403, 'userRateLimitExceeded'],
    ['calendar', '/calendar/v3/calendars/primary/events', 403, 'rateLimitExceeded'],
    ['classroom', '/v1/courses', 429, undefined],
  ] as const)(
    'of %s is refused when the minute is used up, and comes back',
    async (api, path, status, reason) => {
      const before = fake.limits.unitsPerMinute[api];
      // The next minute, in which two calls fit: a `get` of Drive costs 5 units.
      fake.advance(60);
      fake.limits.unitsPerMinute[api] = api === 'drive' ? 10 : 2;
      expect([(await ask(path)).status, (await ask(path)).status]).toEqual([200, 200]);
      const refused = await ask(path);
      expect([refused.status, reasonOf(refused)]).toEqual([status, reason]);
      if (api === 'classroom') expect(statusOf(refused)).toBe('RESOURCE_EXHAUSTED');
      fake.limits.unitsPerMinute[api] = before;
      fake.advance(60);
      expect((await ask(path)).status).toBe(200);
    },
  );
});
