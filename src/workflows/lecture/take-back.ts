// Takes back what a cancelled lecture has published, where it was asked for, and says what became of it.
import type { Published } from '../../activities/lecture/types.ts';
import { describeFailure } from '../fail.ts';
import { lectureRows, outside } from '../proxies.ts';
import { showPublished } from './lecture-state.ts';
import type { LectureWork } from './lecture-state.ts';

/** Answers the lecture's last reason: a lecture that cannot be taken back is cancelled all the same, and says so. */
export async function takeBack(work: LectureWork): Promise<string> {
  if (!work.orders.cancel?.undo) return 'Cancelled.';
  try {
    return leftText((await undo(work)).filter(({ state }) => state !== 'undone'));
  } catch (error) {
    return `Cancelled, but what was published could not be taken back: ${describeFailure(error).message}`;
  }
}

async function undo(work: LectureWork): Promise<Published[]> {
  const { lectureId } = work.input;
  // The order may be the first word of a run that takes back what an earlier one has published.
  work.opened ??= await lectureRows.openLecture({ lectureId, overrides: [] });
  const { timing } = work.opened;
  const { undoLecture } = outside({ timing, summary: 'take back what was published' });
  const undone = await undoLecture({ lectureId });
  for (const published of undone) showPublished(work, published);
  return undone;
}

function leftText(left: readonly Published[]): string {
  if (left.length === 0) return 'Cancelled.';
  const places = left.map(({ kind, target, reason }) => `${kind} ${target}${reason ? ` (${reason})` : ''}`);
  return `Cancelled, but not all could be taken back: ${places.join(', ')}.`;
}
