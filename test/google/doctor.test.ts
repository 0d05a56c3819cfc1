// What the doctor finds at Google: every right proved by doing it, nothing left behind, and a remedy for each refusal.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GoogleSettings } from '../../src/google/google-types.ts';
import { probeScopes, type ProbeAsk } from '../../src/google/probe-scopes.ts';
import type { Role } from '../fakes/google/drive-store.ts';
import { knownScopes } from '../fakes/google/discovery.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const teacher = 'teacher@school.test';
const calendarId = 'room@group.calendar.school.test';
let fake: GoogleFake;
let dir: TempDir;
let robot: string;
let settings: GoogleSettings;
let ask: Required<ProbeAsk>;

beforeEach(async () => {
  [fake, dir] = await Promise.all([startGoogle(), tempDir()]);
  fake.accounts.addPerson(teacher);
  const { email, credentialsFile } = await robotWith([...knownScopes]);
  robot = email;
  settings = {
    credentialsFile,
    subject: teacher,
    apiUrl: fake.url,
    requestSeconds: 10,
    useDefaultCredentials: false,
  };
  fake.calendar.addCalendar(calendarId, { access: { [teacher]: 'writer', [robot]: 'writer' } });
  const course = fake.classroom.addCourse({ name: 'Mathematics', owner: teacher, aliases: ['d:MATH-101'] });
  const spreadsheetId = fake.placeSheet(teacher, {
    Sheet1: [
      ['code', 'id'],
      ['MATH-101', course.id],
    ],
  });
  ask = { folderId: sharedFolder('organizer'), calendarId, course: 'MATH-101', spreadsheetId };
});
afterEach(() => Promise.all([fake.close(), dir.remove()]));

async function robotWith(delegatedScopes: string[]) {
  const key = fake.accounts.addRobot('longtake', { delegatedScopes });
  const credentialsFile = join(dir.path, `${key.private_key_id}.json`);
  await writeFile(credentialsFile, JSON.stringify(key), { mode: 0o600 });
  return { email: key.client_email, credentialsFile };
}

/** The top of a shared drive in which both accounts have the role. */
const sharedFolder = (role: Role): string =>
  fake.drive.addSharedDrive('Lectures', { [teacher]: role, [robot]: role }).id;

const rowsOf = async (given: Partial<GoogleSettings> = {}, asked: ProbeAsk = ask) =>
  Object.fromEntries((await probeScopes({ ...settings, ...given }, asked)).map((row) => [row.name, row]));
const resultsOf = (rows: Awaited<ReturnType<typeof rowsOf>>) =>
  Object.fromEntries(Object.values(rows).map(({ name, result }) => [name, result]));

/** Nothing of a probe is seen by anyone. */
function expectNothingLeft(): void {
  expect(fake.files().filter(({ isTrashed, name }) => !isTrashed && name.includes('doctor'))).toEqual([]);
  expect(fake.events(calendarId).filter(({ status }) => status !== 'cancelled')).toEqual([]);
  expect(fake.posts()).toEqual([]);
  expect(fake.mails).toEqual([]);
}

describe('an account with every right', () => {
  it('passes every row, and leaves nothing behind', async () => {
    const rows = await rowsOf();
    expect(Object.entries(resultsOf(rows))).toEqual(
      [
        ...['Google account', 'Drive', 'Drive folder', 'Drive upload', 'Calendar', 'Calendar event'],
        ...['Course', 'Announcement', 'Material', 'Sheet', 'Drive removal'],
      ].map((name) => [name, 'pass']),
    );
    expect(rows['Google account']?.finding).toContain(`in the name of ${teacher}`);
    expect(rows['Calendar event']?.finding).toContain('with an attachment');
    expect(fake.files()).toHaveLength(1);
    expectNothingLeft();
  });

  it('writes nothing where nothing is named, and says that the upload is unproved', async () => {
    const rows = resultsOf(await rowsOf({}, {}));
    expect(rows).toEqual({
      'Google account': 'pass',
      Drive: 'pass',
      'Drive folder': 'warn',
      Calendar: 'pass',
      Classroom: 'pass',
    });
    expect(
      fake.journal.entries.filter(({ method, api }) => method !== 'GET' && !api.startsWith('oauth')),
    ).toEqual([]);
  });
});

describe('a shared drive', () => {
  it('whose role may trash but not delete is good enough, with a word about it', async () => {
    const rows = await rowsOf({}, { ...ask, folderId: sharedFolder('fileOrganizer') });
    expect(rows['Drive removal']).toMatchObject({
      result: 'warn',
      remedy: expect.stringContaining('Manager') as string,
    });
    expectNothingLeft();
  });

  it('whose role may upload but not take back fails, and says what is left where', async () => {
    const rows = await rowsOf({}, { ...ask, folderId: sharedFolder('writer') });
    expect(rows['Drive upload']?.result).toBe('pass');
    expect(rows['Drive removal']).toMatchObject({
      result: 'fail',
      remedy: expect.stringMatching(/content manager.*is left in the folder/) as string,
    });
  });

  it('that may only be read fails at the upload, and the calendar is proved without attachment', async () => {
    const rows = await rowsOf({}, { ...ask, folderId: sharedFolder('reader') });
    expect(rows['Drive upload']).toMatchObject({
      result: 'fail',
      remedy: expect.stringMatching(/Share it with .* as content manager/) as string,
    });
    expect(rows['Calendar event']?.finding).toContain('--folder');
    expect(rows['Drive removal']).toBeUndefined();
    expectNothingLeft();
  });

  it('that we are no member of is not seen', async () => {
    const stranger = fake.drive.addSharedDrive('Others', {}).id;
    const rows = await rowsOf({}, { ...ask, folderId: stranger });
    expect(rows['Drive folder']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining(robot) as string,
    });
  });
});

describe('a service account in its own name', () => {
  it('owns no space: a folder outside shared drives is a warning before the upload fails', async () => {
    const home = fake.drive.rootOf(teacher);
    home.permissions.push({ id: 'r', type: 'user', role: 'writer', emailAddress: robot });
    const rows = await rowsOf({ subject: undefined }, { folderId: home.id });
    expect(rows['Drive folder']).toMatchObject({
      result: 'warn',
      remedy: expect.stringContaining('shared drive') as string,
    });
    expect(rows['Drive upload']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('owns no space') as string,
    });
  });

  it('teaches no course, and is told how to', async () => {
    const rows = await rowsOf({ subject: undefined });
    expect(rows['Course']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('google.subject') as string,
    });
    const unasked = await rowsOf({ subject: undefined }, {});
    expect(unasked['Classroom']).toMatchObject({
      result: 'warn',
      remedy: expect.stringContaining('google.subject') as string,
    });
  });
});

describe('refusals', () => {
  it('a scope that is not delegated stops its API alone, and is named', async () => {
    const delegated = [...knownScopes].filter((scope) => !scope.includes('classroom'));
    const { credentialsFile } = await robotWith(delegated);
    const rows = await rowsOf({ credentialsFile });
    expect(rows['Course']).toMatchObject({
      result: 'fail',
      remedy: expect.stringMatching(/Domain-wide delegation.*classroom\.announcements/) as string,
    });
    expect(rows['Calendar event']?.result).toBe('pass');
    expectNothingLeft();
  });

  it('an API that is not enabled is named with where to enable it', async () => {
    fake.script([{ on: { api: 'calendar.events.list' }, do: 'error', name: 'accessNotConfigured' }]);
    expect((await rowsOf())['Calendar']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('Enable the Google Calendar API') as string,
    });
    expectNothingLeft();
  });

  it('a course of others, an absent one, a foreign calendar and a foreign table each say whom to ask', async () => {
    const other = fake.classroom.addCourse({
      name: 'Physics',
      owner: 'other@school.test',
      students: [teacher],
    });
    fake.calendar.addCalendar('foreign@school.test', {});
    fake.accounts.addPerson('other@school.test');
    const table = fake.placeSheet('other@school.test', { Sheet1: [] });
    const rows = await rowsOf(
      {},
      { calendarId: 'foreign@school.test', course: other.id, spreadsheetId: table },
    );
    expect(rows['Announcement']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('as a teacher') as string,
    });
    expect(rows['Calendar']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('Make changes to events') as string,
    });
    expect(rows['Sheet']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('Share the table') as string,
    });
    expect((await rowsOf({}, { course: 'NO-SUCH' }))['Course']).toMatchObject({ result: 'fail' });
  });

  it('a revoked permission of a person ends the rows of Drive, and says to sign in again', async () => {
    const { clientId, clientSecret } = fake.accounts.addClient();
    const grant = fake.accounts.grant({ clientId, email: teacher, scopes: [...knownScopes] });
    const tokenFile = join(dir.path, 'token.json');
    const token = {
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: grant.refreshToken,
      account: teacher,
    };
    await writeFile(tokenFile, JSON.stringify(token), { mode: 0o600 });
    const person = { credentialsFile: undefined, subject: undefined, tokenFile };
    expect(new Set(Object.values(resultsOf(await rowsOf(person))))).toEqual(new Set(['pass']));
    fake.accounts.revoke(grant.refreshToken);
    const rows = await rowsOf(person);
    expect(rows['Drive']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('google login') as string,
    });
    expect(JSON.stringify(rows)).not.toContain(grant.refreshToken);
  });

  it('no account at all, and a key that others can read, are one row', async () => {
    expect(resultsOf(await rowsOf({ credentialsFile: undefined, subject: undefined }))).toEqual({
      'Google account': 'fail',
    });
    const open = join(dir.path, 'open.json');
    await writeFile(open, '{}', { mode: 0o644 });
    const rows = await rowsOf({ credentialsFile: open });
    expect(rows['Google account']).toMatchObject({
      result: 'fail',
      finding: expect.stringContaining('chmod 600') as string,
    });
  });
});

it('removes the file even when the line breaks in between', async () => {
  fake.script([
    { on: { api: 'calendar.events.list' }, do: 'drop' },
    { on: { api: 'classroom.courses.get' }, do: 'drop' },
  ]);
  const rows = await rowsOf();
  expect(rows['Calendar']).toMatchObject({
    result: 'fail',
    remedy: expect.stringContaining('line to Google') as string,
  });
  expect(rows['Drive removal']?.result).toBe('pass');
  expect(fake.unstruckFaults()).toEqual([]);
  expectNothingLeft();
});
