// What of a lecture's pictures is not there, in words: why a second look is waited for, and why a lecture ends incomplete.
import type { JudgedSlot, OpenedLecture } from '../../activities/lecture/types.ts';
import type { SourceRole } from '../../contract/lecture-messages.ts';
import { durationText } from '../../domain/duration-text.ts';

/** Undefined when nothing is lacking: roles that the room has no camera for, and fewer seconds than it tolerates, are not missed. */
export function describeLacking(opened: OpenedLecture, judged: readonly JudgedSlot[]): string | undefined {
  const has = (...roles: SourceRole[]): boolean => roles.some((role) => opened.cameras[role].length > 0);
  const lecturer = has('lecturer') ? judged.filter(({ facts }) => facts.lecturer === 'absent').length : 0;
  const right = has('screen', 'board') ? judged.filter(isRightAbsent).length : 0;
  const missingSeconds = judged.reduce((sum, slot) => sum + slot.missingSeconds, 0);
  const lacking = [
    ...(lecturer > 0 ? [`The lecturer’s file of ${lecturer} of ${judged.length} slots is not there.`] : []),
    ...(right > 0 ? [`Neither screen nor board of ${right} of ${judged.length} slots is there.`] : []),
    ...(has('lecturer') && missingSeconds > opened.waitForMissingSeconds
      ? [`${durationText(missingSeconds)} of the lecturer are missing.`]
      : []),
  ];
  return lacking.length > 0 ? lacking.join(' ') : undefined;
}

const isRightAbsent = ({ facts }: JudgedSlot): boolean =>
  facts.screen === 'absent' && facts.board === 'absent';
