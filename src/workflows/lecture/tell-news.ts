// Tells a lecture's news to whoever asked to hear it.
import type { LectureNews } from '../../activities/lecture/types.ts';
import { outside } from '../proxies.ts';
import type { LectureWork } from './lecture-state.ts';

/** Webhooks are told; that they cannot be reached changes nothing of the lecture. */
export async function tellNews(work: LectureWork, news: LectureNews, reason?: string): Promise<void> {
  if (!work.opened) return;
  const { notifyLecture } = outside({ timing: work.opened.timing, summary: `tell: ${news}` });
  const { lectureId } = work.input;
  try {
    await notifyLecture({ lectureId, news, ...(reason ? { reason } : {}) });
  } catch {
    // The activity has written down which of them did not hear.
  }
}
