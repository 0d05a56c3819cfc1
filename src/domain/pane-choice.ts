// Which picture stands in each pane of each slot, from what the slots' files show. Pure: the workflow decides with it.

/** What stands in the right pane. `screen-still`: the screen's last good picture; `filler`: a caption; `none`: the left pane alone. */
export const rightChoices = ['screen', 'board', 'screen-still', 'filler', 'none'] as const;
export type RightChoice = (typeof rightChoices)[number];

/** `none`: no lecturer was recorded, the right pane stands alone. */
export const leftChoices = ['lecturer', 'filler', 'none'] as const;
export type LeftChoice = (typeof leftChoices)[number];

/** What is known of one source in one slot. */
export type SourceState = 'absent' | 'blank' | 'picture';

export interface SlotFacts {
  index: number;
  lecturer: SourceState;
  screen: SourceState;
  board: SourceState;
  /** Whether a source with sound is there. */
  sound: 'sound' | 'lecturer' | 'none';
  /** Share of the screen's sampled pictures that are blank, 0 to 1; absent without a screen. */
  screenBlankShare?: number;
  /** Mean absolute difference of the sampled pictures to the nearest no-signal picture, 0 to 255; absent when none is stored. */
  noSignalDistance?: number;
}

export interface SlotChoice {
  index: number;
  left: LeftChoice;
  right: RightChoice;
  /** Why, in a few words for people: `screen blank (share 1.00)`. */
  reason: string;
}
