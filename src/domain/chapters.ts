// Chapters of a composed lecture: one at each slot, which is also where panes change, named by the clock and by what is seen.
import { localParts } from './calendar.ts';
import type { LeftChoice, RightChoice, SlotChoice } from './pane-choice.ts';
import { msFromIso } from './range.ts';

export interface Chapter {
  /** From the beginning of the video. */
  startSeconds: number;
  /** `10:30 lecturer and board` */
  title: string;
}

const leftWords: Record<LeftChoice, string | undefined> = {
  lecturer: 'lecturer',
  filler: undefined,
  none: undefined,
};

const rightWords: Record<RightChoice, string | undefined> = {
  screen: 'screen',
  board: 'board',
  'screen-still': 'last picture of the screen',
  filler: undefined,
  none: undefined,
};

/**
 * In order, the first at 0.
 * @param lecture slots in order, `fromAt` in ISO 8601; choices in any order, by index; clock times in titles are those of the zone
 */
export function lectureChapters(lecture: {
  startMs: number;
  timeZone: string;
  slots: readonly { index: number; fromAt: string }[];
  choices: readonly Pick<SlotChoice, 'index' | 'left' | 'right'>[];
}): Chapter[] {
  const choices = new Map(lecture.choices.map((choice) => [choice.index, choice]));
  return lecture.slots.map(({ index, fromAt }) => {
    const fromMs = msFromIso(fromAt);
    const { hh, mm } = localParts(fromMs, lecture.timeZone);
    return {
      startSeconds: (fromMs - lecture.startMs) / 1000,
      title: `${hh}:${mm} ${seenIn(choices.get(index))}`,
    };
  });
}

function seenIn(choice: Pick<SlotChoice, 'left' | 'right'> | undefined): string {
  const seen = choice ? [leftWords[choice.left], rightWords[choice.right]] : [];
  return seen.filter((word) => word !== undefined).join(' and ') || 'no picture';
}
