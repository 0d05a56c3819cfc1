// What Longtake relies on in Classroom: a course by its code, posts that are published, found again, and removed.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postOnce } from '../../src/google/classroom-once.ts';
import { createClassroom, type Classroom } from '../../src/google/classroom.ts';
import type { PostKind } from '../../src/google/classroom-types.ts';
import { eventually } from '../setup/eventually.ts';
import { askedPlace } from './asked-place.ts';
import { openPlace, type GooglePlace } from './google-place.ts';

let place: GooglePlace;
let classroom: Classroom;
beforeAll(async () => {
  place = await openPlace();
  classroom = createClassroom(place.connection);
});
// Absent when the environment was refused: that error alone is to be read.
afterAll(() => (place as GooglePlace | undefined)?.[Symbol.asyncDispose]());

/** A course that students never see is made by nobody else: an account without one runs the rest. */
const asked = askedPlace(process.env);
const kinds: PostKind[] = asked && !asked.course ? [] : ['announcement', 'material'];

for (const kind of kinds)
  it(`a post of the kind ${kind} is published, found again instead of made again, and removed`, async () => {
    const courseId = await classroom.findCourse(place.asked.course!);
    const { fileId, url } = await place.drive.upload(await place.video({ sizeBytes: 300 }));
    const ask = { courseId, kind, fileId, url, text: place.mark, title: place.mark, sinceMs: Date.now() };
    const posted = await postOnce(classroom, { ...ask, wasUnclear: false, pauseMs: 5000 });
    if (posted.state !== 'done') throw new Error(posted.reason);
    const { postId } = posted;
    place.notePost({ courseId, kind, postId });
    expect(
      await eventually(() => classroom.findPost(ask), { seconds: 120, what: 'the post in the list' }),
    ).toMatchObject({ postId });
    expect(await postOnce(classroom, { ...ask, wasUnclear: true, pauseMs: 5000 })).toMatchObject({ postId });
    expect(await classroom.removePost({ courseId, kind, postId })).toBe(true);
    expect(await classroom.removePost({ courseId, kind, postId })).toBe(false);
  });

it('a code that no course has is refused by name', async () => {
  await expect(classroom.findCourse(`no-course-${place.mark}`)).rejects.toMatchObject({
    message: expect.stringContaining(place.mark) as string,
  });
});
