// Where a lecture's videos lie on Drive when its day or its name changes, against the stand-in: same ids, the folder of the day.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { videosIn } from '../../google/drive-kit.ts';
import { openPlaces, startMs, type PlacesKit } from './places-kit.ts';

const dayMs = 86_400_000;

let kit: PlacesKit;
beforeEach(async () => {
  kit = await openPlaces();
});
afterEach(() => kit[Symbol.asyncDispose]());

const moveBy = (days: number) =>
  kit.catalog.lectures.change(kit.lectureId, {
    startMs: startMs + days * dayMs,
    endMs: startMs + days * dayMs + 5_400_000,
  });
/** `folder/name id` of each video. */
const lying = (): string[] =>
  videosIn(kit.drive.fake)
    .map(({ id, name, parentId }) => `${folderName(parentId)}/${name} ${id}`)
    .toSorted((a, b) => a.localeCompare(b));
const folderName = (id: string | undefined): string =>
  kit.drive.fake.files().find((file) => file.id === id)?.name ?? String(id);
/** The next change of a file's place or name, as Drive refuses it to who may not move the file. */
const refuseUpdates = (): void => {
  const reason = 'insufficientFilePermissions';
  const body = { error: { code: 403, errors: [{ domain: 'global', reason }], message: 'Not allowed.' } };
  kit.drive.fake.script([{ on: { api: 'drive.files.update' }, do: 'status', status: 403, body }]);
};
const both = async (stem: string) => [
  await kit.file('main', `lectures/A101/${stem}.mp4`),
  await kit.file('backup', `lectures/A101/${stem}_backup.mp4`),
];

it('a lecture that is moved to another day takes its videos along, under the same ids', async () => {
  const files = await both('Graphs_10-10_11-40');
  const [main, backup] = await kit.upload(files);
  expect(lying()).toEqual([
    `2026-09-14/Graphs_10-10_11-40_backup.mp4 ${backup!.fileId}`,
    `2026-09-14/Graphs_10-10_11-40.mp4 ${main!.fileId}`,
  ]);
  await moveBy(2);
  // Its bytes are the same: nothing is sent that could carry the new place.
  await kit.upload(files);
  expect(lying()).toEqual([
    `2026-09-16/Graphs_10-10_11-40_backup.mp4 ${backup!.fileId}`,
    `2026-09-16/Graphs_10-10_11-40.mp4 ${main!.fileId}`,
  ]);
});

it('one that Drive does not let us move stays as it was, and what to do is said', async () => {
  const files = [await kit.file('main', 'lectures/A101/a.mp4')];
  await kit.upload(files);
  const before = lying();
  await moveBy(1);
  refuseUpdates();
  const [main] = await kit.reserve(files);
  expect(main?.complaint).toMatch(
    /^The video a\.mp4 stays .*insufficientFilePermissions.*Share the folder .* `longtake lecture retry l-20260914-k7x2`\.$/,
  );
  expect(lying()).toEqual(before);
  const [again] = await kit.reserve(files);
  expect(again).not.toHaveProperty('complaint');
  expect(lying()).not.toEqual(before);
});

it('one that a person has put elsewhere may keep its old name without a complaint', async () => {
  const [main] = await kit.upload([await kit.file('main', 'lectures/A101/a.mp4')]);
  const best = await kit.drive.fake.placeFile({ name: 'The best', parentId: kit.drive.sharedDriveId });
  const from = (await kit.drive.drive.getFile(main!.fileId)).parentId!;
  await kit.drive.drive.place({ fileId: main!.fileId, name: 'a.mp4', fromId: from, toId: best.id });
  refuseUpdates();
  const [reserved] = await kit.reserve([await kit.file('main', 'lectures/A101/b.mp4')]);
  expect(reserved).not.toHaveProperty('complaint');
  expect(lying()).toEqual([`The best/a.mp4 ${main!.fileId}`]);
});

it('one whose answer is lost, and one that is repeated, lies there once', async () => {
  const files = await both('a');
  const reserved = await kit.upload(files);
  await moveBy(1);
  kit.drive.fake.script([{ on: { api: 'drive.files.update' }, do: 'applyThenDrop' }]);
  await expect(kit.reserve(files)).rejects.toMatchObject({ type: 'GoogleTransient' });
  expect(await kit.reserve(files)).toMatchObject(reserved.map(({ role, fileId }) => ({ role, fileId })));
  expect(lying().map((line) => line.split('/')[0])).toEqual(['2026-09-15', '2026-09-15']);
  const asked = kit.drive.fake.journal.entries.length;
  await kit.reserve(files);
  const calls = kit.drive.fake.journal.entries.slice(asked).map(({ api }) => api);
  expect(calls).not.toContain('drive.files.update');
});

it('goes into the folder that a person has made for that day', async () => {
  const [main] = await kit.upload([await kit.file('main', 'lectures/A101/a.mp4')]);
  const theirs = await kit.drive.fake.placeFile({ name: '2026-09-15', parentId: kit.drive.sharedDriveId });
  await moveBy(1);
  await kit.reserve([await kit.file('main', 'lectures/A101/a.mp4')]);
  expect((await kit.drive.drive.getFile(main!.fileId)).parentId).toBe(theirs.id);
});

it('one that a person has put elsewhere stays there, and takes its new name', async () => {
  const [main] = await kit.upload([await kit.file('main', 'lectures/A101/a.mp4')]);
  const best = await kit.drive.fake.placeFile({ name: 'The best', parentId: kit.drive.sharedDriveId });
  const from = (await kit.drive.drive.getFile(main!.fileId)).parentId!;
  await kit.drive.drive.place({ fileId: main!.fileId, name: 'a.mp4', fromId: from, toId: best.id });
  await moveBy(1);
  await kit.reserve([await kit.file('main', 'lectures/A101/b.mp4')]);
  expect(lying()).toEqual([`The best/b.mp4 ${main!.fileId}`]);
});

it.each(['trashed', 'deleted'] as const)(
  'one that was %s meanwhile does not stand in the way',
  async (how) => {
    const files = [await kit.file('main', 'lectures/A101/a.mp4')];
    const [main] = await kit.upload(files);
    const { fileId } = main!;
    if (how === 'trashed') await kit.drive.drive.trash(fileId);
    else await kit.drive.connection.drive.files.delete({ fileId, supportsAllDrives: true });
    await moveBy(1);
    expect(await kit.reserve(files)).toMatchObject([{ role: 'main', fileId }]);
  },
);
