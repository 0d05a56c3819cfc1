// One long activity of a workflow, until it ends or something else is due; what it fails with ends no relay.
import { CancellationScope, condition } from '@temporalio/workflow';

interface LiveRun<T> {
  start: () => Promise<T>;
  /** True when the activity has to make room. */
  isDue: () => boolean;
  /** Done while the activity, being cancelled, ends. */
  whenDue?: () => Promise<void>;
}

/** `answer` may be there although something was due: the activity was quicker. */
export interface LiveEnd<T> {
  answered?: { answer: T };
  wasDue: boolean;
}

/** How long something waits that ended without being asked to, before it is begun again. */
export const pauseSeconds = 5;

/** The activity has ended by then, also when the workflow is cancelled. Neither answered nor due: it failed, by somebody's hand. */
export async function runLive<T>({ start, isDue, whenDue }: LiveRun<T>): Promise<LiveEnd<T>> {
  const scope = new CancellationScope();
  const end: LiveEnd<T> & { isReached: boolean } = { isReached: false, wasDue: false };
  const running = scope
    .run(start)
    .then((answer) => void (end.answered = { answer }))
    .catch(() => undefined)
    .finally(() => (end.isReached = true));
  try {
    await condition(() => end.isReached || isDue());
    end.wasDue = isDue();
    scope.cancel();
    if (end.wasDue) await whenDue?.();
  } finally {
    scope.cancel();
    await running;
  }
  return end;
}
