// Folders, names, sharing and downloads of Drive: no race, sibling or cut leaves a double, a stranger or a wrong byte.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { createDrive } from '../../src/google/drive.ts';
import type { FolderSpec } from '../../src/google/drive-types.ts';
import { bytesOf } from '../google-fake/calls.ts';
import { granule, openDrive, owner, type DriveKit } from './drive-kit.ts';

const folderType = 'application/vnd.google-apps.folder';

let kit: DriveKit;
beforeEach(async () => {
  kit = await openDrive();
});
afterEach(() => kit[Symbol.asyncDispose]());

/** The catalog's table: whoever comes first decides. */
function folderTable() {
  const rows = new Map<string, string>();
  const ask = (name: string, parentId = kit.sharedDriveId): FolderSpec => {
    const key = `${parentId} ${name}`;
    return {
      parentId,
      name,
      known: rows.get(key),
      reserve: (folderId) => Promise.resolve(rows.get(key) ?? (rows.set(key, folderId), folderId)),
      forget: (folderId) => {
        if (rows.get(key) === folderId) rows.delete(key);
        return Promise.resolve();
      },
    };
  };
  return { rows, ask };
}

const folders = () =>
  kit.fake.files().filter(({ mimeType, isTrashed }) => mimeType === folderType && !isTrashed);
/** As Temporal would, after a line that broke. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error, 'GoogleTransient')) throw error;
    }
  }
}

const get = { api: 'drive.files.get' };
const create = { api: 'drive.files.create' };

describe('a folder of a date', () => {
  it('is one, however many ask at once, and however late search is', async () => {
    kit.fake.drive.searchLagSeconds = 60;
    const { ask } = folderTable();
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => patiently(() => kit.drive.ensureFolder(ask('2026-11-24')))),
    );
    expect(new Set(ids).size).toBe(1);
    expect(folders()).toMatchObject([{ id: ids[0], name: '2026-11-24', parentId: kit.sharedDriveId }]);
    expect(await kit.drive.ensureFolder(ask('2026-11-24'))).toBe(ids[0]);
  });

  it('is the oldest one that a person made, of exactly that name', async () => {
    const place = { parentId: kit.sharedDriveId };
    await kit.fake.placeFile({ ...place, name: "Prof. O'Neil\\1", createdAt: '2026-11-03T08:00:00Z' });
    const oldest = await kit.fake.placeFile({
      ...place,
      name: "Prof. O'Neil\\1",
      createdAt: '2026-11-02T08:00:00Z',
    });
    await kit.fake.placeFile({ ...place, name: "prof. o'neil\\1", createdAt: '2026-11-01T08:00:00Z' });
    await kit.fake.placeFile({
      ...place,
      name: "Prof. O'Neil\\1",
      bytes: bytesOf(1),
      createdAt: '2026-10-01T08:00:00Z',
    });
    const { ask, rows } = folderTable();
    expect(await kit.drive.ensureFolder(ask("Prof. O'Neil\\1"))).toBe(oldest.id);
    expect([...rows.values()]).toEqual([oldest.id]);
  });

  it('is found behind pages of siblings that only look alike', async () => {
    kit.fake.drive.pageCap = 2;
    for (let index = 0; index < 5; index += 1)
      await kit.fake.placeFile({
        name: 'LECTURES',
        parentId: kit.sharedDriveId,
        createdAt: `2026-01-0${index + 1}T00:00:00Z`,
      });
    const { id } = await kit.fake.placeFile({ name: 'Lectures', parentId: kit.sharedDriveId });
    expect(await kit.drive.ensureFolder(folderTable().ask('Lectures'))).toBe(id);
  });

  it.each(['applyThenDrop', 'drop'] as const)('is made once when the answer is lost (%s)', async (how) => {
    const { ask } = folderTable();
    kit.fake.script([{ on: create, do: how }]);
    await expect(kit.drive.ensureFolder(ask('2026-11-24'))).rejects.toMatchObject({
      type: 'GoogleTransient',
    });
    const id = await kit.drive.ensureFolder(ask('2026-11-24'));
    expect(folders()).toMatchObject([{ id }]);
  });

  it.each([
    ['trashed', (id: string) => kit.drive.trash(id)],
    ['deleted', (fileId: string) => kit.connection.drive.files.delete({ fileId, supportsAllDrives: true })],
  ])('is made anew after it was %s', async (_, remove) => {
    const { ask, rows } = folderTable();
    const first = await kit.drive.ensureFolder(ask('2026-11-24'));
    await remove(first);
    const second = await kit.drive.ensureFolder(ask('2026-11-24'));
    expect(second).not.toBe(first);
    expect([...rows.values()]).toEqual([second]);
    expect(folders()).toMatchObject([{ id: second }]);
  });

  it('of a person, deleted while we look, is made anew', async () => {
    const { ask, rows } = folderTable();
    const { id } = await kit.fake.placeFile({ name: '2026-11-24', parentId: kit.sharedDriveId });
    await kit.drive.ensureFolder(ask('2026-11-24'));
    expect([...rows.values()]).toEqual([id]);
    await kit.connection.drive.files.delete({ fileId: id, supportsAllDrives: true });
    const made = await kit.drive.ensureFolder(ask('2026-11-24'));
    expect(folders()).toMatchObject([{ id: made }]);
  });

  it('is not made in a parent that lies in the trash, without end', async () => {
    const parent = await kit.fake.placeFile({ name: 'Room', parentId: kit.sharedDriveId });
    await kit.drive.trash(parent.id);
    await expect(kit.drive.ensureFolder(folderTable().ask('2026-11-24', parent.id))).rejects.toMatchObject({
      type: 'GonePermanently',
      message: expect.stringContaining('trash') as string,
    });
  });

  it('stands in a folder that is shared with us, in a drive that is not', async () => {
    const theirs = kit.fake.drive.addSharedDrive('Theirs', { 'admin@school.test': 'organizer' });
    const room = await kit.fake.placeFile({ name: 'Room', parentId: theirs.id });
    room.permissions.push({ id: '7', type: 'user', role: 'writer', emailAddress: owner });
    const { id } = await kit.fake.placeFile({ name: '2026-11-24', parentId: room.id });
    expect(await kit.drive.ensureFolder(folderTable().ask('2026-11-24', room.id))).toBe(id);
  });
});

describe('the folder of a room', () => {
  it('is found or made by name, and the same the next time', async () => {
    const made = await kit.drive.ensureRoomFolder({ name: 'A-101', parentId: kit.sharedDriveId });
    const again = await kit.drive.ensureRoomFolder({ name: 'A-101', parentId: kit.sharedDriveId });
    expect(again).toEqual(made);
    expect(folders()).toMatchObject([{ id: made.id, name: 'A-101' }]);
  });

  it('that is named must be a folder that we may write to', async () => {
    const file = await kit.fake.placeFile({ name: 'x', parentId: kit.sharedDriveId, bytes: bytesOf(1) });
    const ask = (folderId: string) => kit.drive.ensureRoomFolder({ name: 'A-101', folderId });
    await expect(ask(file.id)).rejects.toMatchObject({ type: 'InputInvalid' });
    await expect(ask('1nothing-here')).rejects.toMatchObject({ type: 'GonePermanently' });
    kit.fake.drive.drives.get(kit.sharedDriveId)!.members.set(owner, 'reader');
    await expect(ask(kit.sharedDriveId)).rejects.toMatchObject({
      type: 'AuthRejected',
      message: expect.stringContaining(owner) as string,
    });
  });
});

describe('sharing', () => {
  const place = async () =>
    (await kit.fake.placeFile({ name: 'a.mp4', parentId: kit.sharedDriveId, bytes: bytesOf(3) })).id;
  const readers = (id: string) =>
    kit.fake
      .files()
      .find((file) => file.id === id)!
      .permissions.map(({ type, emailAddress, domain }) => emailAddress ?? domain ?? type);

  it('adds who is missing, sends no mail and takes nobody away', async () => {
    const fileId = await place();
    const users = ['a@school.test', 'B@school.test'];
    expect(await kit.drive.share({ fileId, with: { kind: 'users' }, users: users.slice(0, 1) })).toBe(1);
    expect(
      await kit.drive.share({ fileId, with: { kind: 'users' }, users: [...users, 'b@school.test'] }),
    ).toBe(1);
    expect(await kit.drive.share({ fileId, with: { kind: 'users' }, users })).toBe(0);
    expect(readers(fileId).map((name) => name.toLowerCase())).toEqual(['a@school.test', 'b@school.test']);
    expect(kit.fake.mails).toEqual([]);
  });

  it.each([
    [{ kind: 'anyone' as const }, ['anyone']],
    [{ kind: 'domain' as const, domain: 'school.test' }, ['school.test']],
    [{ kind: 'none' as const }, []],
  ])('with %j is done once', async (how, expected) => {
    const fileId = await place();
    await kit.drive.share({ fileId, with: how, users: ['x@school.test'] });
    await kit.drive.share({ fileId, with: how, users: ['x@school.test'] });
    expect(readers(fileId)).toEqual(expected);
    expect(kit.fake.journal.of('drive.permissions.create')).toHaveLength(expected.length);
  });

  it('survives an edit by somebody else at the same moment', async () => {
    const fileId = await place();
    kit.fake.drive.permissionRaceMs = 40;
    const users = (from: number) => Array.from({ length: 3 }, (_, index) => `u${from + index}@school.test`);
    const add = (from: number) => kit.drive.share({ fileId, with: { kind: 'users' }, users: users(from) });
    await Promise.all([add(0), add(10)]);
    await Promise.all([add(0), add(10)]);
    await add(0).then(() => add(10));
    expect(readers(fileId).toSorted()).toEqual([...users(0), ...users(10)].toSorted());
  });

  it('that the domain forbids says so', async () => {
    const fileId = await place();
    kit.fake.script([
      { on: { api: 'drive.permissions.create' }, do: 'error', name: 'publishOutNotPermitted' },
    ]);
    await expect(kit.drive.share({ fileId, with: { kind: 'anyone' }, users: [] })).rejects.toMatchObject({
      type: 'AuthRejected',
      message: expect.stringContaining('share') as string,
    });
  });

  it('goes on with the others when one address is refused', async () => {
    const fileId = await place();
    kit.fake.script([{ on: { api: 'drive.permissions.create' }, do: 'status', status: 400 }]);
    const users = ['bad@school.test', 'good@school.test'];
    await expect(kit.drive.share({ fileId, with: { kind: 'users' }, users })).rejects.toMatchObject({
      type: 'InputInvalid',
      message: expect.stringContaining('bad@school.test') as string,
    });
    expect(readers(fileId)).toEqual(['good@school.test']);
  });
});

describe('a file by its name', () => {
  it('is the largest of its siblings, no folder, nothing trashed', async () => {
    const place = { parentId: kit.sharedDriveId, name: '2026-11-24_10:00_A-101_7.mp4' };
    await kit.fake.placeFile({ ...place, bytes: bytesOf(10) });
    const whole = await kit.fake.placeFile({ ...place, bytes: bytesOf(20) });
    const trashed = await kit.fake.placeFile({ ...place, bytes: bytesOf(30) });
    await kit.fake.placeFile(place);
    await kit.drive.trash(trashed.id);
    const found = await kit.drive.findFile({ folderId: kit.sharedDriveId, name: place.name });
    expect(found).toMatchObject({ id: whole.id, sizeBytes: 20 });
    expect(await kit.drive.findFile({ folderId: kit.sharedDriveId, name: 'none' })).toBeUndefined();
  });

  it('is gone after the trash, which takes it once', async () => {
    expect(await kit.drive.trash('1not-there')).toBe(false);
  });
});

describe('a download', () => {
  const size = 3 * granule + 17;
  const place = async (bytes = bytesOf(size)) => ({
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    item: await kit.fake.placeFile({ name: 'a.mp4', parentId: kit.sharedDriveId, bytes }),
  });
  const fetchTo = (fileId: string, path: string, fromBytes = 0) =>
    kit.drive.download({ fileId, path, fromBytes, signal: new AbortController().signal });

  it('has the bytes of the file, and goes on where a cut left it', async () => {
    const { bytes, sha256, item } = await place();
    const path = join(kit.directory, 'body');
    kit.fake.script([{ on: get, nth: 2, do: 'cutAnswerAfterBytes', bytes: granule }]);
    await expect(fetchTo(item.id, path)).rejects.toMatchObject({ type: 'GoogleTransient' });
    const fromBytes = (await readFile(path)).length;
    expect(await fetchTo(item.id, path, fromBytes)).toEqual({ sizeBytes: size, sha256 });
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(kit.fake.journal.of('drive.files.get').at(-1)?.headers.range).toBe(`bytes=${fromBytes}-`);
  });

  it('that is complete already asks for no byte', async () => {
    const { bytes, sha256, item } = await place();
    const path = join(kit.directory, 'body');
    await writeFile(path, bytes);
    expect(await fetchTo(item.id, path, size)).toEqual({ sizeBytes: size, sha256 });
    expect(kit.fake.journal.of('drive.files.get')).toHaveLength(1);
  });

  it.each([
    ['of another file', bytesOf(granule)],
    ['longer than the file', bytesOf(size + 5)],
  ])('over a partial %s begins again', async (_, partial) => {
    const { bytes, item } = await place();
    const path = join(kit.directory, 'body');
    await writeFile(path, partial);
    const attempt = async () => fetchTo(item.id, path, (await readFile(path)).length);
    await attempt().catch(() => attempt());
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('that stands still is given up', async () => {
    const { item } = await place();
    const hasty = createDrive(kit.connection, { chunkBytes: granule, requestSeconds: 0.3 });
    kit.fake.script([{ on: get, nth: 2, do: 'hang' }]);
    const path = join(kit.directory, 'body');
    const { signal } = new AbortController();
    await expect(hasty.download({ fileId: item.id, path, fromBytes: 0, signal })).rejects.toMatchObject({
      type: 'GoogleTransient',
    });
  });

  it('of a folder, or of nothing, says so', async () => {
    const path = join(kit.directory, 'body');
    await expect(fetchTo(kit.sharedDriveId, path)).rejects.toMatchObject({ type: 'InputInvalid' });
    await expect(fetchTo('1not-there', path)).rejects.toMatchObject({ type: 'GonePermanently' });
  });

  it('of an empty file is empty', async () => {
    const { item } = await place(Buffer.alloc(0));
    const path = join(kit.directory, 'body');
    expect(await fetchTo(item.id, path)).toMatchObject({ sizeBytes: 0 });
    expect((await readFile(path)).length).toBe(0);
  });
});
