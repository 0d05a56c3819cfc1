// What stands where a source has no picture: who is missing, and when, in the room's time.
import type { SourceRole } from '../../contract/lecture-messages.ts';
import { localParts } from '../../domain/calendar.ts';
import { msFromIso } from '../../domain/range.ts';
import type { LectureSlot } from './types.ts';

const words: Record<SourceRole, string> = {
  lecturer: 'No picture of the lecturer',
  screen: 'No picture of the screen',
  board: 'No picture of the board',
  sound: 'No sound',
};

/** Two lines: `No picture of the screen` and `10:30–11:00`. */
export function fillerCaption(filler: { role: SourceRole; slot: LectureSlot; timeZone: string }): string {
  const clock = (instant: string): string => {
    const { hh, mm } = localParts(msFromIso(instant), filler.timeZone);
    return `${hh}:${mm}`;
  };
  return `${words[filler.role]}\n${clock(filler.slot.fromAt)}–${clock(filler.slot.toAt)}`;
}
