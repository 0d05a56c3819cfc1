// What a caller can do with relays: start the supervisor, speak to it and to single relays. What they do is read in restream-documents.ts.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { relayWorkflowId, restreamWorkflowId } from '../contract/ids.ts';
import { queues } from '../contract/queues.ts';
import * as messages from '../contract/restream-messages.ts';
import type { RelayEngine, RestreamStatus } from '../contract/restream-messages.ts';
import { searchAttributes } from '../contract/search-attributes.ts';
import { Fault } from '../domain/fault.ts';

/** Starts the supervisor or joins the one that runs. Returns its workflow id. */
export async function startRestream(client: Client): Promise<string> {
  await client.workflow.start('restream', {
    workflowId: restreamWorkflowId,
    taskQueue: queues.main,
    args: [{}],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'all relays',
    typedSearchAttributes: [
      { key: searchAttributes.capability, value: 'restream' },
      { key: searchAttributes.state, value: 'running' },
    ],
  });
  return restreamWorkflowId;
}

/** `credentialsChanged` also connects anew, and forgets refused logins. Throws Fault NotFound when the camera has no relay. */
export async function orderRelay(
  client: Client,
  { cameraId, order }: { cameraId: string; order: 'refresh' | 'restart' | 'stop' | 'credentialsChanged' },
): Promise<string> {
  const workflowId = relayWorkflowId(cameraId);
  await orNoRelay(cameraId, client.workflow.getHandle(workflowId).signal(messages[order]));
  return workflowId;
}

/** Throws Fault NotFound when the camera has no relay. */
export async function setRelayEngine(
  client: Client,
  { cameraId, engine }: { cameraId: string; engine: RelayEngine },
): Promise<string> {
  const workflowId = relayWorkflowId(cameraId);
  const handle = client.workflow.getHandle(workflowId);
  await orNoRelay(cameraId, handle.executeUpdate(messages.setEngine, { args: [{ engine }] }));
  return workflowId;
}

const toAll = {
  pause: messages.pauseRelays,
  resume: messages.resumeRelays,
  accept: messages.acceptList,
  settle: messages.serversChanged,
} as const;

/** To the supervisor. Throws Fault NotFound when it does not run. */
export async function orderAllRelays(client: Client, order: keyof typeof toAll): Promise<string> {
  const sent = client.workflow.getHandle(restreamWorkflowId).signal(toAll[order]);
  await orFault(sent, 'Restream does not run.', 'Start it: `longtake restream run`.');
  return restreamWorkflowId;
}

/** Without a worker nobody answers, and a person is waiting. */
const queryMs = 3_000;

/** Undefined when it does not run, or nobody answers for it. */
export async function queryRestream(client: Client): Promise<RestreamStatus | undefined> {
  const handle = client.workflow.getHandle(restreamWorkflowId);
  try {
    return await client.withDeadline(Date.now() + queryMs, () => handle.query(messages.restreamStatus));
  } catch {
    return undefined;
  }
}

const orNoRelay = <T>(cameraId: string, asked: Promise<T>): Promise<T> =>
  orFault(
    asked,
    `Camera ${JSON.stringify(cameraId)} has no relay.`,
    '`longtake restream status` lists those there are.',
  );

async function orFault<T>(asked: Promise<T>, message: string, remedy: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new Fault('NotFound', message, { remedy });
    throw error;
  }
}
