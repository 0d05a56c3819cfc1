// One post a course: noted before it is sent, so that whoever comes after a crash knows that there may be one already.
import { cancellationSignal } from '@temporalio/activity';
import type { PublicationState } from '../../contract/lecture-messages.ts';
import { postOnce } from '../../google/classroom-once.ts';
import type { PostOnce } from '../../google/classroom-once.ts';
import { vouchedFor } from '../vouching.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import { titleOf } from './open-lecture.ts';
import { callsSeconds, requireGoogle } from './require-google.ts';
import type { Published } from './types.ts';
import { uploadedVideo } from './uploaded-video.ts';

interface PostRequest {
  lectureId: string;
  course: string;
  /** A person has looked: a post whose fate is unclear may be sent. */
  force: boolean;
}

const sending = 'It was being sent when the work broke off.';

export async function postLecture(deps: LectureDeps, request: PostRequest): Promise<Published> {
  const { classroom } = requireGoogle(deps);
  const { publications, courseCodes } = deps.catalog;
  const known = await readLecture(deps, request.lectureId);
  const { row, room } = known;
  const kind = room.spec.classroom === 'material' ? 'material' : 'announcement';
  const place = { lectureId: request.lectureId, kind, target: request.course } as const;
  const video = await uploadedVideo(deps, request.lectureId);
  const before = await publications.reserve(place);
  const answer = { kind, target: request.course } as const;
  if (before.state === 'done') return { ...answer, state: 'done' };
  const note = (state: PublicationState, reason?: string): Promise<void> =>
    publications.record({ ...place, state, ...(reason ? { reason } : {}) });
  return await vouchedFor(callsSeconds, async () => {
    const courseId = await classroom.findCourse(request.course, {
      known: (code) => courseCodes.get(code),
      ...(deps.lecture.settings.courseSheet ? { sheet: deps.lecture.settings.courseSheet } : {}),
    });
    const ask: PostOnce = {
      ...{ courseId, kind, ...video, title: row.spec.name, text: titleOf(known) },
      sinceMs: row.createdMs,
      wasUnclear: before.state === 'unclear',
      force: request.force,
      pauseMs: deps.lecture.settings.postPauseMs,
      onStep: (step) => (step === 'sending' ? note('unclear', sending) : note('pending')),
      signal: cancellationSignal(),
    };
    const posted = await postOnce(classroom, ask);
    if (posted.state === 'unclear') {
      await note('unclear', posted.reason);
      return { ...answer, ...posted };
    }
    const { postId: externalId, url } = posted;
    // The course's number stands with the post: taking it back needs both.
    await publications.record({ ...place, state: 'done', externalId: `${courseId}/${externalId}`, url });
    return { ...answer, state: 'done' };
  });
}
