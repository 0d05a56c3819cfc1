// Runs a function as an activity runs: with a context that hears its heartbeats and can cancel it, without a Temporal server.
import { asyncLocalStorage, CancelledFailure, Context, type Info } from '@temporalio/activity';

type ActivityCancellationDetails = NonNullable<Context['cancellationDetails']>;

export interface RunningActivity<T> {
  ended: Promise<T>;
  heartbeats: unknown[];
  /** Absent details: as if the server asked. */
  cancel(details?: Partial<ActivityCancellationDetails>): void;
}

export function inActivity<T>(work: () => Promise<T>, info: Partial<Info> = {}): RunningActivity<T> {
  const heartbeats: unknown[] = [];
  const cancelling = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    cancelling.signal.addEventListener('abort', () => reject(cancelling.signal.reason as Error));
  });
  cancelled.catch(() => undefined);
  const unused = {} as never;
  const told: { details?: ActivityCancellationDetails } = {};
  const context = new Context(
    { activityId: '1', activityType: 'test', attempt: 1, ...info } as Info,
    cancelled,
    cancelling.signal,
    (details) => void heartbeats.push(details),
    ...([undefined, unused, unused, told] as const),
  );
  const ended = asyncLocalStorage.run(context, work);
  ended.catch(() => undefined);
  const cancel = (details: Partial<ActivityCancellationDetails> = { cancelRequested: true }): void => {
    told.details = details as ActivityCancellationDetails;
    cancelling.abort(new CancelledFailure('cancelled by the test'));
  };
  return { ended, heartbeats, cancel };
}
