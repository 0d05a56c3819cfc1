// What a person changes of a lecture, while it runs and after its end: panes, hours, name; and what is taken back when it is cancelled.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cancelLecture,
  changeLecture,
  queryLecture,
  renderLecture,
} from '../../../src/client/lecture-control.ts';
import { lectureWorkflowId } from '../../../src/contract/ids.ts';
import { choosePane } from '../../../src/contract/lecture-messages.ts';
import type { LectureDocument } from '../../../src/contract/lecture.ts';
import { eventually } from '../../setup/eventually.ts';
import { startPostgres, type TestPostgres } from '../../setup/servers.ts';
import { startLectureStack } from './lecture-stack.ts';
import type { LectureStack } from './lecture-stack.ts';
import {
  attachedTo,
  composedAnew,
  fileOf,
  filesBelow,
  onDrive,
  postsOf,
  sha256Of,
} from './published-lecture.ts';
import { probe, shownIn } from './seen-pictures.ts';

let postgres: TestPostgres;
let place: LectureStack;
const sources = new Map<string, string>();
beforeAll(async () => {
  // The other lectures have their catalog in SQLite.
  postgres = await startPostgres();
  place = await startLectureStack({ catalog: { kind: 'postgres', url: await postgres.newDatabaseUrl() } });
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await postgres.stop();
});

/** A lecture of three slots at an event and in a course, in a room that keeps what it is made of. */
async function begin(room: string, fields: object = {}): Promise<{ id: string; eventId: string }> {
  await place.addRoom(room, { keepFiles: 'all', ...fields });
  for (const slot of [0, 1, 2])
    for (const role of ['lecturer', 'screen', 'board'] as const)
      sources.set(`${room} ${role} ${slot}`, await place.record(room, role, slot));
  const eventId = await place.addEvent();
  const { calendarId, courseCode } = place.ids;
  const id = await place.request(room, { event: { calendarId, eventId }, spec: { courses: [courseCode] } });
  return { id, eventId };
}

async function ended(id: string): Promise<LectureDocument> {
  await place.end(id);
  return await place.show(id);
}

const mainOnDrive = (document: LectureDocument) =>
  onDrive(place, document.id).find(({ name }) => !name.includes('_backup'))!;

async function rightOf(document: LectureDocument, room: string, slot: 0 | 1 | 2): Promise<string> {
  const path = place.stack.media(fileOf(document, 'main').path);
  const moments = (['screen', 'board'] as const).map((role) => {
    return [role, { path: sources.get(`${room} ${role} ${slot}`)!, seconds: 6 }] as const;
  });
  return await shownIn('right', { path, seconds: slot * 10 + 3 }, Object.fromEntries(moments));
}

// Its tests follow one lecture, beside the others.
describe.concurrent('a lecture that is published', () => {
  const room = 'rendered';
  let before: LectureDocument;
  let eventId: string;

  it(
    'shows another pane in one slot when a person says so, and only that slot is composed anew',
    { concurrent: false },
    async () => {
      const begun = await begin(room);
      eventId = begun.eventId;
      before = await ended(begun.id);
      expect(before.state).toBe('complete');
      const first = mainOnDrive(before);
      await renderLecture(place.stack, { id: before.id, overrides: [{ slot: 1, right: 'board' }] });
      const after = await ended(before.id);
      expect(after).toMatchObject({ state: 'complete', spec: { overrides: [{ slot: 1, right: 'board' }] } });
      expect(await composedAnew(place, after.id)).toEqual([1]);
      expect(after.slots.map(({ right }) => right)).toEqual(['screen', 'board', 'screen']);
      expect(after.slots[1]!.reason).toBe('chosen by a person');
      expect([await rightOf(after, room, 0), await rightOf(after, room, 1)]).toEqual(['screen', 'board']);
      const second = mainOnDrive(after);
      expect(second.id).toBe(first.id);
      expect(second.sha256).not.toBe(first.sha256);
      expect(second.sha256).toBe(sha256Of(place.stack.media(fileOf(after, 'main').path)));
      expect(onDrive(place, after.id)).toHaveLength(2);
      expect(attachedTo(place, eventId)).toEqual(['Notes', 'Graph theory']);
      expect(postsOf(place, second.id)).toHaveLength(1);
    },
  );

  it('gets another name everywhere, and nothing stays under the old one', { concurrent: false }, async () => {
    await changeLecture(place.stack, { id: before.id, name: 'Trees' });
    const after = await ended(before.id);
    expect(after).toMatchObject({ state: 'complete' });
    expect(await composedAnew(place, after.id)).toEqual([]);
    expect(
      onDrive(place, after.id)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['Trees_10-00_10-00.mp4', 'Trees_10-00_10-00_backup.mp4']);
    expect(mainOnDrive(after).id).toBe(mainOnDrive(before).id);
    expect(filesBelow(place, `lectures/${room}`).filter((file) => !file.includes('/Trees_'))).toEqual([]);
    expect(attachedTo(place, eventId)).toHaveLength(2);
  });

  it('is made anew with another end, in the same file on Drive', { concurrent: false }, async () => {
    await changeLecture(place.stack, { id: before.id, hours: { end: '10:00:22' } });
    const after = await ended(before.id);
    expect(after).toMatchObject({ state: 'complete', endAt: expect.stringContaining('10:00:22') });
    expect(await composedAnew(place, after.id)).toEqual([2]);
    expect((await probe(place.stack.media(fileOf(after, 'main').path))).frames).toBe(190);
    expect(mainOnDrive(after).id).toBe(mainOnDrive(before).id);
    expect(onDrive(place, after.id)).toHaveLength(2);
  });

  it(
    'is taken back by cancel with undo: posts, attachment and files, and nothing of others',
    { concurrent: false },
    async () => {
      const file = mainOnDrive(before);
      await expect(cancelLecture(place.stack, { id: before.id, undo: false })).rejects.toMatchObject({
        type: 'InputInvalid',
      });
      await cancelLecture(place.stack, { id: before.id, undo: true });
      const after = await ended(before.id);
      expect(after).toMatchObject({ state: 'cancelled', reason: 'Cancelled.' });
      expect(onDrive(place, before.id)).toEqual([]);
      expect(attachedTo(place, eventId)).toEqual(['Notes']);
      expect(postsOf(place, file.id)).toEqual([]);
      expect(after.publications.map(({ state }) => state)).toEqual(after.publications.map(() => 'undone'));
    },
  );
});

describe.concurrent('a lecture that is being made', () => {
  it('takes a word for a pane, and composes no other slot twice', async () => {
    const { id, eventId } = await begin('chosen');
    const handle = place.stack.client.workflow.getHandle(lectureWorkflowId(id));
    await eventually(async () => ((await queryLecture(place.stack.client, id))?.slots.composed ?? 0) > 0, {
      seconds: 120,
      what: 'the first slot composed',
    });
    await handle.signal(choosePane, { slot: 2, right: 'board' });
    const document = await ended(id);
    expect(document.state).toBe('complete');
    expect(document.slots.map(({ right }) => right)).toEqual(['screen', 'screen', 'board']);
    const composed = await composedAnew(place, id);
    expect(composed.filter((slot) => slot < 2)).toEqual([0, 1]);
    expect(await rightOf(document, 'chosen', 2)).toBe('board');
    expect(onDrive(place, id)).toHaveLength(2);
    expect(attachedTo(place, eventId)).toEqual(['Notes', 'Graph theory']);
  });

  it('takes another end, and is as long as that says', async () => {
    const { id } = await begin('shortened');
    await eventually(async () => (await queryLecture(place.stack.client, id))?.state === 'composing', {
      seconds: 120,
      what: 'composing',
    });
    await changeLecture(place.stack, { id, hours: { end: '10:00:15' } });
    const document = await ended(id);
    expect(document).toMatchObject({ state: 'complete' });
    expect(document.slots).toHaveLength(2);
    expect((await probe(place.stack.media(fileOf(document, 'main').path))).frames).toBe(120);
    expect(onDrive(place, id)).toHaveLength(2);
  });

  it('ends when it is cancelled, and leaves no work and nothing at Google', async () => {
    const { id, eventId } = await begin('cancelled');
    await eventually(async () => (await queryLecture(place.stack.client, id))?.state === 'composing', {
      seconds: 120,
      what: 'composing',
    });
    await cancelLecture(place.stack, { id, undo: false });
    expect(await ended(id)).toMatchObject({ state: 'cancelled', reason: 'Cancelled.' });
    expect(filesBelow(place, `.work/lectures/${id}`)).toEqual([]);
    expect(onDrive(place, id)).toEqual([]);
    expect(attachedTo(place, eventId)).toEqual(['Notes']);
  });
});
