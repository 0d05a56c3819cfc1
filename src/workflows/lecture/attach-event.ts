// Hangs the video of a published lecture on the event that the lecture was given since, and does nothing else.
import { isCancellation } from '@temporalio/workflow';
import type { OpenedLecture, Published } from '../../activities/lecture/types.ts';
import { describeFailure } from '../fail.ts';
import { lectureRows, outside } from '../proxies.ts';
import { showLecture, showPublished } from './lecture-state.ts';
import type { LectureWork } from './lecture-state.ts';
import type { LectureEnd } from './publish-video.ts';

/** Undefined when the lecture is not published: it is begun as any other, and attached at its end. */
export async function attachEvent(work: LectureWork): Promise<LectureEnd | undefined> {
  const { lectureId } = work.input;
  const opened = await lectureRows.openLecture({ lectureId, overrides: [] });
  work.opened = opened;
  const { state, reason, publish } = opened;
  if (state !== 'complete' && state !== 'incomplete') return undefined;
  const before: LectureEnd = { state, ...(reason ? { reason } : {}) };
  const published: Published =
    publish.drive && publish.calendar
      ? await attach(work, opened)
      : { kind: 'calendar', target: 'event', state: 'done' };
  if (published.state === 'done') {
    showLecture(work, state, reason);
    return before;
  }
  const refusal = `calendar event failed: ${published.reason ?? 'no reason'}`;
  const end: LectureEnd = { state: 'incomplete', reason: reason ? `${reason} ${refusal}` : refusal };
  await lectureRows.recordLecture({ lectureId, ...end, refused: [published] });
  showLecture(work, end.state, end.reason);
  return end;
}

async function attach(work: LectureWork, { timing }: OpenedLecture): Promise<Published> {
  const { lectureId } = work.input;
  showLecture(work, 'attaching');
  const { attachLecture } = outside({ timing, summary: 'attach to the event' });
  let published: Published;
  try {
    published = await attachLecture({ lectureId });
  } catch (error) {
    if (isCancellation(error)) throw error;
    published = {
      kind: 'calendar',
      target: 'event',
      state: 'failed',
      reason: describeFailure(error).message,
    };
  }
  showPublished(work, published);
  return published;
}
