// Words from a room's calendar to the workflows of its lectures, by id.
import { getClient } from '@temporalio/activity';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/common';
import { lectureWorkflowId } from '../../contract/ids.ts';
import { cancelLecture, lectureChanged } from '../../contract/lecture-messages.ts';
import { lectureStart } from '../../contract/lecture-start.ts';
import type { LectureTeller } from './intake-types.ts';

/** A lecture that has ended stays ended: only taking back what it published, and an event to attach it to, make it run again. */
export const tellLectures: LectureTeller = {
  start: (lecture) =>
    unlessEnded(async () => {
      await getClient().workflow.start('lecture', {
        ...lectureStart(lecture),
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
    }),

  changed: (lecture) =>
    unlessEnded(async () => {
      await getClient().workflow.signalWithStart('lecture', {
        ...lectureStart(lecture),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        signal: lectureChanged,
        signalArgs: [],
      });
    }),

  async event(lecture) {
    const { workflow } = getClient();
    for (;;) {
      try {
        await workflow.getHandle(lectureWorkflowId(lecture.lectureId)).signal(lectureChanged);
        return;
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
      try {
        await workflow.start('lecture', lectureStart({ ...lecture, attachOnly: true }));
        return;
      } catch (error) {
        // Begun by somebody else between the two: that run is told.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    }
  },

  async cancel(lecture, { undo }) {
    try {
      const handle = getClient().workflow.getHandle(lectureWorkflowId(lecture.lectureId));
      await handle.signal(cancelLecture, { undo });
      return true;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    if (!undo) return false;
    await getClient().workflow.signalWithStart('lecture', {
      ...lectureStart({ ...lecture, rerun: true }),
      signal: cancelLecture,
      signalArgs: [{ undo }],
    });
    return true;
  },
};

async function unlessEnded(say: () => Promise<void>): Promise<void> {
  try {
    await say();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
