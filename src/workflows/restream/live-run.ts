// One long activity of a workflow, until it ends or something else is due; what it fails with ends no relay.
import { CancellationScope, condition } from '@temporalio/workflow';

interface LiveRun<T> {
  start: () => Promise<T>;
  /** True when the activity has to make room. */
  isDue: () => boolean;
  /** Done while the activity, being cancelled, ends. */
  whenDue?: () => Promise<void>;
}

/** How long something waits that ended without being asked to, before it is begun again. */
export const pauseSeconds = 5;

/**
 * What the activity answered; undefined when it was cancelled because something is due, or when it failed. It has ended by then, also when
 * the workflow is cancelled.
 */
export async function runLive<T>({ start, isDue, whenDue }: LiveRun<T>): Promise<{ answer: T } | undefined> {
  const scope = new CancellationScope();
  const end: { isReached: boolean; answered?: { answer: T } } = { isReached: false };
  const running = scope
    .run(start)
    .then((answer) => void (end.answered = { answer }))
    .catch(() => undefined)
    .finally(() => (end.isReached = true));
  try {
    await condition(() => end.isReached || isDue());
    scope.cancel();
    if (!end.isReached) await whenDue?.();
  } finally {
    scope.cancel();
    await running;
  }
  return end.answered;
}
