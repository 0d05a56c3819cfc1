// Runs a function as an activity runs: with a context that hears its heartbeats and can cancel it, without a Temporal server.
import { asyncLocalStorage, CancelledFailure, Context, type Info } from '@temporalio/activity';

export interface RunningActivity<T> {
  ended: Promise<T>;
  heartbeats: unknown[];
  cancel(): void;
}

export function inActivity<T>(work: () => Promise<T>): RunningActivity<T> {
  const heartbeats: unknown[] = [];
  const cancelling = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    cancelling.signal.addEventListener('abort', () => reject(cancelling.signal.reason as Error));
  });
  cancelled.catch(() => undefined);
  const unused = {} as never;
  const context = new Context(
    { activityId: '1', activityType: 'test' } as Info,
    cancelled,
    cancelling.signal,
    (details) => void heartbeats.push(details),
    ...([undefined, unused, unused, {}] as const),
  );
  const ended = asyncLocalStorage.run(context, work);
  ended.catch(() => undefined);
  return { ended, heartbeats, cancel: () => cancelling.abort(new CancelledFailure('cancelled by the test')) };
}
