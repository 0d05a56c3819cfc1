// A lecture that is published, on a whole stack: an event that comes later, another day and another name, with the same file and nothing left behind.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeLecture } from '../../src/client/lecture-control.ts';
import { firstSlotMs, startLectureStack, type LectureStack } from '../integration/lecture/lecture-stack.ts';
import { eventually } from '../setup/eventually.ts';

let place: LectureStack;
beforeAll(async () => {
  place = await startLectureStack();
});
afterAll(() => place[Symbol.asyncDispose]());

const room = 'A101';
const daySlots = 8_640;
const videos = () =>
  place.google.files().filter(({ mimeType, isTrashed }) => mimeType === 'video/mp4' && !isTrashed);
const folderOf = (id: string | undefined) => place.google.files().find((file) => file.id === id)?.name;
const uploads = (): number =>
  place.google.journal.entries.filter(({ api }) => api === 'drive.upload.put').length;
const dateAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

test('takes an event that is named later, then another day and name: one video, one address, no old copies', async () => {
  const out = join(place.stack.dir, 'out');
  await place.stack.catalog.targets.put({ name: 'nas', spec: { kind: 'local', path: out } });
  await place.addRoom(room, { exports: ['nas'], timeZone: 'UTC' }, ['lecturer']);
  for (const day of [0, -daySlots])
    for (const slot of [0, 1]) await place.record(room, 'lecturer', day + slot);
  const ask = { fromSeconds: 3, toSeconds: 17 };
  const id = await place.request(room, ask);
  expect(await place.end(id)).toMatchObject({ state: 'complete' });
  const [video] = videos();
  const sent = uploads();

  const eventId = await place.addEvent();
  const event = { calendarId: place.ids.calendarId, eventId };
  expect(await place.request(room, { ...ask, event })).toBe(id);
  expect(await place.end(id)).toMatchObject({ state: 'complete' });
  const attached = () =>
    (place.google.events(event.calendarId).find((one) => one.id === eventId)?.attachments ?? []) as object[];
  expect(attached()).toMatchObject([{ title: 'Notes' }, { fileId: video!.id }]);
  expect(await place.show(id)).toMatchObject({
    ...{ state: 'complete', event },
    publications: expect.arrayContaining([
      expect.objectContaining({ kind: 'calendar', state: 'done' }),
    ]) as unknown,
  });
  expect([uploads(), folderOf(video!.parentId)]).toEqual([sent, dateAt(firstSlotMs)]);

  const date = dateAt(firstSlotMs - 86_400_000);
  await changeLecture(place.stack, { id, hours: { date }, name: 'Trees' });
  expect(await eventually(() => place.end(id))).toMatchObject({ state: 'complete' });
  const moved = videos();
  expect(moved.map((one) => one.id)).toEqual([video!.id]);
  expect([folderOf(moved[0]!.parentId), moved[0]!.name]).toEqual([date, expect.stringMatching(/^Trees_/)]);
  expect(attached()).toMatchObject([{ title: 'Notes' }, { fileId: video!.id }]);
  const copies = await readdir(out, { recursive: true });
  expect(copies.filter((path) => path.endsWith('.mp4'))).toEqual([
    expect.stringMatching(new RegExp(`^${room}/${date}/Trees_.*\\.mp4$`)),
  ]);
});
