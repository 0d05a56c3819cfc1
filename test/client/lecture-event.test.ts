// Requests that name an event for a lecture that was asked for by its hours: the event is taken over, whatever has become of it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { lectureDocumentOf } from '../../src/client/lecture-documents.ts';
import { requestLecture, type LectureAdded } from '../../src/client/lecture.ts';
import { lectureWorkflowId } from '../../src/contract/ids.ts';
import type { LectureEvent } from '../../src/contract/lecture.ts';
import { lectureAdded } from '../../src/contract/lecture.ts';
import { event } from '../catalog/lecture-rows.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { addRoom, openCatalog, startCallers, type Callers } from './lecture-callers.ts';

let callers: Callers;
let dir: TempDir;
let catalog: Catalog;
let rooms = 0;
let room: string;

beforeAll(async () => {
  callers = await startCallers();
  dir = await tempDir();
  catalog = await openCatalog(dir.path);
});
afterAll(async () => {
  await callers.stop();
  await catalog.close();
  await dir.remove();
});
beforeEach(async () => {
  room = `event-room-${(rooms += 1)}`;
  await addRoom(catalog, room);
});

const request = (named?: LectureEvent): Promise<LectureAdded> =>
  requestLecture(
    { catalog, client: callers.client },
    {
      room,
      hours: { date: '2026-09-14', start: '10:10', end: '11:40' },
      ...(named ? { event: named } : {}),
      spec: { name: 'Graph theory' },
    },
  );
const runOf = async (id: string) =>
  (await callers.client.workflow.getHandle(lectureWorkflowId(id)).describe()).runId;

async function end(id: string, state: 'complete' | 'incomplete' | 'failed'): Promise<void> {
  await catalog.lectures.record(id, { state });
  await callers.end(id, state);
}

test('a lecture that runs takes the event, says so, and reads its row again', async () => {
  const { id } = await request();
  const taken = lectureAdded.parse(await request(event('e1')));
  expect(taken).toEqual({ id, workflowId: `lecture/${id}`, joined: true, tookEvent: true });
  expect(await lectureDocumentOf(catalog, id)).toMatchObject({ event: event('e1') });
  expect((await callers.heard(id)).words).toEqual(['lectureChanged']);
});

test('the same request again, or one without an event, changes nothing more', async () => {
  const { id } = await request();
  await request(event('e2'));
  for (const again of [await request(event('e2')), await request()])
    expect(again).toEqual({ id, workflowId: `lecture/${id}`, joined: true });
  expect((await callers.heard(id)).words).toHaveLength(1);
});

test.each(['complete', 'incomplete'] as const)(
  'a lecture that is published (%s) begins a run that attaches and nothing else',
  async (state) => {
    const { id } = await request();
    const first = await runOf(id);
    await end(id, state);
    expect(await request(event(`e-${state}`))).toMatchObject({ id, tookEvent: true });
    expect(await runOf(id)).not.toBe(first);
    expect(await callers.heard(id)).toEqual({ input: { lectureId: id, attachOnly: true }, words: [] });
  },
);

test('a lecture that failed keeps the event for its next try', async () => {
  const { id } = await request();
  const first = await runOf(id);
  await end(id, 'failed');
  expect(await request(event('e3'))).toMatchObject({ id, tookEvent: true });
  expect(await lectureDocumentOf(catalog, id)).toMatchObject({ event: event('e3'), state: 'failed' });
  expect(await runOf(id)).toBe(first);
});

test('of twenty requests at once with the event one takes it, and the lecture is told once', async () => {
  const { id } = await request();
  const all = await Promise.all(Array.from({ length: 20 }, () => request(event('e4'))));
  expect(all.filter(({ tookEvent }) => tookEvent)).toHaveLength(1);
  expect((await callers.heard(id)).words).toEqual(['lectureChanged']);
});

test('another event than the lecture’s is refused, and both are named', async () => {
  const { id } = await request(event('e5'));
  await expect(request(event('e6'))).rejects.toMatchObject({
    type: 'InputInvalid',
    message: expect.stringMatching(new RegExp(`${id} .*belongs to the event .*/e5; .*names the event .*/e6`)),
    details: { remedy: expect.stringContaining(`lecture cancel ${id}`) as string },
  });
  expect(await lectureDocumentOf(catalog, id)).toMatchObject({ event: event('e5') });
  expect((await callers.heard(id)).words).toEqual([]);
});
