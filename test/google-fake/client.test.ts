// Google's own client against the stand-in: what it sends is understood, and it understands what comes back.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { auth as authPlus } from 'googleapis/build/src/apis/drive/index.js';
import { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import { classroom_v1 } from 'googleapis/build/src/apis/classroom/v1.js';
import { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import { sheets_v4 } from 'googleapis/build/src/apis/sheets/v4.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchFrom } from '../fakes/google/redirect-fetch.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { bytesOf, kib } from './calls.ts';

const teacher = 'teacher@school.test';
const scopeOf = (name: string): string => `https://www.googleapis.com/auth/${name}`;
const scopes = ['drive', 'calendar.events', 'classroom.announcements', 'classroom.courseworkmaterials'].map(
  scopeOf,
);

let fake: GoogleFake;

beforeEach(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(teacher);
});
afterEach(() => fake.close());

/** A robot in its own name, or in that of `subject`. */
function robot(subject?: string) {
  const key = fake.accounts.addRobot('longtake', { delegatedScopes: scopes });
  const auth = new authPlus.JWT({
    email: key.client_email,
    key: key.private_key,
    scopes,
    ...(subject !== undefined && { subject }),
    transporterOptions: { fetchImplementation: fetchFrom(fake.url) },
  });
  return { email: key.client_email, auth };
}

const noRetry = { retry: false } as const;

interface GaxiosShape {
  status?: number;
  response?: { data?: { error?: { status?: string; errors?: { reason: string }[] } } };
}

/** The error that the client throws, told by its shape: its class may come from either of two copies. */
async function failure(work: Promise<unknown>): Promise<GaxiosShape> {
  return work.then(
    () => ({}),
    (error: unknown) => error as GaxiosShape,
  );
}

describe("Google's client for Drive", () => {
  it('uploads in one request with metadata, lists and downloads', async () => {
    const { email, auth } = robot();
    const shared = fake.drive.addSharedDrive('Lectures', { [email]: 'organizer' });
    const drive = new drive_v3.Drive({ auth });
    const bytes = bytesOf(kib(300));
    const created = await drive.files.create(
      {
        supportsAllDrives: true,
        fields: 'id,size,sha256Checksum',
        requestBody: { name: 'a.mp4', parents: [shared.id] },
        media: { mimeType: 'video/mp4', body: Readable.from([bytes]) },
      },
      noRetry,
    );
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(created.data).toMatchObject({ size: String(bytes.length), sha256Checksum: sha256 });
    const listed = await drive.files.list(
      {
        q: `'${shared.id}' in parents and trashed = false`,
        corpora: 'drive',
        driveId: shared.id,
        includeItemsFromAllDrives: true,
        supportsAllDrives: true,
        fields: 'nextPageToken,files(id,name,mimeType)',
      },
      noRetry,
    );
    expect(listed.data).toEqual({ files: [{ id: created.data.id, name: 'a.mp4', mimeType: 'video/mp4' }] });
    const read = await drive.files.get(
      { fileId: created.data.id!, alt: 'media', supportsAllDrives: true },
      { ...noRetry, responseType: 'arraybuffer' },
    );
    expect(
      createHash('sha256')
        .update(Buffer.from(read.data as unknown as ArrayBuffer))
        .digest('hex'),
    ).toBe(sha256);
    await expect(
      drive.permissions.create(
        {
          fileId: created.data.id!,
          supportsAllDrives: true,
          requestBody: { type: 'anyone', role: 'reader' },
        },
        noRetry,
      ),
    ).resolves.toMatchObject({ data: { id: 'anyoneWithLink' } });
  });

  it('carries a resumable session over plain requests of its auth client', async () => {
    const { auth } = robot(teacher);
    const bytes = bytesOf(kib(600));
    const started = await auth.request({
      method: 'POST',
      url: 'https://www.googleapis.com/upload/drive/v3/files?uploadType=resumable&fields=id,size',
      headers: { 'x-upload-content-length': String(bytes.length) },
      data: { name: 'a.mp4' },
      ...noRetry,
    });
    const url = started.headers.get('location')!;
    const put = (start: number, end: number) =>
      auth.request<{ size?: string }>({
        method: 'PUT',
        url,
        headers: { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` },
        body: bytes.subarray(start, end),
        validateStatus: () => true,
        ...noRetry,
      });
    const piece = await put(0, kib(512));
    expect([piece.status, piece.headers.get('range')]).toEqual([308, `bytes=0-${kib(512) - 1}`]);
    expect((await put(kib(512), bytes.length)).data).toMatchObject({ size: String(bytes.length) });
    expect(fake.files()).toMatchObject([{ sha256: createHash('sha256').update(bytes).digest('hex') }]);
  });

  it.each([
    ['userRateLimitExceeded', 403, 'userRateLimitExceeded'],
    ['tooManyRequests', 429, 'rateLimitExceeded'],
    ['storageQuotaExceeded', 403, 'storageQuotaExceeded'],
    ['backendError', 503, 'backendError'],
  ] as const)('reads %s as status and reason', async (name, status, reason) => {
    const drive = new drive_v3.Drive({ auth: robot(teacher).auth });
    fake.script([{ on: { api: 'drive.files.list' }, do: 'error', name }]);
    const error = await failure(drive.files.list({}, noRetry));
    expect([error.status, error.response?.data?.error?.errors?.[0]?.reason]).toEqual([status, reason]);
    expect(fake.journal.of('drive.files.list')).toHaveLength(1);
  });

  it('is told by the token endpoint that nobody delegated to it', async () => {
    const { auth } = robot('nobody@school.test');
    const error = await failure(new drive_v3.Drive({ auth }).files.list({}, noRetry));
    expect(error.status).toBe(400);
    expect(JSON.stringify(error.response?.data)).toContain('invalid_grant');
  });

  it('refreshes the token of a person until it is revoked', async () => {
    const client = fake.accounts.addClient();
    const grant = fake.accounts.grant({ clientId: client.clientId, email: teacher, scopes });
    const auth = new authPlus.OAuth2({
      ...client,
      // Without it the client takes a 401 for the last word as long as its own clock says that the token is fresh.
      forceRefreshOnFailure: true,
      transporterOptions: { fetchImplementation: fetchFrom(fake.url) },
    });
    auth.setCredentials({ refresh_token: grant.refreshToken });
    const drive = new drive_v3.Drive({ auth });
    expect((await drive.files.list({}, noRetry)).status).toBe(200);
    fake.advance(3600);
    expect((await drive.files.list({}, noRetry)).status).toBe(200);
    expect(fake.journal.of('oauth.token')).toHaveLength(2);
    fake.accounts.revoke(grant.refreshToken);
    const error = await failure(drive.files.list({}, noRetry));
    expect([error.status, error.response?.data]).toMatchObject([400, { error: 'invalid_grant' }]);
  });
});

describe("Google's client for Calendar", () => {
  it('syncs, hears 410, and starts over; merges an attachment under an etag', async () => {
    fake.calendar.addCalendar('room', { access: { [teacher]: 'writer' } });
    const calendar = new calendar_v3.Calendar({ auth: robot(teacher).auth });
    const at = (hour: string) => ({ dateTime: `2026-11-24T${hour}:00+03:00` });
    const requestBody = { summary: 'Algebra', start: at('09:30'), end: at('10:50') };
    const { data: made } = await calendar.events.insert({ calendarId: 'room', requestBody }, noRetry);
    const full = await calendar.events.list({ calendarId: 'room', singleEvents: true }, noRetry);
    expect(full.data.items).toMatchObject([{ id: made.id, summary: 'Algebra' }]);
    const syncToken = full.data.nextSyncToken!;
    const patch = (etag: string) =>
      calendar.events.patch(
        {
          calendarId: 'room',
          eventId: made.id!,
          supportsAttachments: true,
          sendUpdates: 'none',
          requestBody: {
            attachments: [{ fileUrl: 'https://drive.google.com/file/d/f1/view', title: 'a.mp4' }],
          },
        },
        { ...noRetry, headers: { 'If-Match': etag } },
      );
    expect((await patch(made.etag!)).data.attachments).toMatchObject([{ fileId: 'f1' }]);
    expect((await failure(patch(made.etag!))).status).toBe(412);
    await calendar.events.delete({ calendarId: 'room', eventId: made.id! }, noRetry);
    const sync = (token: string) =>
      calendar.events.list({ calendarId: 'room', singleEvents: true, syncToken: token }, noRetry);
    expect((await sync(syncToken)).data.items).toMatchObject([{ id: made.id, status: 'cancelled' }]);
    fake.calendar.invalidateSyncTokens('room');
    const gone = await failure(sync(syncToken));
    expect([gone.status, gone.response?.data?.error?.errors?.[0]?.reason]).toEqual([410, 'fullSyncRequired']);
  });
});

describe("Google's client for Classroom", () => {
  it('posts a file of Drive once, finds it, and hears of a course that cannot change', async () => {
    const course = fake.classroom.addCourse({ name: 'Algebra', owner: teacher });
    const parentId = fake.drive.rootOf(teacher).id;
    const { id } = await fake.placeFile({ name: 'a.mp4', parentId, bytes: bytesOf(3) });
    const classroom = new classroom_v1.Classroom({ auth: robot(teacher).auth });
    const requestBody = {
      title: 'Lecture',
      state: 'PUBLISHED',
      materials: [{ driveFile: { driveFile: { id }, shareMode: 'VIEW' } }],
    };
    const create = () =>
      classroom.courses.courseWorkMaterials.create({ courseId: course.id, requestBody }, noRetry);
    fake.script([{ on: { api: 'classroom.courses.courseWorkMaterials.create' }, do: 'applyThenDrop' }]);
    expect((await failure(create())).status).toBeUndefined();
    const found = await classroom.courses.courseWorkMaterials.list(
      { courseId: course.id, materialDriveId: id },
      noRetry,
    );
    expect(found.data.courseWorkMaterial).toMatchObject([{ title: 'Lecture', state: 'PUBLISHED' }]);
    course.state = 'ARCHIVED';
    const refused = await failure(create());
    expect([refused.status, refused.response?.data?.error?.status]).toEqual([400, 'FAILED_PRECONDITION']);
    expect(fake.posts()).toHaveLength(1);
  });
});

describe("Google's client for Sheets", () => {
  it('reads the table of codes', async () => {
    const spreadsheetId = fake.placeSheet(teacher, {
      Codes: [
        ['code', 'course'],
        ['ALG1', '123'],
      ],
    });
    const sheets = new sheets_v4.Sheets({ auth: robot(teacher).auth });
    const { data } = await sheets.spreadsheets.values.get({ spreadsheetId, range: 'A2:B1000' }, noRetry);
    expect(data.values).toEqual([['ALG1', '123']]);
  });
});
