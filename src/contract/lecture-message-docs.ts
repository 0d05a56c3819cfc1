// Every message of a lecture for people and other services, and what it does. The reference is generated from here.
import type { MessageDoc } from './message-docs.ts';

export type LectureMessageDoc = MessageDoc<'lecture'>;

export const lectureMessageDocs: readonly LectureMessageDoc[] = [
  {
    workflow: 'lecture',
    kind: 'signal',
    name: 'choosePane',
    input: { slot: 2, right: 'board' },
    takes:
      '`slot`: the number of the slot, from 0. `right`: `screen`, `board`, `screen-still` (the screen’s last good picture), `filler` (a caption), `none` (the lecturer alone), or `auto`, which takes an earlier word back.',
    does: 'Says what stands in the right pane of one slot, over what its pictures say. Only slots whose choice changes are composed anew.',
  },
  {
    workflow: 'lecture',
    kind: 'signal',
    name: 'lectureChanged',
    does: 'Reads the lecture’s row in the catalog again: after its hours, name, layout or event were changed there.',
  },
  {
    workflow: 'lecture',
    kind: 'signal',
    name: 'startNow',
    does: 'Waits no longer for files: the video is made of what is there.',
  },
  {
    workflow: 'lecture',
    kind: 'signal',
    name: 'retry',
    does: 'Tries again what failed. A post whose fate is unclear is made again as well: look in Classroom before.',
  },
  {
    workflow: 'lecture',
    kind: 'signal',
    name: 'cancel',
    input: { undo: false },
    takes: '`undo`: true takes back what was published: files, attachment, posts.',
    does: 'Ends the lecture in order and removes temporaries; without `undo`, what is published stays.',
  },
  {
    workflow: 'lecture',
    kind: 'query',
    name: 'progress',
    does: 'State and what it waits for, slots composed, the choice of panes with its reasons, files, and what became of each place.',
  },
];

/** Workflow ids that stand in the lines to copy. */
export const lectureMessageIds: Readonly<Record<LectureMessageDoc['workflow'], string>> = {
  lecture: 'lecture/l-20260914-k7x2',
};
