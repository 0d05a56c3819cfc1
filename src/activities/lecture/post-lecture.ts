// One post a course: noted before it is sent, so that whoever comes after a crash knows that there may be one already.
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { PublicationState } from '../../contract/lecture-messages.ts';
import { inStep } from '../../domain/fault-point.ts';
import { postOnce } from '../../google/classroom-once.ts';
import { vouchedFor } from '../vouching.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { titleOf } from './open-lecture.ts';
import { callsSeconds, requireGoogle } from './require-google.ts';
import type { Published } from './types.ts';
import { uploadedVideo } from './uploaded-video.ts';
import type { UploadedVideo } from './uploaded-video.ts';

interface PostRequest {
  lectureId: string;
  course: string;
  /** A person has looked: a post whose fate is unclear may be sent. */
  force: boolean;
}

const sending = 'It was being sent when the work broke off.';
const looked = 'A person has looked: it is posted again.';

export async function postLecture(deps: LectureDeps, request: PostRequest): Promise<Published> {
  requireGoogle(deps);
  const { publications } = deps.catalog;
  const known = await readLecture(deps, request.lectureId);
  const kind = known.room.spec.classroom === 'material' ? 'material' : 'announcement';
  const place = { lectureId: request.lectureId, kind, target: request.course } as const;
  const video = await uploadedVideo(deps, request.lectureId);
  const { state } = await publications.reserve(place);
  if (state === 'done') return { kind, target: request.course, state };
  const wasUnclear = state === 'unclear' && !(await isSettledByPerson(deps, { request, place }));
  return await inStep(deps.faultPoint, 'post', () =>
    vouchedFor(callsSeconds, () => post(deps, { known, place, video, wasUnclear })),
  );
}

/** The word counts once and is noted before anything is sent: a repeat of this call must not take it for what became of its own post. */
async function isSettledByPerson(
  { catalog }: LectureDeps,
  { request, place }: { request: PostRequest; place: PostPlace },
): Promise<boolean> {
  if (!request.force || activityInfo().attempt > 1) return false;
  await catalog.publications.record({ ...place, state: 'pending', reason: looked });
  return true;
}

type PostPlace = { lectureId: string; kind: 'announcement' | 'material'; target: string };

interface Posting {
  known: KnownLecture;
  place: PostPlace;
  video: UploadedVideo;
  wasUnclear: boolean;
}

async function post(deps: LectureDeps, { known, place, video, wasUnclear }: Posting): Promise<Published> {
  const { classroom } = requireGoogle(deps);
  const { publications, courseCodes } = deps.catalog;
  const { kind, target } = place;
  const note = (state: PublicationState, reason?: string): Promise<void> =>
    publications.record({ ...place, state, ...(reason ? { reason } : {}) });
  const courseId = await classroom.findCourse(target, {
    known: (code) => courseCodes.get(code),
    ...(deps.lecture.settings.courseSheet ? { sheet: deps.lecture.settings.courseSheet } : {}),
  });
  const posted = await postOnce(classroom, {
    ...{ courseId, kind, ...video, title: known.row.spec.name, text: titleOf(known) },
    sinceMs: known.row.createdMs,
    wasUnclear,
    pauseMs: deps.lecture.settings.postPauseMs,
    onStep: (step) => (step === 'sending' ? note('unclear', sending) : note('pending')),
    signal: cancellationSignal(),
  });
  if (posted.state === 'unclear') {
    await note('unclear', posted.reason);
    return { kind, target, ...posted };
  }
  const { postId: externalId, url } = posted;
  // The course's number stands with the post: taking it back needs both.
  await publications.record({ ...place, state: 'done', externalId: `${courseId}/${externalId}`, url });
  return { kind, target, state: 'done' };
}
