// The heartbeat of one activity, for progress that arrives from threads which many activities share.
import { Context } from '@temporalio/activity';

/**
 * Bound to the activity that asks for it. The ambient `heartbeat` of a callback that comes from a shared thread would speak for
 * whichever activity started that thread, and this one would time out.
 */
export function ownHeartbeat(): (progress: unknown) => void {
  const context = Context.current();
  return (progress) => context.heartbeat(progress);
}
