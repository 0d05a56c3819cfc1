// Lectures asked for and spoken to: the catalog's row and one workflow, however many callers there are.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import * as control from '../../src/client/lecture-control.ts';
import { lectureDocumentOf, lectureListOf } from '../../src/client/lecture-documents.ts';
import { requestLecture, type LectureAsk } from '../../src/client/lecture.ts';
import { lectureWorkflowId } from '../../src/contract/ids.ts';
import { lectureAdded, lectureDocument, lectureList } from '../../src/contract/lecture.ts';
import { event } from '../catalog/lecture-rows.ts';
import { eventually } from '../setup/eventually.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { addRoom, openCatalog, startCallers, type Callers } from './lecture-callers.ts';

let callers: Callers;
let dir: TempDir;
let catalog: Catalog;
let door: control.LectureDoor;
let rooms = 0;
/** Of its own for each test. */
let room: string;

beforeAll(async () => {
  callers = await startCallers();
  dir = await tempDir();
  catalog = await openCatalog(dir.path);
  door = { catalog, client: callers.client };
});
afterAll(async () => {
  await callers.stop();
  await catalog.close();
  await dir.remove();
});
beforeEach(async () => {
  room = `room-${(rooms += 1)}`;
  await addRoom(catalog, room);
});

const ask = (more: Partial<LectureAsk> = {}): LectureAsk => ({
  room,
  hours: { date: '2026-09-14', start: '10:10', end: '11:40' },
  spec: { name: 'Graph theory' },
  ...more,
});

const words = async (id: string): Promise<unknown[]> => (await callers.heard(id)).words;
const describeRun = (id: string) => callers.client.workflow.getHandle(lectureWorkflowId(id)).describe();

/** As its workflow would: the row first, then the end of the run. */
async function end(id: string, state: 'complete' | 'incomplete' | 'failed' | 'cancelled'): Promise<void> {
  await catalog.lectures.record(id, { state });
  await callers.end(id, state);
}

describe('a request', () => {
  test('is a row with the room’s hours as instants, and a workflow that people can find', async () => {
    const added = lectureAdded.parse(await requestLecture(door, ask({ event: event('e1') })));
    expect(added.id).toMatch(/^l-20260914-[a-z2-9]{4}$/);
    expect(added).toMatchObject({ joined: false, workflowId: `lecture/${added.id}` });
    expect(lectureDocument.parse(await lectureDocumentOf(catalog, added.id))).toMatchObject({
      room,
      startAt: '2026-09-14T07:10:00Z',
      endAt: '2026-09-14T08:40:00Z',
      event: event('e1'),
      state: 'pending',
      spec: { name: 'Graph theory', right: 'auto', source: 'cli' },
    });
    const run = await describeRun(added.id);
    expect([run.type, await run.staticSummary()]).toEqual([
      'lecture',
      `${room}, 2026-09-14 10:10–11:40, Graph theory`,
    ]);
    expect(run.searchAttributes).toMatchObject({
      LtCapability: ['lecture'],
      LtRoom: [room],
      LtState: ['pending'],
      LtStartsAt: [new Date('2026-09-14T07:10:00Z')],
    });
    expect((await callers.heard(added.id)).input).toEqual({ lectureId: added.id });
  });

  test('fifty at once are one lecture and one run', async () => {
    const other = await openCatalog(dir.path);
    try {
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          requestLecture({ ...door, catalog: index % 2 ? catalog : other }, ask({ event: event('e2') })),
        ),
      );
      expect(new Set(all.map(({ id }) => id)).size).toBe(1);
      expect(all.filter(({ joined }) => !joined)).toHaveLength(1);
      expect(await catalog.lectures.list({ roomId: room })).toHaveLength(1);
      const query = `WorkflowId = "lecture/${all[0]!.id}"`;
      const runs = await eventually(async () => {
        const found: string[] = [];
        for await (const { runId } of callers.client.workflow.list({ query })) found.push(runId);
        return found.length > 0 && found;
      });
      expect(runs).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  test('of the same event joins it though the hours differ; of other hours it is another lecture', async () => {
    const first = await requestLecture(door, ask({ event: event('e3') }));
    const moved = ask({ event: event('e3'), hours: { date: '2026-09-14', start: '10:20', end: '11:40' } });
    expect(await requestLecture(door, moved)).toMatchObject({ id: first.id, joined: true });
    const later = ask({
      hours: { startAt: '2026-09-14T12:00:00+03:00', endAt: '2026-09-14T13:20:00+03:00' },
    });
    expect((await requestLecture(door, later)).id).not.toBe(first.id);
  });

  test('of a lecture that has ended leaves it ended', async () => {
    const { id } = await requestLecture(door, ask());
    const { runId } = await describeRun(id);
    await end(id, 'complete');
    expect(await requestLecture(door, ask())).toMatchObject({ id, joined: true });
    expect(await describeRun(id)).toMatchObject({ runId, status: { name: 'COMPLETED' } });
  });

  test('that meets the end of a run does not begin it anew, though the row was read before', async () => {
    const { id } = await requestLecture(door, ask());
    const { runId } = await describeRun(id);
    await callers.end(id, 'complete');
    expect(await requestLecture(door, ask())).toMatchObject({ id, joined: true });
    expect(await describeRun(id)).toMatchObject({ runId });
  });

  test('starts what a caller had added before it broke off, or somebody has terminated', async () => {
    const { id } = await requestLecture(door, ask());
    await callers.client.workflow.getHandle(lectureWorkflowId(id)).terminate();
    expect(await requestLecture(door, ask())).toMatchObject({ id, joined: true });
    expect(await describeRun(id)).toMatchObject({ status: { name: 'RUNNING' } });
  });

  test('after a cancelled one is a new lecture', async () => {
    const { id } = await requestLecture(door, ask());
    await end(id, 'cancelled');
    const again = await requestLecture(door, ask());
    expect(again).toMatchObject({ joined: false });
    expect(again.id).not.toBe(id);
  });

  test.each<[string, Partial<LectureAsk>, string, RegExp]>([
    ['an unknown room', { room: 'no-room' }, 'NotFound', /longtake room list/],
    [
      'an end before the start',
      { hours: { date: '2026-09-14', start: '10:10', end: '09:00' } },
      'InputInvalid',
      /cannot end/,
    ],
    [
      'more than a day',
      { hours: { date: '2026-09-14', start: '10:10', end: '10:11', endDate: '2026-09-15' } },
      'InputInvalid',
      /a day at most/,
    ],
    ['hours that are none', { hours: { startAt: 'now', endAt: 'then' } }, 'InputInvalid', /ISO 8601/],
    ['an empty name', { spec: { name: ' ' } }, 'InputInvalid', /name: /],
    ['a name with a line break', { spec: { name: 'a\nb' } }, 'InputInvalid', /name: no control characters/],
    [
      'a user who is none',
      { spec: { name: 'x', users: ['me'] } },
      'InputInvalid',
      /users\.0: a mail address/,
    ],
  ])('with %s is refused and adds nothing', async (_, more, type, message) => {
    await expect(requestLecture(door, ask(more))).rejects.toMatchObject({
      type,
      message: expect.stringMatching(message) as string,
    });
    expect(await catalog.lectures.list({ roomId: room })).toEqual([]);
  });

  test('for a room without sources of pictures is refused and names the remedy', async () => {
    await catalog.rooms.removeSource(room, { role: 'lecturer', camera: `${room}-lecturer` });
    await catalog.rooms.addSource(room, { role: 'sound', camera: `${room}-lecturer` });
    await expect(requestLecture(door, ask())).rejects.toMatchObject({
      type: 'InputInvalid',
      details: { remedy: expect.stringContaining('room source add') as string },
    });
  });

  test.each([
    ['slashes and quotes', 'a/b: "c" \\ d'],
    ['three hundred bytes of pictures', '🎓'.repeat(75)],
    ['a thousand letters', 'x'.repeat(1000)],
    ['what other programs take for their own', "'; drop table -- %s {name} $(id) \u202e"],
  ])('may have a name of %s', async (_, name) => {
    const { id } = await requestLecture(door, ask({ spec: { name } }));
    expect((await lectureDocumentOf(catalog, id)).spec.name).toBe(name);
    expect((await describeRun(id)).status.name).toBe('RUNNING');
  });
});

describe('words', () => {
  const newLecture = async (): Promise<string> => (await requestLecture(door, ask())).id;

  test('reach the run there is', async () => {
    const id = await newLecture();
    await control.startLectureNow(door, id);
    await control.retryLecture(door, id);
    await control.changeLecture(door, { id, hours: { end: '11:20' }, name: 'Trees', layout: 'single' });
    await control.renderLecture(door, { id, overrides: [{ slot: 1, right: 'board' }] });
    await control.cancelLecture(door, { id, undo: false });
    expect(await words(id)).toEqual([
      'startNow',
      'retry',
      'lectureChanged',
      ['choosePane', { slot: 1, right: 'board' }],
      ['cancel', { undo: false }],
    ]);
    expect(await lectureDocumentOf(catalog, id)).toMatchObject({
      endAt: '2026-09-14T08:20:00Z',
      spec: { name: 'Trees', layout: 'single', overrides: [{ slot: 1, right: 'board' }] },
    });
  });

  test.each([
    ['retry', (id: string) => control.retryLecture(door, id), 'retry'],
    ['change', (id: string) => control.changeLecture(door, { id, name: 'Trees' }), 'lectureChanged'],
    [
      'render',
      (id: string) => control.renderLecture(door, { id, overrides: [{ slot: 0, right: 'none' }] }),
      ['choosePane', { slot: 0, right: 'none' }],
    ],
  ] as const)('%s begins a lecture again that has ended, with its word', async (_, send, word) => {
    const id = await newLecture();
    const { runId } = await describeRun(id);
    await end(id, 'incomplete');
    await send(id);
    expect((await describeRun(id)).runId).not.toBe(runId);
    expect(await callers.heard(id)).toEqual({ input: { lectureId: id, rerun: true }, words: [word] });
  });

  test('for a slot join those of other slots, and auto takes one back', async () => {
    const id = await newLecture();
    const render = (overrides: Parameters<typeof control.renderLecture>[1]['overrides']) =>
      control.renderLecture(door, { id, overrides });
    await render([
      { slot: 2, right: 'board' },
      { slot: 0, right: 'filler' },
    ]);
    await render([{ slot: 2, right: 'auto' }]);
    expect((await lectureDocumentOf(catalog, id)).spec.overrides).toEqual([{ slot: 0, right: 'filler' }]);
    expect(await words(id)).toHaveLength(3);
    await expect(render([{ slot: 4, right: 'board' }])).rejects.toThrow(/has no slot 4: they are 0 to 3/);
  });

  test('cancel ends what never ran, refuses what is published, and undoes it when told so', async () => {
    const { row } = await catalog.lectures.add({
      ...{ id: 'l-20260914-old1', roomId: room, startMs: 1_800_000_000_000, endMs: 1_800_003_600_000 },
      spec: { name: 'x', users: [], courses: [], right: 'auto', overrides: [], source: 'calendar' },
    });
    await control.cancelLecture(door, { id: row.id, undo: false });
    expect(await words(row.id)).toEqual([['cancel', { undo: false }]]);
    const id = await newLecture();
    await end(id, 'complete');
    await expect(control.cancelLecture(door, { id, undo: false })).rejects.toThrow(
      /is published \(complete\)/,
    );
    await control.cancelLecture(door, { id, undo: true });
    expect(await words(id)).toEqual([['cancel', { undo: true }]]);
    await end(id, 'cancelled');
    const { runId } = await describeRun(id);
    await control.cancelLecture(door, { id, undo: false });
    expect((await describeRun(id)).runId).toBe(runId);
  });

  test('to a cancelled lecture, to one that does not run, or to none are refused with a remedy', async () => {
    const id = await newLecture();
    await end(id, 'failed');
    await expect(control.startLectureNow(door, id)).rejects.toMatchObject({ type: 'NotFound' });
    await catalog.lectures.record(id, { state: 'cancelled' });
    await expect(control.retryLecture(door, id)).rejects.toThrow(/is cancelled/);
    await expect(control.changeLecture(door, { id, name: 'x' })).rejects.toThrow(/is cancelled/);
    await expect(control.retryLecture(door, 'l-none')).rejects.toThrow(/longtake lecture list/);
  });

  test('of a change to hours that another lecture has change nothing', async () => {
    const id = await newLecture();
    await requestLecture(door, ask({ hours: { date: '2026-09-14', start: '12:00', end: '13:00' } }));
    const hours = { start: '12:00', end: '13:00' };
    await expect(control.changeLecture(door, { id, hours })).rejects.toMatchObject({ type: 'InputInvalid' });
    expect(await words(id)).toEqual([]);
  });

  test('are answered while it runs, and undefined when it never did', async () => {
    const id = await newLecture();
    expect(await control.queryLecture(callers.client, id)).toMatchObject({
      slots: { total: 3, composed: 1 },
    });
    expect(await control.queryLecture(callers.client, 'l-none')).toBeUndefined();
    expect(await control.lectureRunStatus(callers.client, id)).toBe('RUNNING');
    expect(await control.lectureRunStatus(callers.client, 'l-none')).toBeUndefined();
  });
});

test('documents show what a lecture came to, the list its link and the latest first', async () => {
  const { id } = await requestLecture(door, ask());
  const slot = { index: 0, left: 'lecturer', right: 'board', reason: 'screen blank (share 1.00)' } as const;
  const startMs = Date.parse('2026-09-14T07:00:00Z');
  await catalog.lectures.record(id, {
    state: 'incomplete',
    reason: 'The course is unknown.',
    outcome: {
      missingSeconds: 12.5,
      slots: [{ ...slot, screenBlankShare: 1, startMs, endMs: startMs + 1_800_000 }],
      files: [{ role: 'main', path: 'lectures/504/x.mp4', sizeBytes: 5, sha256: 'ab', durationSeconds: 9 }],
    },
  });
  const url = 'https://drive.google.com/file/d/1';
  const main = { lectureId: id, kind: 'drive', target: 'main' } as const;
  await catalog.publications.record({ ...main, state: 'done', externalId: '1', url });
  await catalog.publications.record({
    ...{ lectureId: id, kind: 'announcement', target: 'БИ-241', state: 'failed', reason: 'No such course.' },
  });
  const document = lectureDocument.parse(await lectureDocumentOf(catalog, id));
  expect(document).toMatchObject({
    state: 'incomplete',
    reason: 'The course is unknown.',
    missingSeconds: 12.5,
    driveUrl: url,
    slots: [{ ...slot, startAt: '2026-09-14T07:00:00Z', endAt: '2026-09-14T07:30:00Z' }],
    publications: expect.arrayContaining([
      expect.objectContaining({ kind: 'announcement', state: 'failed' }),
    ]) as unknown,
  });
  const later = await requestLecture(
    door,
    ask({ hours: { date: '2026-09-15', start: '09:00', end: '10:00' } }),
  );
  const list = lectureList.parse(await lectureListOf(catalog, { room }));
  expect(list.map((one) => [one.id, one.state, one.missingSeconds, one.driveUrl])).toEqual([
    [later.id, 'pending', 0, undefined],
    [id, 'incomplete', 12.5, url],
  ]);
  expect(await lectureListOf(catalog, { state: 'incomplete', room, limit: 5 })).toHaveLength(1);
  expect(await lectureListOf(catalog, { room: 'no-room' })).toEqual([]);
});
