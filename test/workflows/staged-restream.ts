// Runs the workflows of restream with fake activities on a Temporal server: workers for their queues, and what a test or script does with them.
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { relayServerWorkflowId, relayWorkflowId, restreamWorkflowId } from '../../src/contract/ids.ts';
import { queues } from '../../src/contract/queues.ts';
import type { RelayInput, RestreamInput } from '../../src/contract/restream-messages.ts';
import { createActivityInterceptor } from '../../src/worker/activity-interceptor.ts';
import type { restream, restreamCamera, restreamServer } from '../../src/workflows/index.ts';
import { fakeRestreamActivities } from '../fakes/restream-activities.ts';
import type { FakeRestream, FakeRestreamState } from '../fakes/restream-activities.ts';

export interface RestreamStage {
  client: Client;
  state: FakeRestreamState;
  relay: (cameraId: string) => WorkflowHandle<typeof restreamCamera>;
  keeper: (server: string) => WorkflowHandle<typeof restreamServer>;
  startRelay: (input: RelayInput) => Promise<WorkflowHandle<typeof restreamCamera>>;
  startKeeper: (
    input: Parameters<typeof restreamServer>[0],
  ) => Promise<WorkflowHandle<typeof restreamServer>>;
  startRestream: (input?: RestreamInput) => Promise<WorkflowHandle<typeof restream>>;
}

export interface StagedRestream extends FakeRestream {
  namespace: { address: string; namespace: string };
  /** In place of the fakes; the state then knows nothing of them. */
  activities?: { light?: object; live?: object };
  /** Done before a worker is there: what it sends waits for the workflow's first line. */
  early?: (stage: RestreamStage) => Promise<unknown>;
}

let isQuiet = false;

/** Lines about queues without workflows, and about failures and cancellations that a test wants, would drown what a test has to say. */
export function quieten(): void {
  if (isQuiet) return;
  isQuiet = true;
  const expected = /^(?:No workflows registered|Workflow failed|Activity failed|Workflow cancelled)/;
  const logger = new DefaultLogger('WARN', ({ message, meta }) => {
    if (!expected.test(message)) process.stderr.write(`${message} ${JSON.stringify(meta)}\n`);
  });
  // Core warns of each activity whose workflow was terminated under it.
  const filter = makeTelemetryFilterString({ core: 'ERROR' });
  Runtime.install({ logger, telemetryOptions: { logging: { filter } } });
}

/** Starts the workers, then runs `work`; every workflow it has started is terminated and everything is stopped afterwards. */
export async function runStagedRestream<T>(
  given: StagedRestream,
  bundle: { codePath: string } | { code: string },
  work: (stage: RestreamStage) => Promise<T>,
): Promise<T> {
  quieten();
  const { address, namespace } = given.namespace;
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const { state, light, live } = fakeRestreamActivities(given);
  const shared: Omit<WorkerOptions, 'taskQueue'> = {
    ...{ connection, namespace, shutdownForceTime: '5s' },
    ...{ maxHeartbeatThrottleInterval: '50ms', defaultHeartbeatThrottleInterval: '50ms' },
    interceptors: { activity: [createActivityInterceptor] },
  };
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      ...{
        workflowBundle: bundle,
        taskQueue: queues.main,
        activities: { ...light, ...given.activities?.light },
      },
    }),
    Worker.create({ ...shared, taskQueue: queues.live, activities: { ...live, ...given.activities?.live } }),
  ]);
  const { stage, started } = stageOf(client, state);
  await given.early?.(stage);
  const running = workers.map((worker) => worker.run());
  try {
    return await work(stage);
  } finally {
    const ids = [...started, restreamWorkflowId, ...state.servers.map(relayServerWorkflowId)];
    for (const id of new Set([...ids, ...[...state.relays.keys()].map(relayWorkflowId)]))
      await end(client, id);
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await client.connection.close();
    await connection.close();
  }
}

function stageOf(client: Client, state: FakeRestreamState): { stage: RestreamStage; started: string[] } {
  const started: string[] = [];
  const start = async <W extends typeof restream | typeof restreamCamera | typeof restreamServer>(
    type: string,
    workflowId: string,
    input: Parameters<W>[0],
  ): Promise<WorkflowHandle<W>> => {
    started.push(workflowId);
    const args = [input] as never;
    return await client.workflow.start<W>(type, { workflowId, taskQueue: queues.main, args });
  };
  const stage: RestreamStage = {
    ...{ client, state },
    relay: (cameraId) => client.workflow.getHandle<typeof restreamCamera>(relayWorkflowId(cameraId)),
    keeper: (server) => client.workflow.getHandle<typeof restreamServer>(relayServerWorkflowId(server)),
    startRelay: (input) => start('restreamCamera', relayWorkflowId(input.cameraId), input),
    startKeeper: (input) => start('restreamServer', relayServerWorkflowId(input.server), input),
    startRestream: (input = {}) => start('restream', restreamWorkflowId, input),
  };
  return { stage, started };
}

async function end(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).terminate('the stage is taken down');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
