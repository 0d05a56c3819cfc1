// The reader of a room's calendar: told of every change of the room, and started where there is a calendar to follow.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { RoomRow } from '../catalog/lecture-types.ts';
import { lectureIntakeWorkflowId } from '../contract/ids.ts';
import { roomChanged } from '../contract/intake-messages.ts';
import { intakeStart } from '../contract/intake-start.ts';

/** @param room undefined after its removal: its reader ends */
export async function tellIntake(
  client: Client,
  { roomId, room }: { roomId: string; room: RoomRow | undefined },
): Promise<void> {
  const hasCalendar = room?.spec.calendarId !== undefined || room?.spec.calendarFeed !== undefined;
  if (hasCalendar && room.spec.intake) {
    await client.workflow.signalWithStart('lectureIntake', intakeStart({ roomId }));
    return;
  }
  try {
    await client.workflow.getHandle(lectureIntakeWorkflowId(roomId)).signal(roomChanged);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
