// How the reader of a room's calendar is started, by whoever starts it: with the signal `roomChanged`, so that one that runs reads the room again.
import { lectureIntakeWorkflowId } from './ids.ts';
import { roomChanged, type IntakeInput } from './intake-messages.ts';
import { queues } from './queues.ts';
import { searchAttributes } from './search-attributes.ts';

/** Options of a signalWithStart of the workflow `lectureIntake` by a client. */
export const intakeStart = ({ roomId, ...input }: Omit<IntakeInput, 'session'>) => ({
  workflowId: lectureIntakeWorkflowId(roomId),
  taskQueue: queues.main,
  args: [{ roomId, ...input }] satisfies [IntakeInput],
  signal: roomChanged,
  signalArgs: [] satisfies [],
  staticSummary: `calendar of ${roomId}`,
  typedSearchAttributes: [
    { key: searchAttributes.capability, value: 'lecture' },
    { key: searchAttributes.room, value: roomId },
    { key: searchAttributes.state, value: 'following' },
  ],
});
