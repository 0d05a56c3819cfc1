// One installation in miniature for a fault test: namespace, catalog, media root, archive, export target, and workers that come and go.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import { manifestOf } from '../../../src/client/plan-manifest.ts';
import { startPlan } from '../../../src/client/plan-control.ts';
import { waitForPlan } from '../../../src/client/plan-wait.ts';
import { planRequest } from '../../../src/contract/plan.ts';
import type { TargetSpec } from '../../../src/contract/target.ts';
import { type ArchiveDay, cameraIds, dayDate, dayWindow, segmentSeconds } from './archive-day.ts';
import type { FaultServer } from './fault-server.ts';
import { type Places, type PublishedWatch, watchPublished } from './published.ts';
import { type StepTail, tailSteps } from './step-tail.ts';
import { spawnWorker, type WorkerChild } from './worker-child.ts';

/** The same in every stage, so that documents can be compared. */
export const planId = 'p-fault';

export interface StageSpec {
  server: FaultServer;
  name: string;
  dir: string;
  day: ArchiveDay;
  /** PostgreSQL instead of a file. */
  catalogUrl?: string;
  target?: TargetSpec;
  /** LONGTAKE_* for every worker. */
  settings?: Readonly<Record<string, string>>;
}

export interface Stage extends AsyncDisposable {
  places: Places;
  catalog: Catalog;
  client: Client;
  namespace: string;
  steps: StepTail;
  watch: PublishedWatch;
  workers: WorkerChild[];
  /** Started, not yet ready. */
  addWorker(settings?: Readonly<Record<string, string>>, options?: { ownCommand: boolean }): WorkerChild;
  start(): Promise<void>;
  /** Resolves with the plan's end state. */
  end(): Promise<string>;
}

/** Far more than any run takes on two busy cores. */
const endSeconds = 150;

/** Of every worker of a fault test: leases and heartbeats of seconds. */
export const quickSettings = {
  LONGTAKE_HOST: 'h1',
  LONGTAKE_LOG: 'warn',
  LONGTAKE_DOWNLOAD_SETTLE_SECONDS: '0',
  LONGTAKE_DOWNLOAD_LEASE_SECONDS: '3',
  LONGTAKE_PLAN_HEARTBEAT_SECONDS: '4',
  LONGTAKE_PLAN_RECONCILE_SECONDS: '10',
};

export async function openStage(spec: StageSpec): Promise<Stage> {
  const { day, dir, server } = spec;
  await mkdir(dir, { recursive: true });
  const dataDir = join(dir, 'data');
  const places = { mediaRoot: join(dataDir, 'media'), exportDir: join(dir, 'export') };
  const stepLog = join(dir, 'steps.log');
  const catalog = await openCatalog(spec, dataDir);
  const namespace = await server.newNamespace(spec.name);
  const client = new Client({ connection: await Connection.connect({ address: server.address }), namespace });
  const watch = watchPublished(places, cameraIds);
  const steps = tailSteps(stepLog);
  const workers: WorkerChild[] = [];
  const env = {
    ...quickSettings,
    LONGTAKE_DATA: dataDir,
    LONGTAKE_MEDIA_ROOT: places.mediaRoot,
    LONGTAKE_TEMPORAL_ADDRESS: server.address,
    LONGTAKE_TEMPORAL_NAMESPACE: namespace,
    LONGTAKE_DEBUG_STEP_LOG: stepLog,
    // What a restart costs is the restart, not the reading of sources.
    NODE_COMPILE_CACHE: join(dir, '..', 'compiled'),
    ...(spec.catalogUrl === undefined
      ? { LONGTAKE_CATALOG_FILE: join(dataDir, 'catalog.sqlite') }
      : { LONGTAKE_CATALOG_URL: spec.catalogUrl }),
    ...spec.settings,
  };
  const planSpec = await storePlan({
    catalog,
    day,
    target: spec.target ?? { kind: 'local', path: places.exportDir },
  });
  return {
    ...{ places, catalog, client, namespace, steps, watch, workers },
    addWorker(settings = {}, { ownCommand } = { ownCommand: false }) {
      const worker = spawnWorker({
        env: { ...env, ...settings },
        logFile: join(dir, 'workers.log'),
        ...(ownCommand ? {} : { codePath: server.codePath }),
      });
      workers.push(worker);
      return worker;
    },
    start: async () =>
      void (await startPlan(client, {
        planId,
        spec: planSpec,
        cameraDays: cameraIds.length,
        startMs: Date.now(),
      })),
    async end() {
      const signal = AbortSignal.timeout(endSeconds * 1000);
      const { failure } = await waitForPlan({ client, planId, signal }).catch(async () => ({
        failure: `it did not end in ${endSeconds} s: ${await pendingOf(client)}`,
      }));
      if (failure !== undefined) throw new Error(`the plan failed: ${failure}`);
      return (await catalog.plans.require(planId)).state;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.kill()));
      watch[Symbol.dispose]();
      steps[Symbol.dispose]();
      await client.connection.close();
      await catalog.close();
    },
  };
}

/** What the server still waits for, for the message of a test that fails. */
export async function pendingOf(client: Client): Promise<string> {
  const lines: string[] = [];
  for await (const { workflowId, status } of client.workflow.list()) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const activities = (raw.pendingActivities ?? []).map(
      ({ activityType, attempt, state, lastFailure }) =>
        `${activityType?.name} attempt ${attempt} state ${state} after ${lastFailure?.message}`,
    );
    const task = raw.pendingWorkflowTask ? `workflow task attempt ${raw.pendingWorkflowTask.attempt}` : '';
    lines.push(`${workflowId} ${status.name}: ${[...activities, task].join(', ')}`);
  }
  return lines.join('\n');
}

async function openCatalog({ catalogUrl }: StageSpec, dataDir: string): Promise<Catalog> {
  await mkdir(dataDir, { recursive: true });
  const keyFile = join(dataDir, 'catalog.key');
  return await connectCatalog(
    catalogUrl === undefined
      ? { kind: 'sqlite', file: join(dataDir, 'catalog.sqlite'), keyFile }
      : { kind: 'postgres', url: catalogUrl, keyFile },
  );
}

async function storePlan({
  catalog,
  day,
  target,
}: {
  catalog: Catalog;
  day: ArchiveDay;
  target: TargetSpec;
}) {
  await catalog.cameras.upsertMany({ rows: day.cameras });
  await catalog.targets.put({ name: 'out', spec: target });
  const spec = planRequest.parse({
    date: dayDate,
    window: dayWindow,
    cameras: { ids: cameraIds },
    target: 'out',
    segmentSeconds,
    gapThresholdSeconds: 0.3,
    maxDownloadAttempts: 1,
    tolerateIncomplete: true,
  });
  await catalog.plans.add({ id: planId, spec, cameraDays: manifestOf({ spec, cameras: day.cameras }) });
  return spec;
}
