// Google and the line to it failing in every way: one of everything all the same, or a question to a person and nothing twice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeLecture, retryLecture } from '../../../../src/client/lecture-control.ts';
import { eventually } from '../../../setup/eventually.ts';
import { type LectureTheatre, openLectureTheatre, patienceMs } from './lecture-theatre.ts';
import { runTrials } from './lost-answers.ts';
import { eventOf, orderLecture, postsOf } from './ordered-lecture.ts';
import { expectSettledOnce } from './settle.ts';

const create = { api: 'classroom.courses.announcements.create' };

let theatre: LectureTheatre;

beforeAll(async () => {
  theatre = await openLectureTheatre();
  await theatre.calm();
});

afterAll(() => theatre?.[Symbol.asyncDispose]());

test.concurrent(
  'lost requests, lost answers and refusals at random calls end in one of everything',
  async () => {
    const trials = await runTrials(theatre, { trials: 12, seed: 5, lanes: 2, killShare: 0.1 });
    expect(trials.length).toBe(12);
  },
  patienceMs,
);

test.concurrent(
  'a person’s word to post again counts once: a worker that dies after posting leaves a question, not a second post',
  async () => {
    await using stage = await theatre.openStage('asked-again');
    using lecture = await orderLecture(stage, 'room');
    const { google } = stage;
    google.script([{ on: create, do: 'drop' }]);
    const first = stage.addWorker();
    await first.ready;
    const lectureId = await lecture.request();
    expect(await lecture.end()).toMatchObject({ state: 'incomplete' });
    expect(postsOf(stage, lecture.courseId)).toEqual(lecture.before.posts);
    // From here on nobody sees what is posted.
    google.classroom.listLagSeconds = 3600;
    google.script([{ on: create, do: 'applyThenHang' }]);
    await retryLecture(stage, lectureId);
    await eventually(() => postsOf(stage, lecture.courseId).length === 2, { what: 'a post' });
    await first.kill();
    await stage.addWorker().ready;
    expect(await lecture.end()).toMatchObject({ state: 'incomplete' });
    expect(postsOf(stage, lecture.courseId).length).toBe(2);
    google.classroom.listLagSeconds = 0;
    await retryLecture(stage, lectureId);
    const { published: calm } = await theatre.calm();
    await expectSettledOnce({ lecture, lectureId, calm, where: 'asked again' });
  },
  patienceMs,
);

test.concurrent(
  'a permission that is taken back stops nothing but Google’s places, and given back is settled by a retry',
  async () => {
    await using stage = await theatre.openStage('revoked');
    using lecture = await orderLecture(stage, 'room');
    const { accounts } = stage.google;
    const person = accounts.all.get(stage.ids.subject)!;
    await stage.addWorker().ready;
    const begun = stage.steps.next(({ name }) => name === 'join.after');
    const lectureId = await lecture.request();
    await begun;
    accounts.all.delete(stage.ids.subject);
    const { state, reason } = await lecture.end();
    expect(state).toBe('incomplete');
    expect(reason).toContain('drive');
    expect(postsOf(stage, lecture.courseId)).toEqual(lecture.before.posts);
    accounts.all.set(stage.ids.subject, person);
    await retryLecture(stage, lectureId);
    const { published: calm } = await theatre.calm();
    await expectSettledOnce({ lecture, lectureId, calm, where: 'revoked' });
  },
  patienceMs,
);

test.concurrent(
  'a video that is made anew takes the place of the published one, even when the first request of that fails',
  async () => {
    await using stage = await theatre.openStage('anew');
    using lecture = await orderLecture(stage, 'room');
    await stage.addWorker().ready;
    const lectureId = await lecture.request();
    await lecture.end();
    const videos = () => stage.google.files().filter(({ mimeType }) => mimeType === 'video/mp4');
    const before = videos();
    stage.google.script([{ on: { api: 'drive.upload.start' }, do: 'drop', times: 6 }]);
    await changeLecture(stage, { id: lectureId, layout: 'picture-in-picture' });
    expect(await lecture.end()).toMatchObject({ state: 'complete' });
    const after = videos();
    const ids = (files: typeof after) => files.map(({ id }) => id).toSorted();
    expect(ids(after)).toEqual(ids(before));
    expect(after.some(({ isTrashed }) => isTrashed)).toBe(false);
    const shas = new Set(before.map(({ sha256 }) => sha256));
    expect(after.filter(({ sha256 }) => !shas.has(sha256)).length).toBe(1);
    expect((eventOf(stage, lecture.event) as { attachments: object[] }).attachments.length).toBe(2);
    expect(postsOf(stage, lecture.courseId).length).toBe(2);
  },
  patienceMs,
);
