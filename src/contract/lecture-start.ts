// How a lecture's workflow is started, by whoever starts it.
import { localParts } from '../domain/calendar.ts';
import { lectureWorkflowId } from './ids.ts';
import type { LectureInput } from './lecture-messages.ts';
import { queues } from './queues.ts';
import { searchAttributes } from './search-attributes.ts';

export interface LectureStart {
  lectureId: string;
  roomId: string;
  name: string;
  startMs: number;
  endMs: number;
  /** Zone of the room, for the summary that people read. */
  timeZone: string;
  rerun?: boolean;
  attachOnly?: boolean;
}

/** Options of a start by a client, beside policies and a signal that comes with it. */
export const lectureStart = ({
  lectureId,
  roomId,
  startMs,
  rerun,
  attachOnly,
  ...lecture
}: LectureStart) => ({
  workflowId: lectureWorkflowId(lectureId),
  taskQueue: queues.main,
  args: [{ lectureId, ...(rerun ? { rerun } : {}), ...(attachOnly ? { attachOnly } : {}) }] satisfies [
    LectureInput,
  ],
  staticSummary: lectureSummaryText({ roomId, startMs, ...lecture }),
  typedSearchAttributes: [
    { key: searchAttributes.capability, value: 'lecture' },
    { key: searchAttributes.room, value: roomId },
    { key: searchAttributes.state, value: 'pending' },
    { key: searchAttributes.startsAt, value: new Date(startMs) },
  ],
});

// The server takes 400 bytes with the quotes around them; a letter is 4 bytes at most.
const mostNameLetters = 60;

/** `A101, 2026-09-14 10:10–11:40, Graph theory`: what stands beside the lecture in the Web UI. */
export function lectureSummaryText({
  roomId,
  name,
  startMs,
  endMs,
  timeZone,
}: Omit<LectureStart, 'lectureId' | 'rerun' | 'attachOnly'>): string {
  const from = localParts(startMs, timeZone);
  const to = localParts(endMs, timeZone);
  const letters = [...name];
  const short =
    letters.length > mostNameLetters ? `${letters.slice(0, mostNameLetters - 1).join('')}…` : name;
  return `${roomId}, ${from.date} ${from.hh}:${from.mm}–${to.hh}:${to.mm}, ${short}`;
}
