// Chapters of a composed lecture: one at each slot, which is also where panes change, named by the clock and by what is seen.
import { localParts } from './calendar.ts';
import type { LectureSlot } from './lecture-slots.ts';
import type { LeftChoice, RightChoice, SlotChoice } from './pane-choice.ts';

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

/** In order, the first at 0. @param slots of the lecture in order, with what was chosen for them; clock times are those of the zone */
export function lectureChapters(lecture: {
  timeZone: string;
  slots: readonly (Pick<LectureSlot, 'fromMs'> & Pick<SlotChoice, 'left' | 'right'>)[];
}): Chapter[] {
  const startMs = lecture.slots[0]?.fromMs ?? 0;
  return lecture.slots.map(({ fromMs, left, right }) => {
    const { hh, mm } = localParts(fromMs, lecture.timeZone);
    const seen = [leftWords[left], rightWords[right]].filter((word) => word !== undefined);
    return {
      startSeconds: (fromMs - startMs) / 1000,
      title: `${hh}:${mm} ${seen.join(' and ') || 'no picture'}`,
    };
  });
}
