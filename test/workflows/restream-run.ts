// Restream staged on the test run's Temporal server, and how tests look at its workflows.
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ownNamespace } from '../setup/own-namespace.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';
import type { FakeCall, FakeRestreamState, Instead } from '../fakes/restream-activities.ts';
import { runStagedRestream, type RestreamStage, type StagedRestream } from './staged-restream.ts';

/** In a namespace of its own unless one is given: the queues' names are fixed. */
export async function runRestream<T>(
  given: Partial<StagedRestream>,
  work: (stage: RestreamStage) => Promise<T>,
): Promise<T> {
  const { namespace = await ownNamespace() } = given;
  return await runStagedRestream({ ...given, namespace }, await workflowBundle(), work);
}

/** Requests of one activity, in the order in which they were begun. */
export const requestsOf = <T>({ calls }: FakeRestreamState, name: FakeCall['name']): T[] =>
  calls.filter((call) => call.name === name).map(({ request }) => request as T);

/** What the Web UI shows of a running workflow. */
export async function detailsOf(handle: Pick<WorkflowHandle, 'query'>): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

/** The column LtState of the list of workflows. */
export async function stateOf(handle: Pick<WorkflowHandle, 'describe'>): Promise<unknown> {
  const { typedSearchAttributes } = await handle.describe();
  return typedSearchAttributes.getAll().find(({ key }) => key.name === 'LtState')?.value;
}

/** History length and what could add to it by itself: nothing may, while nothing comes. */
export async function stillnessOf(handle: Pick<WorkflowHandle, 'describe' | 'fetchHistory'>) {
  const { historyLength, raw } = await handle.describe();
  const { events } = await handle.fetchHistory();
  return {
    historyLength,
    pending: raw.pendingActivities?.length ?? 0,
    workflowTask: raw.pendingWorkflowTask ?? undefined,
    timers: (events ?? []).filter(({ timerStartedEventAttributes: timer }) => timer).length,
  };
}

/** A door that an activity waits at until the test opens it. */
export function door(): { pass: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { pass: promise, open: resolve };
}

/** How many of one long activity ran at once at most. */
export function counted(name: 'keepServer' | 'runRelay'): { instead: Instead; most: () => number } {
  let running = 0;
  let most = 0;
  const count = async <R>(usual: (request: R) => Promise<void>, request: R): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    try {
      await usual(request);
    } finally {
      running -= 1;
    }
  };
  return { instead: { [name]: count }, most: () => most };
}

/** Runs of one workflow id, oldest first, by the events of each. */
export async function runsOf(client: Client, workflowId: string): Promise<number[]> {
  const runs: number[] = [];
  let { runId } = await client.workflow.getHandle(workflowId).describe();
  for (;;) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift(events?.length ?? 0);
    const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!before) return runs;
    runId = before;
  }
}
