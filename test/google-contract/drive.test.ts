// What Longtake relies on in Drive: reserved ids, sessions that go on, folders that no race doubles, moves that keep links.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { createDrive } from '../../src/google/drive.ts';
import type { FolderSpec } from '../../src/google/drive-types.ts';
import { askGoogle } from '../../src/google/google-fault.ts';
import { eventually } from '../setup/eventually.ts';
import { granule, openPlace, type GooglePlace } from './google-place.ts';

let place: GooglePlace;
beforeAll(async () => {
  place = await openPlace();
});
// Absent when the environment was refused: that error alone is to be read.
afterAll(() => (place as GooglePlace | undefined)?.[Symbol.asyncDispose]());

const seconds = 120;

/** The catalog's table: whoever comes first decides. */
function folderTable() {
  const rows = new Map<string, string>();
  return (name: string): FolderSpec => ({
    ...{ parentId: place.folderId, name, known: rows.get(name) },
    reserve: (folderId) => Promise.resolve(rows.get(name) ?? (rows.set(name, folderId), folderId)),
    forget: () => Promise.resolve(void rows.delete(name)),
  });
}

it('a file is made under the id that was reserved, and never a second time', async () => {
  const { drive, connection } = place;
  const spec = await place.video({ sizeBytes: 1000 });
  const first = await drive.upload(spec);
  expect(first.fileId).toBe(spec.fileId);
  expect(await drive.upload(spec)).toEqual(first);
  expect(await drive.getFile(spec.fileId)).toMatchObject({
    ...{ sha256: spec.sha256, sizeBytes: 1000, parentId: spec.folderId, lectureKey: place.mark },
  });
  const { fileId: id, name, folderId } = spec;
  const again = askGoogle('Making it again', () =>
    connection.drive.files.create({
      supportsAllDrives: true,
      requestBody: { id, name, parents: [folderId] },
    }),
  );
  await expect(again).rejects.toMatchObject({ type: 'Conflict' });
});

it('an upload that broke off goes on from the byte that Google confirms, by another process', async () => {
  const spec = await place.video({ sizeBytes: 3 * granule + 77 });
  const stopping = new AbortController();
  const broken = place.drive.upload({
    ...spec,
    signal: stopping.signal,
    onProgress: ({ committedBytes }) => {
      if (committedBytes >= granule) stopping.abort(new Error('killed'));
    },
  });
  await expect(broken).rejects.toThrow();
  expect(await place.sessions.get(spec.fileId)).toMatchObject({ sizeBytes: spec.sizeBytes });
  const other = createDrive(place.connection, { chunkBytes: granule, requestSeconds: 60 });
  const seen: number[] = [];
  const onProgress = ({ committedBytes }: { committedBytes: number }): void => void seen.push(committedBytes);
  expect(await other.upload({ ...spec, onProgress })).toMatchObject({ fileId: spec.fileId });
  expect(seen[0]).toBeGreaterThanOrEqual(granule);
  expect(await other.getFile(spec.fileId)).toMatchObject({ sha256: spec.sha256 });
});

it('new bytes under the same id keep the address', async () => {
  const spec = await place.video({ sizeBytes: 2000 });
  const { url } = await place.drive.upload(spec);
  const next = await place.video({ sizeBytes: 3000 });
  const { fileId } = spec;
  expect(await place.drive.replaceContent({ ...next, fileId })).toEqual({ fileId, url });
  expect(await place.drive.getFile(fileId)).toMatchObject({ sha256: next.sha256, name: next.name });
});

it('a folder that five ask for at once is made once, and found by its name by somebody without the table', async () => {
  const ask = folderTable();
  const ids = await Promise.all(Array.from({ length: 5 }, () => place.drive.ensureFolder(ask('2026-11-24'))));
  expect(new Set(ids).size).toBe(1);
  place.noteFile(ids[0]!);
  const found = await eventually(
    async () => {
      const folders = await place.drive.findFolders({ parentId: place.folderId, name: '2026-11-24' });
      return folders.length > 0 ? folders : undefined;
    },
    { seconds, what: 'the folder in a search' },
  );
  expect(found?.map(({ id }) => id)).toEqual([ids[0]]);
  expect(await place.drive.ensureFolder(folderTable()('2026-11-24'))).toBe(ids[0]);
});

it('a file that moves to another folder keeps its id and address, and lies in one folder alone', async () => {
  const ask = folderTable();
  const [from, to] = [await place.drive.ensureFolder(ask('from')), await place.drive.ensureFolder(ask('to'))];
  for (const id of [from, to]) place.noteFile(id);
  const spec = { ...(await place.video({ sizeBytes: 500 })), folderId: from };
  const { fileId, url } = await place.drive.upload(spec);
  const where = { fileId, name: `${place.mark} moved.mp4`, fromId: from, toId: to };
  await place.drive.place(where);
  expect(await place.drive.getFile(fileId)).toMatchObject({ url, parentId: to, name: where.name });
  await place.drive.place({ ...where, fromId: to });
  expect(await place.drive.getFile(fileId)).toMatchObject({ parentId: to, isTrashed: false });
});

it('a file in the trash is told as such, and an id that never was as gone', async () => {
  const spec = await place.video({ sizeBytes: 100 });
  await place.drive.upload(spec);
  expect(await place.drive.trash(spec.fileId)).toBe(true);
  expect((await place.drive.getFile(spec.fileId)).isTrashed).toBe(true);
  const error: unknown = await place.drive
    .getFile(await place.drive.generateId())
    .catch((thrown: unknown) => thrown);
  expect(isFault(error, 'GonePermanently')).toBe(true);
});
