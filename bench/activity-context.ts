// Runs an activity function as a worker would, without a server: the measurement is of the activity, not of the way to it.
import { asyncLocalStorage, Context, type Info } from '@temporalio/activity';

const info = {
  activityId: 'bench',
  activityType: 'bench',
  attempt: 1,
  isLocal: false,
  inWorkflow: true,
  workflowExecution: { workflowId: 'bench', runId: 'bench' },
  taskQueue: 'bench',
  namespace: 'default',
};

/** Never cancelled; heartbeats go nowhere. */
export function asActivity<T>(work: () => Promise<T>): Promise<T> {
  const nothing = {} as never;
  const context = new Context(
    info as unknown as Info,
    new Promise<never>(() => {}),
    new AbortController().signal,
    () => {},
    ...[undefined, nothing, nothing, nothing],
  );
  return asyncLocalStorage.run(context, work);
}
