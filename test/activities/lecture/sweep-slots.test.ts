// Slots' files that nobody needs any more, on a real media root: gone by the janitor as the room says, whoever was the last to use them.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sweepSlots } from '../../../src/activities/lecture/sweep-slots.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { LectureState } from '../../../src/domain/lecture-states.ts';
import { createStorage } from '../../../src/storage/storage.ts';
import { cameraRow } from '../../catalog/rows.ts';
import { newLecture, roomSpec } from '../../catalog/lecture-rows.ts';
import { eventually } from '../../setup/eventually.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';

const host = 'one';
const halfHourMs = 1_800_000;
/** Two days ago. */
const startMs = Math.floor(Date.now() / halfHourMs) * halfHourMs - 2 * 86_400_000;

let dir: TempDir;
let catalog: Catalog;
beforeEach(async () => {
  dir = await tempDir();
  catalog = await connectCatalog({ kind: 'sqlite', file: join(dir.path, 'catalog.sqlite') });
  await room({});
  await catalog.cameras.upsertMany({ rows: [cameraRow('cam')], credentials: [] });
  await catalog.rooms.addSource('504', { role: 'lecturer', camera: 'cam' });
});
afterEach(async () => {
  await catalog.close();
  await dir.remove();
});

const room = (more: object) => catalog.rooms.put(roomSpec('504', { exports: ['nas'], ...more }));

/** From the nth half hour on, for an hour: two that follow each other share nothing, one that begins between them does. */
async function lecture(id: string, { from, state }: { from: number; state: LectureState }): Promise<void> {
  const at = startMs + from * halfHourMs;
  await catalog.lectures.add(newLecture(id, { startMs: at, endMs: at + 2 * halfHourMs }));
  await catalog.lectures.record(id, { state });
}

/** The file of the nth half hour. */
async function slot(number: number, at: { host?: string } = {}): Promise<string> {
  const startUnix = startMs / 1000 + number * 1800;
  const key = { cameraId: 'cam', startUnix, seconds: 1800 };
  const path = `segments/cam/${number}.mp4`;
  await mkdir(dirname(join(dir.path, 'media', path)), { recursive: true });
  await writeFile(join(dir.path, 'media', path), 'pictures');
  const lease = await catalog.segments.acquire({ key, owner: 'lecture', ttlSeconds: 60 });
  if (!lease.granted) throw new Error('held');
  await catalog.segments.record({
    key,
    epoch: lease.epoch,
    state: 'complete',
    attempts: 1,
    path,
    host,
    ...at,
  });
  await catalog.segments.release({ key, epoch: lease.epoch });
  return path;
}

/** What is written now is later than what was written before. */
const nextMoment = (): Promise<unknown> => {
  const before = Date.now();
  return eventually(() => Date.now() > before);
};

const sweep = (untouchedSeconds = 60) => {
  const storage = createStorage({ mediaRoot: join(dir.path, 'media') });
  // The rows are of this minute: the janitor comes weeks later.
  return sweepSlots({ catalog, storage, host }, { untouchedSeconds, nowMs: Date.now() + 120_000 });
};
const lying = async (): Promise<string[]> =>
  (await readdir(join(dir.path, 'media', 'segments', 'cam'))).toSorted((a, b) => a.localeCompare(b));

it('the file that a published lecture shares with one that was cancelled goes; the others stay', async () => {
  for (const number of [0, 1, 2]) await slot(number);
  await lecture('published', { from: 0, state: 'complete' });
  await lecture('cancelled', { from: 1, state: 'cancelled' });
  expect((await sweep()).toSorted((a, b) => a.localeCompare(b))).toEqual([
    'segments/cam/0.mp4',
    'segments/cam/1.mp4',
  ]);
  expect(await lying()).toEqual(['2.mp4']);
  const key = { cameraId: 'cam', startUnix: startMs / 1000 + 1800, seconds: 1800 };
  expect(await catalog.segments.get(key)).toMatchObject({ path: null, state: 'complete' });
  expect(await sweep()).toEqual([]);
});

it('it goes too when the cancelled lecture had looked at it', async () => {
  await lecture('published', { from: 0, state: 'complete' });
  await lecture('looking', { from: 1, state: 'preparing' });
  await nextMoment();
  await slot(1);
  await nextMoment();
  await catalog.lectures.record('looking', { state: 'cancelled' });
  expect(await sweep()).toEqual(['segments/cam/1.mp4']);
});

it.each(['pending', 'waiting', 'composing', 'failed'] as const)(
  'it stays while a lecture is %s that needs it',
  async (state) => {
    await slot(1);
    await lecture('published', { from: 0, state: 'complete' });
    await lecture('other', { from: 1, state });
    expect(await sweep()).toEqual([]);
    await catalog.lectures.record('other', { state: 'cancelled' });
    expect(await sweep()).toEqual(['segments/cam/1.mp4']);
  },
);

it('it stays while a place of an incomplete lecture has refused it, which a repeat will want', async () => {
  await slot(0);
  await lecture('l', { from: 0, state: 'incomplete' });
  const place = { lectureId: 'l', kind: 'export', target: 'nas' } as const;
  await catalog.publications.record({ ...place, state: 'failed' });
  expect(await sweep()).toEqual([]);
  await catalog.publications.record({ ...place, state: 'done' });
  expect(await sweep()).toEqual(['segments/cam/0.mp4']);
});

it.each([
  ['keeps all', { keepFiles: 'all' }],
  ['has no other place for its videos', { exports: [] }],
])('it stays in a room that %s', async (_, more) => {
  await slot(0);
  await lecture('l', { from: 0, state: 'complete' });
  await room(more);
  expect(await sweep()).toEqual([]);
});

it('it stays when nobody has published it, and when it was made after that', async () => {
  await slot(0);
  await lecture('cancelled', { from: 0, state: 'cancelled' });
  await lecture('published', { from: 4, state: 'complete' });
  await nextMoment();
  await slot(4);
  expect(await sweep()).toEqual([]);
});

it('it stays on another host, while it is young, and while somebody works on it', async () => {
  await slot(0, { host: 'two' });
  await slot(1);
  await lecture('l', { from: 0, state: 'complete' });
  expect(await sweep(60 * 86_400 * 1000)).toEqual([]);
  const key = { cameraId: 'cam', startUnix: startMs / 1000 + 1800, seconds: 1800 };
  const lease = await catalog.segments.acquire({ key, owner: 'plan/p', ttlSeconds: 60 });
  if (!lease.granted) throw new Error('held');
  expect(await sweep()).toEqual([]);
  await catalog.segments.release({ key, epoch: lease.epoch });
  expect(await sweep()).toEqual(['segments/cam/1.mp4']);
  expect(await lying()).toEqual(['0.mp4']);
});
