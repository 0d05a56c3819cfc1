// Files that turned out to be unreadable while their slot was composed: what stands there instead, and how that is said.
import type { ComposedSlot, JudgedSlot, LectureSlot } from '../../activities/lecture/types.ts';
import type { SourceRole } from '../../contract/lecture-messages.ts';
import type { SlotChoice } from '../../domain/pane-choice.ts';
import { msFromIso } from '../../domain/range.ts';

/** The choice as it was carried out: a caption stands where the file was to. */
export function choiceWithout(choice: SlotChoice, unreadable: readonly SourceRole[]): SlotChoice {
  if (unreadable.length === 0) return choice;
  const isLost = (pane: string): boolean => unreadable.some((role) => role === pane);
  return {
    ...choice,
    ...(isLost(choice.left) ? { left: 'filler' } : {}),
    ...(isLost(choice.right) ? { right: 'filler' } : {}),
    reason: `${choice.reason}; unreadable: ${unreadable.join(', ')}`,
  };
}

/** The facts as composing found them: an unreadable lecturer is missing for the whole slot. */
export function judgedWithout(
  judged: JudgedSlot,
  { slot, unreadable }: { slot: LectureSlot; unreadable: readonly SourceRole[] },
): JudgedSlot {
  if (!unreadable.includes('lecturer')) return judged;
  const missingSeconds = (msFromIso(slot.toAt) - msFromIso(slot.fromAt)) / 1000;
  return { ...judged, missingSeconds };
}

/** `The screen of slot 1 cannot be read.` One sentence a slot; slots count from 0, as in every list of them. */
export const describeUnreadable = (composed: readonly ComposedSlot[]): string[] =>
  composed
    .filter(({ unreadable }) => unreadable.length > 0)
    .map(
      ({ index, unreadable }) =>
        `The file of the ${unreadable.join(' and the ')} of slot ${index} cannot be read.`,
    );
