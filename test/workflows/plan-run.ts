// Runs a plan workflow with fake activities on the test run's Temporal server: own queues and ids per run.
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { planWorkflowId } from '../../src/contract/ids.ts';
import { onHost, queues } from '../../src/contract/queues.ts';
import type { plan as planWorkflow } from '../../src/workflows/index.ts';
import type { FakePlan, FakePlanState } from '../fakes/plan-activities.ts';
import { fakePlanActivities } from '../fakes/plan-activities.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';

export interface PlanRun {
  client: Client;
  planId: string;
  state: FakePlanState;
  handle: WorkflowHandle<typeof planWorkflow>;
}

/** Starts the workers, the plan, then runs `work`; everything is stopped afterwards. */
export async function runPlan<T>(
  given: Omit<FakePlan, 'host'> & { namespace: { address: string; namespace: string }; hosts?: string[] },
  work: (run: PlanRun) => Promise<T>,
): Promise<T> {
  const { address, namespace } = given.namespace;
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const planId = `p-${randomUUID().slice(0, 8)}`;
  const host = `h-${planId}`;
  const { state, light, files } = fakePlanActivities({ ...given, host });
  const bundle = { workflowBundle: await workflowBundle() };
  const common = { connection, namespace, shutdownForceTime: '5s' } as const;
  const hostQueues = [queues.download, queues.media, queues.transfer].flatMap((queue) =>
    (given.hosts ?? [host]).map((name) => onHost(queue, name)),
  );
  const workers = await Promise.all([
    Worker.create({ ...common, ...bundle, taskQueue: queues.main, activities: light }),
    Worker.create({ ...common, taskQueue: queues.download, activities: files }),
    ...hostQueues.map((taskQueue) => Worker.create({ ...common, taskQueue, activities: files })),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    const handle = await client.workflow.start<typeof planWorkflow>('plan', {
      workflowId: planWorkflowId(planId),
      taskQueue: queues.main,
      args: [{ planId }],
    });
    return await work({ client, planId, state, handle });
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await client.connection.close();
    await connection.close();
  }
}
