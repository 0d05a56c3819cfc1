// Stands in for the lecture's workflow where callers are tested: keeps what it hears, and ends when it is told how.
import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import { roomChanged } from '../../src/contract/intake-messages.ts';
import * as messages from '../../src/contract/lecture-messages.ts';
import type { LectureInput, LectureProgress, LectureResult } from '../../src/contract/lecture-messages.ts';

export interface HeardByLecture {
  input: LectureInput;
  words: unknown[];
}

export const heardByLecture = defineQuery<HeardByLecture>('heard');
export const endLecture = defineSignal<[LectureResult['state']]>('end');

export async function lecture(input: LectureInput): Promise<LectureResult> {
  const words: unknown[] = [];
  let state: LectureResult['state'] | undefined;
  setHandler(messages.choosePane, (override) => void words.push(['choosePane', override]));
  setHandler(messages.lectureChanged, () => void words.push('lectureChanged'));
  setHandler(messages.startNow, () => void words.push('startNow'));
  setHandler(messages.retryLecture, () => void words.push('retry'));
  setHandler(messages.cancelLecture, (how) => void words.push(['cancel', how]));
  setHandler(endLecture, (how) => void (state = how));
  setHandler(heardByLecture, () => ({ input, words }));
  setHandler(messages.lectureProgress, (): LectureProgress => {
    const slots = { total: 3, composed: 1 };
    return {
      lectureId: input.lectureId,
      state: 'composing',
      slots,
      choices: [],
      files: [],
      publications: [],
    };
  });
  await condition(() => state !== undefined);
  return { lectureId: input.lectureId, state: state! };
}

/** The reader of a calendar, that reads nothing. */
export async function lectureIntake(): Promise<void> {
  setHandler(roomChanged, () => {});
  await condition(() => false);
}

export const count = defineUpdate<number, [{ by: number }]>('count');

/** Begins a new run after every second update, whatever comes in meanwhile. */
export async function restless({ sum }: { sum: number }): Promise<void> {
  let updates = 0;
  let total = sum;
  setHandler(count, ({ by }) => {
    updates += 1;
    return (total += by);
  });
  await condition(() => updates >= 2);
  await continueAsNew<typeof restless>({ sum: total });
}
