// One lecture from request to published video, with real servers and real files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLectureStack } from './lecture-stack.ts';
import type { LectureStack } from './lecture-stack.ts';

let place: LectureStack;
beforeAll(async () => {
  place = await startLectureStack();
});
afterAll(() => place[Symbol.asyncDispose]());

describe('a lecture of three slots', () => {
  it('becomes one video on Drive, at its event and in its course', async () => {
    const { ids } = place;
    await place.addRoom('101');
    for (const slot of [0, 1, 2]) {
      await place.record('101', 'lecturer', slot);
      if (slot !== 1) await place.record('101', 'screen', slot);
      await place.record('101', 'board', slot);
    }
    const eventId = await place.addEvent();
    const id = await place.request('101', {
      event: { calendarId: ids.calendarId, eventId },
      spec: { courses: [ids.courseCode] },
    });
    const result = await place.end(id);
    const document = await place.show(id);
    expect(result).toMatchObject({ state: 'complete' });
    expect(document.slots.map(({ left, right }) => [left, right])).toEqual([
      ['lecturer', 'screen'],
      ['lecturer', 'board'],
      ['lecturer', 'screen'],
    ]);
    expect(document.files.find(({ role }) => role === 'main')?.durationSeconds).toBe(24);
    expect(document.publications.map(({ kind, state }) => [kind, state])).toEqual([
      ['announcement', 'done'],
      ['calendar', 'done'],
      ['drive', 'done'],
      ['drive', 'done'],
    ]);
    const event = place.google.events(ids.calendarId)[0]!;
    expect((event['attachments'] as { title: string }[]).map(({ title }) => title)).toEqual([
      'Notes',
      'Graph theory',
    ]);
    const main = document.files.find(({ role }) => role === 'main');
    expect(place.google.files().some((file) => file.sha256 === main?.sha256)).toBe(true);
    expect(place.google.posts()).toHaveLength(1);
  });
});
