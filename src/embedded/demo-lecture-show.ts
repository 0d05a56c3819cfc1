// Whether the lecture demo came to what its recordings hold.
import type { LectureDocument } from '../contract/lecture.ts';
import type { SeenAtGoogle } from './demo-lecture-google.ts';

/** By slot: slides, a screen without a signal, no lecturer, slides again. */
const expectedPanes = ['lecturer+screen', 'lecturer+board', 'none+screen', 'lecturer+screen'];

/** What is not as it was recorded; empty when all is proved. */
export function lectureDoubts(lecture: LectureDocument, seen: SeenAtGoogle): string[] {
  const doubts: string[] = [];
  if (lecture.state !== 'incomplete')
    doubts.push(`a lecture without one of its files should be incomplete, it is ${lecture.state}`);
  for (const [slot, expected] of expectedPanes.entries()) {
    const found = lecture.slots.find(({ index }) => index === slot);
    const panes = found ? `${found.left}+${found.right}` : 'nothing';
    if (panes !== expected) doubts.push(`slot ${slot} should show ${expected}, it shows ${panes}`);
  }
  const main = lecture.files.find(({ role }) => role === 'main');
  const lengthSeconds = (Date.parse(lecture.endAt) - Date.parse(lecture.startAt)) / 1000;
  if (Math.abs((main?.durationSeconds ?? 0) - lengthSeconds) > 0.1)
    doubts.push(`the video should last ${lengthSeconds} s, it lasts ${main?.durationSeconds ?? 0} s`);
  const notDone = lecture.publications.filter(({ state }) => state !== 'done');
  for (const { kind, target, reason } of notDone)
    doubts.push(`${kind} ${target} is not done: ${reason ?? ''}`);
  if (seen.attachments[0]?.title !== 'Programme') doubts.push('the event should keep the link it had');
  if (seen.attachments.length < 2) doubts.push('the event should have the video attached');
  if (seen.posts.length !== 1) doubts.push(`the course should have one post, it has ${seen.posts.length}`);
  return doubts;
}
