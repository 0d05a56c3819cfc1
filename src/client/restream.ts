// What a caller can do with relays: start the supervisor, speak to it and to single relays. What they do is read in restream-documents.ts.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { relayWorkflowId, restreamWorkflowId } from '../contract/ids.ts';
import { queues } from '../contract/queues.ts';
import * as messages from '../contract/restream-messages.ts';
import type { RelayEngine, RestreamStatus } from '../contract/restream-messages.ts';
import type { Relays } from '../catalog/relay-types.ts';
import { relayStart } from '../contract/relay-start.ts';
import { searchAttributes } from '../contract/search-attributes.ts';
import { Fault } from '../domain/fault.ts';
import { sendUpdate } from './send-update.ts';

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
      { key: searchAttributes.state, value: 'starting' },
    ],
  });
  return restreamWorkflowId;
}

/**
 * `credentialsChanged` also forgets refused logins. A workflow that was cancelled or terminated is started again.
 * Throws Fault NotFound when the camera is not in the list.
 */
export async function restartRelay(
  client: Client,
  relays: Pick<Relays, 'get'>,
  { cameraId, order }: { cameraId: string; order: 'restart' | 'credentialsChanged' },
): Promise<string> {
  if (!(await relays.get(cameraId))?.wanted) throw noRelay(cameraId);
  const start = { ...relayStart(cameraId), signal: messages[order], signalArgs: [] as [] };
  await client.workflow.signalWithStart('restreamCamera', start);
  // Stopped by a cancel, it wants the word itself as well.
  if (order === 'credentialsChanged') await orderRelay(client, { cameraId, order: 'restart' });
  return start.workflowId;
}

/** Throws Fault NotFound when the camera has no relay. */
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
  await orNoRelay(cameraId, sendUpdate(handle, { update: messages.setEngine, args: [{ engine }] }));
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

const unknown = (cameraId: string) => ({
  message: `Camera ${JSON.stringify(cameraId)} has no relay.`,
  remedy: '`longtake restream status` lists those there are.',
});

const noRelay = (cameraId: string): Fault => {
  const { message, remedy } = unknown(cameraId);
  return new Fault('NotFound', message, { remedy });
};

const orNoRelay = <T>(cameraId: string, asked: Promise<T>): Promise<T> => {
  const { message, remedy } = unknown(cameraId);
  return orFault(asked, message, remedy);
};

async function orFault<T>(asked: Promise<T>, message: string, remedy: string): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new Fault('NotFound', message, { remedy });
    throw error;
  }
}
