// Asks the server whether this activity attempt still counts: a process that was frozen learns so before it commits, not after.
import { activityInfo, getClient } from '@temporalio/activity';

/** What the server answers to an attempt that it has given up, cancelled, paused or reset. */
const refusals = [
  'ActivityNotFoundError',
  'ActivityCancelledError',
  'ActivityPausedError',
  'ActivityResetError',
];

/** False once a newer attempt may run. Rejects while the server is away: then nobody knows, and nothing is committed. */
export async function isCurrentAttempt(): Promise<boolean> {
  try {
    await getClient().activity.heartbeat(activityInfo().taskToken);
    return true;
  } catch (error) {
    if (error instanceof Error && refusals.includes(error.name)) return false;
    throw error;
  }
}
