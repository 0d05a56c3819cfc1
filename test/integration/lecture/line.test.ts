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
    console.log(JSON.stringify({ result, document }, null, 1));
    expect(result).toMatchObject({ state: 'complete' });
  });
});
