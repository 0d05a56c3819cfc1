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

/** A right pane that a person chose for one slot. */
export interface SlotOverride {
  slot: number;
  right: RightChoice;
}

export interface PaneQuestion {
  /** All slots of the lecture, in order. */
  facts: readonly SlotFacts[];
  /** `auto`: the screen unless it is blank; `screen`, `board`: that one wherever it was recorded, even blank. */
  mode: 'auto' | 'screen' | 'board';
  /** Of two for one slot the last one holds. */
  overrides: readonly SlotOverride[];
}

/**
 * With blank shares between these two, a screen that comes or goes for a single slot proves nothing: a laptop that was asleep for some
 * minutes, or a screen that was looked at between two boards. Outside, the evidence is strong and one slot changes alone.
 */
const weakBlankShare = { above: 0.5, below: 0.95 };

type RightReason = Pick<SlotChoice, 'right' | 'reason'>;

/**
 * What stands in the panes of each slot.
 *
 * Right: the screen, unless it is blank; else the board, unless that is blank; else the screen's last good picture; else a filler, or
 * nothing at all when no slot of the lecture has anything to show there. A single slot between two that show the same source (screen or
 * board) shows it too, where it was recorded and its own blank share is weak evidence.
 * Left: the lecturer wherever one was recorded; else none, and the right pane stands alone.
 * An override changes its own slot and no other; one that asks for a source that was not recorded gets the next best and says so.
 */
export function choosePanes({ facts, mode, overrides }: PaneQuestion): SlotChoice[] {
  const first = facts.map((slot) => chooseRight(slot, { mode, hasStill: hasStill(facts, slot) }));
  const calm = mode === 'auto' ? withoutFlicker(facts, first) : first;
  const isRightEmpty = calm.every(({ right }) => right === 'filler');
  const chosen = new Map(overrides.map(({ slot, right }) => [slot, right]));
  return facts.map((slot, at) => {
    const wanted = chosen.get(slot.index);
    if (wanted !== undefined) return withLeft(slot, overridden(wanted, { slot, facts }));
    const { right, reason } = calm[at]!;
    const stands = isRightEmpty && slot.lecturer !== 'absent' ? 'none' : right;
    return withLeft(slot, { right: stands, reason });
  });
}

/** The slot whose screen gives the still picture for this one: the latest up to it that was not blank all the time; undefined for none. */
export function stillSlotOf(facts: readonly SlotFacts[], index: number): number | undefined {
  return facts.findLast((slot) => slot.index <= index && showsSomething(slot))?.index;
}

const showsSomething = ({ screen, screenBlankShare = 1 }: SlotFacts): boolean =>
  screen === 'picture' || (screen === 'blank' && screenBlankShare < 1);

const hasStill = (facts: readonly SlotFacts[], { index }: SlotFacts): boolean =>
  stillSlotOf(facts, index) !== undefined;

function chooseRight(slot: SlotFacts, how: { mode: PaneQuestion['mode']; hasStill: boolean }): RightReason {
  const { mode } = how;
  if (mode !== 'auto' && slot[mode] !== 'absent') return { right: mode, reason: `${mode}, as asked for` };
  if (slot.screen === 'picture') return { right: 'screen', reason: mode === 'board' ? 'no board' : 'screen' };
  if (slot.board === 'picture') return { right: 'board', reason: screenWords(slot) };
  const reason = `${screenWords(slot)}, ${slot.board === 'absent' ? 'no board' : 'board blank'}`;
  return { right: how.hasStill ? 'screen-still' : 'filler', reason };
}

function screenWords({ screen, screenBlankShare }: SlotFacts): string {
  if (screen === 'absent') return 'no screen';
  const share = screenBlankShare === undefined ? '' : ` (share ${screenBlankShare.toFixed(2)})`;
  return screen === 'blank' ? `screen blank${share}` : 'screen';
}

/** From the left to the right, so that one slot alternating with the next settles instead of swapping. */
function withoutFlicker(facts: readonly SlotFacts[], first: readonly RightReason[]): RightReason[] {
  const calm = [...first];
  for (let at = 1; at < calm.length - 1; at++) {
    const around = calm[at - 1]!.right;
    if (calm[at + 1]!.right !== around || calm[at]!.right === around) continue;
    if (isStrong(facts[at]!) || !isRecorded(facts[at]!, around)) continue;
    calm[at] = { right: around, reason: `${around} as before and after: ${screenShare(facts[at]!)}` };
  }
  return calm;
}

const isStrong = ({ screenBlankShare: share }: SlotFacts): boolean =>
  share === undefined || share <= weakBlankShare.above || share >= weakBlankShare.below;

const isRecorded = (slot: SlotFacts, right: RightChoice): boolean =>
  (right === 'screen' && slot.screen !== 'absent') || (right === 'board' && slot.board === 'picture');

const screenShare = ({ screenBlankShare = 0 }: SlotFacts): string =>
  `screen blank for a share of ${screenBlankShare.toFixed(2)} only`;

function overridden(
  wanted: RightChoice,
  { slot, facts }: { slot: SlotFacts; facts: readonly SlotFacts[] },
): RightReason {
  const isMissing =
    ((wanted === 'screen' || wanted === 'board') && slot[wanted] === 'absent') ||
    (wanted === 'screen-still' && !hasStill(facts, slot));
  if (!isMissing) return { right: wanted, reason: 'chosen by a person' };
  const right = wanted === 'screen' && hasStill(facts, slot) ? 'screen-still' : 'filler';
  return { right, reason: `${wanted} chosen by a person, but there is none` };
}

/** Never two empty panes: without a lecturer and with an empty right one, a caption fills the picture. */
function withLeft(slot: SlotFacts, { right, reason }: RightReason): SlotChoice {
  if (slot.lecturer !== 'absent') return { index: slot.index, left: 'lecturer', right, reason };
  const left = right === 'none' ? 'filler' : 'none';
  return { index: slot.index, left, right, reason: `no lecturer; ${reason}` };
}
