// A plan over sources that answer at once, against the same number of activities that do nothing, in bare workflows on the same server.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { planWorkflowId } from '../src/contract/ids.ts';
import { onHost, queues } from '../src/contract/queues.ts';
import { fakePlanActivities, fakeSettings, whole } from '../test/fakes/plan-activities.ts';
import type { Bench, BenchResult } from './bench.ts';
import { ratioOf } from './ratio.ts';
import { bundleOf, quietRuntime, type TemporalPlace, withTemporal } from './temporal.ts';

const cameras = 8;
/** A day of 12 hours. */
const segments = 48;
/** As the fake activities answer it. */
const segmentsInFlight = 2;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

interface Door {
  client: Client;
  connection: NativeConnection;
  namespace: string;
}

async function withDoor<T>(
  { address, namespace }: TemporalPlace,
  work: (door: Door) => Promise<T>,
): Promise<T> {
  quietRuntime();
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  try {
    return await work({ client, connection, namespace });
  } finally {
    await client.connection.close();
    await connection.close();
  }
}

/** Serves while `work` runs. */
async function serving<T>(workers: readonly Worker[], work: () => Promise<T>): Promise<T> {
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    return await Promise.race([work(), running.then(() => Promise.reject(new Error('A worker ended')))]);
  } finally {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  }
}

interface Served {
  workers: Worker[];
  /** Makes the camera-days pending again for the next plan. */
  renew: () => void;
}

/** The workers of a plan with activities that answer at once. */
async function planWorkers({ connection, namespace }: Door, host: string): Promise<Served> {
  const { light, files, state } = fakePlanActivities({
    cameras: Array.from({ length: cameras }, (_, index) => `cam-${index}`),
    segments,
    settings: fakeSettings({ steps: ['download'] }),
    host,
    windowSize: cameras,
    download: () => whole(),
  });
  const common = { connection, namespace };
  const workflowBundle = await bundleOf(path('../src/workflows/index.ts'));
  const workers = await Promise.all([
    Worker.create({ ...common, workflowBundle, taskQueue: queues.main, activities: light }),
    Worker.create({ ...common, taskQueue: queues.download, activities: files }),
    Worker.create({ ...common, taskQueue: onHost(queues.download, host), activities: files }),
  ]);
  const renew = (): void => {
    for (const day of state.days) day.state = 'pending';
  };
  return { workers, renew };
}

async function bareWorkers({ connection, namespace }: Door, taskQueue: string): Promise<Worker[]> {
  const workflowBundle = await bundleOf(path('./workflows/bare.ts'));
  const activities = { nothing: async () => {} };
  return [await Worker.create({ connection, namespace, workflowBundle, taskQueue, activities })];
}

async function runPlan({ client }: Door): Promise<void> {
  const planId = `bench-${randomUUID().slice(0, 8)}`;
  const result = (await client.workflow.execute('plan', {
    workflowId: planWorkflowId(planId),
    taskQueue: queues.main,
    args: [{ planId }],
  })) as { counts: { complete: number } };
  if (result.counts.complete !== cameras)
    throw new Error(`${result.counts.complete} camera-days are complete`);
}

async function runBare({ client }: Door, taskQueue: string): Promise<void> {
  const starts = Array.from({ length: cameras }, () =>
    client.workflow.execute('bare', {
      workflowId: `bare-${randomUUID()}`,
      taskQueue,
      args: [{ activities: segments, inFlight: segmentsInFlight }],
    }),
  );
  await Promise.all(starts);
}

function planAgainstBare(): Promise<BenchResult> {
  const bareQueue = 'bare';
  return withTemporal((place) =>
    withDoor(place, async (door) => {
      const plan = await planWorkers(door, 'bench');
      const workers = [...plan.workers, ...(await bareWorkers(door, bareQueue))];
      const { ratios, oursMs, theirsMs } = await serving(workers, () =>
        ratioOf({
          ours: () => runPlan(door),
          theirs: () => runBare(door, bareQueue),
          tidy: async () => plan.renew(),
          rounds: 5,
        }),
      );
      const perSecond = (ms: number): string => ((cameras * segments * 1000) / ms).toFixed(0);
      return {
        ratios,
        detail: `${perSecond(oursMs)} segments a second against ${perSecond(theirsMs)} bare activities a second`,
      };
    }),
  );
}

export const benches: Bench[] = [
  {
    name: 'orchestration',
    title: `a plan of ${cameras} × ${segments} segments ÷ as many bare activities`,
    target: 1.5,
    run: planAgainstBare,
  },
];
