// Runs a plan workflow with fake activities on a Temporal server: workers for its queues, the plan, and what a test or script does with it.
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { planWorkflowId } from '../../src/contract/ids.ts';
import type { PlanInput } from '../../src/contract/plan-messages.ts';
import { onHost, queues } from '../../src/contract/queues.ts';
import type { plan as planWorkflow } from '../../src/workflows/index.ts';
import type { FakePlan, FakePlanState } from '../fakes/plan-activities.ts';
import { fakePlanActivities } from '../fakes/plan-activities.ts';

export interface PlanRun {
  client: Client;
  planId: string;
  state: FakePlanState;
  handle: WorkflowHandle<typeof planWorkflow>;
}

export interface StagedPlan extends Omit<FakePlan, 'host'> {
  namespace: { address: string; namespace: string };
  /** Hosts whose queues are served; the one that claims unless given. */
  hosts?: string[];
  /** Given to the workflow besides the id. */
  input?: Omit<PlanInput, 'planId'>;
}

interface Stage {
  planId: string;
  host: string;
  bundle: { codePath: string } | { code: string };
}

let isQuiet = false;

/** Lines about queues, and about failures that a test wants, would drown what a test has to say. */
function quieten(): void {
  if (isQuiet) return;
  isQuiet = true;
  const expected = /^(?:No workflows registered|Workflow failed|Activity failed)/;
  const logger = new DefaultLogger('WARN', ({ message, meta }) => {
    if (!expected.test(message)) process.stderr.write(`${message} ${JSON.stringify(meta)}\n`);
  });
  Runtime.install({ logger });
}

/** Starts the workers, the plan, then runs `work`; everything is stopped afterwards. */
export async function runStagedPlan<T>(
  given: StagedPlan,
  { planId, host, bundle }: Stage,
  work: (run: PlanRun) => Promise<T>,
): Promise<T> {
  quieten();
  const { address, namespace } = given.namespace;
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const { state, light, files } = fakePlanActivities({ ...given, host });
  const shared = { connection, namespace, shutdownForceTime: '5s' } as const;
  const hostQueues = [queues.download, queues.media, queues.transfer].flatMap((queue) =>
    (given.hosts ?? [host]).map((name) => onHost(queue, name)),
  );
  const options: WorkerOptions[] = [
    { ...shared, workflowBundle: bundle, taskQueue: queues.main, activities: light },
    ...[queues.download, ...hostQueues].map((taskQueue) => ({ ...shared, taskQueue, activities: files })),
  ];
  const workers = await Promise.all(options.map((one) => Worker.create(one)));
  const running = workers.map((worker) => worker.run());
  try {
    const handle = await client.workflow.start<typeof planWorkflow>('plan', {
      workflowId: planWorkflowId(planId),
      taskQueue: queues.main,
      args: [{ planId, ...given.input }],
    });
    return await work({ client, planId, state, handle });
  } finally {
    for (const worker of workers) worker.shutdown();
    // What failed in `work` is what a test is to show, not what its workers make of that.
    await Promise.allSettled(running);
    await client.connection.close();
    await connection.close();
  }
}
