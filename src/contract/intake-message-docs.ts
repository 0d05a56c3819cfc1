// Every message of a calendar's reader for people and other services, and what it does. The reference is generated from here.
import type { MessageDoc } from './message-docs.ts';

export type IntakeMessageDoc = MessageDoc<'lectureIntake'>;

export const intakeMessageDocs: readonly IntakeMessageDoc[] = [
  {
    workflow: 'lectureIntake',
    kind: 'signal',
    name: 'pollNow',
    does: 'Looks at the calendar of the room at once instead of at the next round.',
  },
  {
    workflow: 'lectureIntake',
    kind: 'signal',
    name: 'roomChanged',
    does: 'Reads the row of the room again: another calendar, another zone, or `intake` switched on or off. Ends the workflow when the room is gone.',
  },
  {
    workflow: 'lectureIntake',
    kind: 'signal',
    name: 'stop',
    does: 'Ends the workflow: the calendar is followed no longer. Lectures that it has made stay.',
  },
  {
    workflow: 'lectureIntake',
    kind: 'query',
    name: 'intake',
    does: 'Whether the calendar is followed, why not, how many lectures it has added, changed and cancelled, and which events became none.',
  },
];

/** Workflow ids that stand in the lines to copy. */
export const intakeMessageIds: Readonly<Record<IntakeMessageDoc['workflow'], string>> = {
  lectureIntake: 'lecture-intake/A101',
};
