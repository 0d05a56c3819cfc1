// The stand-in's Drive: siblings, search, shared drives, permissions, downloads.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { askAs, bytesOf, messageOf, reasonOf, type Ask } from './calls.ts';

const email = 'teacher@school.test';
const folderType = 'application/vnd.google-apps.folder';
let fake: GoogleFake;
let ask: Ask;

beforeEach(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(email);
  ask = askAs(fake, fake.token(email));
});
afterEach(() => fake.close());

const create = async (body: unknown): Promise<string> => {
  const { status, json } = await ask('/drive/v3/files', {
    method: 'POST',
    body,
    query: { supportsAllDrives: 'true' },
  });
  expect(status).toBe(200);
  return String(json.id);
};
const found = async (query: Record<string, string>): Promise<string[]> => {
  const { json } = await ask('/drive/v3/files', { query });
  return (json.files as { name: string }[]).map(({ name }) => name);
};

describe('search', () => {
  it('finds siblings of one name, and by parent, type, mark and trash', async () => {
    const folder = await create({ name: '2026-11-21', mimeType: folderType });
    expect(await create({ name: '2026-11-21', mimeType: folderType })).not.toBe(folder);
    const file = await create({ name: "it's a \\ name", parents: [folder], appProperties: { ltKey: 'k1' } });
    await create({ name: 'other', parents: [folder] });
    expect(
      await found({ q: `name = '2026-11-21' and mimeType = '${folderType}' and 'root' in parents` }),
    ).toHaveLength(2);
    expect(await found({ q: `'${folder}' in parents and name = 'it\\'s a \\\\ name'` })).toHaveLength(1);
    expect(
      await found({ q: "appProperties has { key='ltKey' and value='k1' } and trashed = false" }),
    ).toHaveLength(1);
    expect(await found({ q: "not (name contains 'oth' or name contains '2026')" })).toEqual([
      "it's a \\ name",
    ]);
    await ask(`/drive/v3/files/${file}`, { method: 'PATCH', body: { trashed: true } });
    expect(
      await found({ q: "appProperties has { key='ltKey' and value='k1' } and trashed = false" }),
    ).toEqual([]);
    expect(await found({ q: 'trashed = true' })).toHaveLength(1);
  });

  it('hears late of what is new, changed or gone; get does not', async () => {
    fake.drive.searchLagSeconds = 30;
    const id = await create({ name: 'old' });
    expect(await found({})).toEqual([]);
    expect((await ask(`/drive/v3/files/${id}`)).json.name).toBe('old');
    fake.advance(31);
    await ask(`/drive/v3/files/${id}`, { method: 'PATCH', body: { name: 'new' } });
    expect(await found({ q: "name = 'old'" })).toEqual(['old']);
    expect((await ask(`/drive/v3/files/${id}`)).json.name).toBe('new');
    fake.advance(31);
    await ask(`/drive/v3/files/${id}`, { method: 'DELETE' });
    expect(await found({})).toEqual(['new']);
    fake.advance(31);
    expect(await found({})).toEqual([]);
  });

  it('comes in pages, smaller than asked for when Drive likes, in the order asked for', async () => {
    for (const name of ['b', 'a', 'c']) await create({ name });
    fake.drive.pageCap = 2;
    const query = { orderBy: 'name', pageSize: '100' };
    const first = await ask('/drive/v3/files', { query });
    const pageToken = String(first.json.nextPageToken);
    expect(first.json.files).toMatchObject([{ name: 'a' }, { name: 'b' }]);
    expect(await found({ ...query, pageToken })).toEqual(['c']);
    expect((await ask('/drive/v3/files', { query: { orderBy: 'name desc', pageToken } })).status).toBe(400);
  });
});

describe('a shared drive', () => {
  it('is invisible to those who do not say that they know of such things', async () => {
    const drive = fake.drive.addSharedDrive('Lectures', { [email]: 'fileOrganizer' });
    const id = await create({ name: 'a', parents: [drive.id] });
    const blind = await ask(`/drive/v3/files/${id}`);
    expect([blind.status, messageOf(blind)]).toEqual([404, `File not found: ${id}.`]);
    expect((await ask(`/drive/v3/files/${id}`, { query: { supportsAllDrives: 'true' } })).json.driveId).toBe(
      drive.id,
    );
    expect(await found({})).toEqual([]);
    const everywhere = { supportsAllDrives: 'true', includeItemsFromAllDrives: 'true' };
    expect(await found({ ...everywhere, corpora: 'drive', driveId: drive.id })).toEqual(['a']);
    expect((await ask('/drive/v3/files', { query: { corpora: 'drive', driveId: drive.id } })).status).toBe(
      400,
    );
    const blindParent = { method: 'POST', body: { name: 'b', parents: [drive.id] } };
    expect((await ask('/drive/v3/files', blindParent)).status).toBe(404);
  });

  it('lets a file organizer trash, and only an organizer delete', async () => {
    const drive = fake.drive.addSharedDrive('Lectures', { [email]: 'fileOrganizer' });
    const id = await create({ name: 'a', parents: [drive.id] });
    const query = { supportsAllDrives: 'true' };
    const refused = await ask(`/drive/v3/files/${id}`, { method: 'DELETE', query });
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'insufficientFilePermissions']);
    const trashed = await ask(`/drive/v3/files/${id}`, { method: 'PATCH', body: { trashed: true }, query });
    expect(trashed.status).toBe(200);
    expect(fake.files()).toMatchObject([{ isTrashed: true }]);
    drive.members.set(email, 'organizer');
    expect((await ask(`/drive/v3/files/${id}`, { method: 'DELETE', query })).status).toBe(204);
  });
});

describe('permissions', () => {
  const share = (id: string, body: unknown, query: Record<string, string> = {}) =>
    ask(`/drive/v3/files/${id}/permissions`, { method: 'POST', body, query });

  it('let others in, below the folder too, and send a mail unless told not to', async () => {
    fake.accounts.addPerson('student@school.test');
    const student = askAs(fake, fake.token('student@school.test'));
    const folder = await create({ name: 'f', mimeType: folderType });
    const file = await create({ name: 'a', parents: [folder] });
    expect((await student(`/drive/v3/files/${file}`)).status).toBe(404);
    const permission = { type: 'user', role: 'reader', emailAddress: 'student@school.test' };
    await share(folder, permission, { sendNotificationEmail: 'false' });
    expect(fake.mails).toEqual([]);
    expect((await student(`/drive/v3/files/${file}`)).status).toBe(200);
    const refused = await student(`/drive/v3/files/${file}`, { method: 'PATCH', body: { name: 'mine' } });
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'insufficientFilePermissions']);
    await share(folder, permission);
    expect(fake.mails).toHaveLength(1);
    expect(fake.files().find(({ id }) => id === folder)!.permissions).toHaveLength(2);
  });

  it.each([
    [{ type: 'anyone', role: 'reader' }, { sendNotificationEmail: 'false' }],
    [{ type: 'user', role: 'reader' }, {}],
    [{ type: 'domain', role: 'reader' }, {}],
    [{ type: 'user', role: 'reader', emailAddress: 'a@b.c', allowFileDiscovery: true }, {}],
  ])('of the form %j with %j are refused', async (body, query) => {
    const refused = await share(await create({ name: 'a' }), body, query as Record<string, string>);
    expect([refused.status, reasonOf(refused)]).toEqual([400, 'invalidSharingRequest']);
  });

  it('that two give at once may lose one of them', async () => {
    fake.drive.permissionRaceMs = 50;
    const id = await create({ name: 'a' });
    const give = (name: string) =>
      share(id, { type: 'user', role: 'reader', emailAddress: `${name}@school.test` });
    expect((await Promise.all([give('a'), give('b')])).map(({ status }) => status)).toEqual([200, 200]);
    expect(fake.files()[0]!.permissions).toHaveLength(2);
  });
});

describe('a download', () => {
  it('gives the bytes, or a part of them', async () => {
    const bytes = bytesOf(5000);
    const parentId = fake.drive.rootOf(email).id;
    const { id } = await fake.placeFile({ name: 'a.mp4', parentId, bytes, mimeType: 'video/mp4' });
    const get = (headers: Record<string, string> = {}) =>
      fetch(`${fake.url}/drive/v3/files/${id}?alt=media`, {
        headers: { authorization: `Bearer ${fake.token(email)}`, ...headers },
      });
    expect(Buffer.from(await (await get()).arrayBuffer()).equals(bytes)).toBe(true);
    const part = await get({ range: 'bytes=4000-' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 4000-4999/5000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(4000))).toBe(true);
    expect((await get({ range: 'bytes=5000-' })).status).toBe(416);
  });
});
