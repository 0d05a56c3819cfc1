// One lecture from request to published video, with real servers and real files: what the video shows and sounds like, and where it went.
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lectureWorkflowId } from '../../../src/contract/ids.ts';
import type { LectureDocument } from '../../../src/contract/lecture.ts';
import type { SourceRole } from '../../../src/contract/lecture-messages.ts';
import type { ClipSpec } from '../../fakes/clips.ts';
import { startLectureStack } from './lecture-stack.ts';
import type { LectureStack } from './lecture-stack.ts';
import { attachedTo, fileOf, filesBelow, onDrive, postsOf, sha256Of } from './published-lecture.ts';
import { beepsOf, flashesOf, probe, shownIn } from './seen-pictures.ts';

/** Five seconds into each file the picture turns white and, with the lecturer, a tone sounds. */
const beat = (role: SourceRole): Partial<ClipSpec> => ({
  videoFilter: "drawbox=color=white:t=fill:enable='between(t,5,5.29)'",
  ...(role === 'lecturer' ? { outputArgs: ['-af', "volume=0:enable='not(between(t,5,5.3))'"] } : {}),
});

let place: LectureStack;
let id: string;
let eventId: string;
let document: LectureDocument;
const sources: Record<string, string> = {};

beforeAll(async () => {
  place = await startLectureStack();
  const { ids } = place;
  await place.addRoom('101', { name: 'Room 101' });
  for (const slot of [0, 1, 2]) {
    for (const role of ['lecturer', 'screen', 'board'] as const) {
      if (slot === 1 && role === 'screen') continue;
      sources[`${role} ${slot}`] = await place.record('101', role, slot, beat(role));
    }
  }
  eventId = await place.addEvent();
  id = await place.request('101', {
    event: { calendarId: ids.calendarId, eventId },
    spec: { courses: [ids.courseCode], users: ['teacher@school.test'] },
  });
  await place.end(id);
  document = await place.show(id);
});
afterAll(() => place[Symbol.asyncDispose]());

const pathOf = (role: Parameters<typeof fileOf>[1]): string => place.stack.media(fileOf(document, role).path);

describe('a lecture of three slots, the screen of the second of which is missing', () => {
  it('is complete, with its choices and files in its document', () => {
    expect(document.reason).toBeUndefined();
    expect(document).toMatchObject({ state: 'complete', missingSeconds: 0 });
    expect(document.slots.map(({ left, right }) => [left, right])).toEqual([
      ['lecturer', 'screen'],
      ['lecturer', 'board'],
      ['lecturer', 'screen'],
    ]);
    expect(document.slots[1]!.reason).toBe('no screen');
    expect(document.slots.map(({ startAt }) => startAt.slice(11, 19))).toEqual([
      '10:00:03',
      '10:00:10',
      '10:00:20',
    ]);
    expect(document.files.map(({ role }) => role)).toEqual(['main', 'backup', 'poster', 'thumbnails']);
    expect(fileOf(document, 'main').path).toBe('lectures/101/2026-01-05/Graph_theory_10-00_10-00.mp4');
  });

  it('shows each source in its pane, in every slot', async () => {
    const path = pathOf('main');
    const shown = async (pane: 'left' | 'right', atSeconds: number): Promise<string> => {
      const wall = atSeconds + 3;
      const slot = Math.floor(wall / 10);
      const seconds = wall - slot * 10;
      const known = Object.entries(sources).filter(([name]) => name.endsWith(String(slot)));
      const moments = known.map(([name, file]) => [name, { path: file, seconds }] as const);
      return await shownIn(pane, { path, seconds: atSeconds }, Object.fromEntries(moments));
    };
    for (const [at, left, right] of [
      [4.5, 'lecturer 0', 'screen 0'],
      [9.5, 'lecturer 1', 'board 1'],
      [22.8, 'lecturer 2', 'screen 2'],
    ] as const) {
      expect(await shown('left', at)).toBe(left);
      expect(await shown('right', at)).toBe(right);
    }
  });

  it('is exact to the frame, both panes in step, and the sound with them', async () => {
    const path = pathOf('main');
    const { left, right } = await flashesOf(path);
    expect({ left, right }).toEqual({ left: [20, 120, 220], right: [20, 120, 220] });
    const beeps = await beepsOf(path);
    expect(beeps).toHaveLength(3);
    [2, 12, 22].forEach((seconds, at) => expect(Math.abs(beeps[at]! - seconds)).toBeLessThan(0.06));
    expect(await probe(path)).toMatchObject({ frames: 240, size: '320x90', codecs: ['h264', 'aac'] });
    expect(fileOf(document, 'main').durationSeconds).toBeCloseTo(24, 1);
  });

  it('has chapters at its slots, a backup, a poster and a sheet of thumbnails', async () => {
    expect((await probe(pathOf('main'))).chapters).toEqual([
      { startSeconds: 0, title: '10:00 lecturer and screen' },
      { startSeconds: 7, title: '10:00 lecturer and board' },
      { startSeconds: 17, title: '10:00 lecturer and screen' },
    ]);
    const backup = await probe(pathOf('backup'));
    expect(Math.abs(backup.durationSeconds - 24)).toBeLessThan(0.5);
    const screen = { screen: { path: sources['screen 0']!, seconds: 4.5 } };
    expect(await shownIn('copy', { path: pathOf('backup'), seconds: 1.5 }, screen)).toBe('screen');
    expect((await probe(pathOf('poster'))).size).toBe('320x90');
    expect((await probe(pathOf('thumbnails'))).frames).toBe(1);
  });

  it('stands once on Drive, in the folder of its day, byte for byte', () => {
    const files = onDrive(place, id);
    expect(files.map(({ name }) => name).toSorted()).toEqual([
      'Graph_theory_10-00_10-00.mp4',
      'Graph_theory_10-00_10-00_backup.mp4',
    ]);
    for (const role of ['main', 'backup'] as const) {
      const { sha256, sizeBytes, path } = fileOf(document, role);
      const file = files.find((one) => path.endsWith(one.name))!;
      expect([file.sha256, file.sizeBytes]).toEqual([sha256, sizeBytes]);
      expect(sha256Of(place.stack.media(path))).toBe(sha256);
      const folder = place.google.files().find((one) => one.id === file.parentId);
      expect(folder).toMatchObject({ name: '2026-01-05', parentId: place.ids.folderId });
      expect(file.permissions).toEqual([]);
    }
    expect(document.driveUrl).toContain(files.find(({ name }) => !name.includes('backup'))!.id);
  });

  it('is attached beside what was attached before, and posted once', () => {
    const { externalId = '' } = document.publications.find(
      ({ kind, target }) => kind === 'drive' && target === 'main',
    )!;
    expect(attachedTo(place, eventId)).toEqual(['Notes', 'Graph theory']);
    expect(postsOf(place, externalId)).toEqual([{ kind: 'announcements', state: 'PUBLISHED' }]);
    expect(
      document.publications.map(({ kind, target, state }) => `${kind} ${target} ${state}`).toSorted(),
    ).toEqual([
      `announcement ${place.ids.courseCode} done`,
      'calendar event done',
      'drive backup done',
      'drive main done',
    ]);
  });

  it('leaves its videos on the host, and neither slots nor work', async () => {
    const { path } = fileOf(document, 'main');
    expect(filesBelow(place, dirname(path))).toHaveLength(5);
    expect(filesBelow(place, '.work')).toEqual([]);
    const mp4s = filesBelow(place, '').filter((file) => file.endsWith('.mp4'));
    expect(mp4s).toHaveLength(2);
  });

  it('shows its panes and places as tables in the Web UI', async () => {
    const handle = place.stack.client.workflow.getHandle(lectureWorkflowId(id));
    const { currentDetails } = (await handle.query('__temporal_workflow_metadata')) as {
      currentDetails: string;
    };
    expect(currentDetails).toContain('Graph theory, 2026-01-05 10:00–10:00');
    expect(currentDetails).toMatch(/\| 1 \| [^|]+ \| lecturer \| board \| no screen \|/);
    expect(currentDetails).toMatch(/\| announcement \| MATH-101 \| done \|/);
    expect((await handle.describe()).searchAttributes).toMatchObject({
      LtState: ['complete'],
      LtRoom: ['101'],
    });
  });
});
