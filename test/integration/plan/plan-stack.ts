// A whole plan stack for one test file: worker in this process, catalog in SQLite, hostile archive, the run's Temporal server; everything short.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import { addCamera } from '../../../src/client/camera.ts';
import { startPlan } from '../../../src/client/plan-control.ts';
import { planDocumentOf } from '../../../src/client/plan-documents.ts';
import { waitForPlan } from '../../../src/client/plan-wait.ts';
import { addPlan } from '../../../src/client/plan.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import {
  planDocument,
  planRequest,
  type CameraDayDocument,
  type PlanDocument,
  type PlanRequest,
} from '../../../src/contract/plan.ts';
import { runWorker } from '../../../src/worker/main.ts';
import { startArchive, type Archive } from '../../fakes/archive.ts';
import { ownNamespace } from '../../setup/own-namespace.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import { workflowBundle } from '../../setup/workflow-bundle.ts';

/** Replaces single settings; everything else is the stack's own short default. */
export type SettingsPatch = {
  [Key in 'download' | 'media' | 'transfer' | 'hosts' | 'plan' | 'google' | 'lecture' | 'tools']?: Partial<
    Config[Key]
  >;
} & {
  mediaRoot?: string;
  catalog?: Config['catalog'];
};

export interface PlanStack extends AsyncDisposable {
  /** Data directory: `longtake … --data dir` speaks to this stack. */
  dir: string;
  config: Config;
  catalog: Catalog;
  client: Client;
  address: string;
  namespace: string;
  archive: Archive;
  /** Absolute path of a file that a plan document names. */
  media(path: string): string;
  addCamera(fields: Readonly<Record<string, unknown>> & { id: string }): Promise<void>;
  /** Adds a plan; the window of the tolerance is all day and nothing is exported unless said otherwise. */
  add(request: Partial<PlanRequest> & Pick<PlanRequest, 'window' | 'cameras'>): Promise<string>;
  /** Starts a stored plan and does not wait. */
  start(planId: string, options?: { force?: boolean }): Promise<void>;
  /** Waits for the end of a run. */
  end(planId: string): Promise<PlanDocument>;
  /** Adds, runs, waits. */
  run(request: Partial<PlanRequest> & Pick<PlanRequest, 'window' | 'cameras'>): Promise<PlanDocument>;
  show(planId: string): Promise<PlanDocument>;
  stopWorker(): Promise<void>;
}

/** The day of all test plans unless a test says otherwise: long over. */
export const planDate = '2026-01-05';

/** Epoch seconds of a UTC clock time on the day of test plans. */
export const unixAt = (clock: string, date = planDate): number => Date.parse(`${date}T${clock}Z`) / 1000;

/** The camera-day of a camera; throws when the plan has none. */
export function dayOf(plan: PlanDocument, camera: string, date?: string): CameraDayDocument {
  const day = plan.cameraDays.find(
    (one) => one.camera === camera && (date === undefined || one.date === date),
  );
  if (!day) throw new Error(`plan ${plan.id} has no camera-day of ${camera}`);
  return day;
}

function shortConfig(dir: string, patch: SettingsPatch): Config {
  const config = loadConfig({ flags: { data: dir }, env: { PATH: process.env['PATH'] }, cwd: dir });
  return {
    ...config,
    host: 'test-host',
    ...(patch.mediaRoot === undefined ? {} : { mediaRoot: patch.mediaRoot }),
    ...(patch.catalog === undefined ? {} : { catalog: patch.catalog }),
    download: {
      ...config.download,
      stallSeconds: 2,
      connectSeconds: 3,
      leaseSeconds: 6,
      settleSeconds: 0,
      giveUpSeconds: 60,
      perHost: 16,
      ...patch.download,
    },
    media: { ...config.media, slots: 2, ...patch.media },
    transfer: { ...config.transfer, slots: 4, ...patch.transfer },
    hosts: { ...config.hosts, leaseSeconds: 10, patienceSeconds: 10, ...patch.hosts },
    plan: { ...config.plan, reconcileSeconds: 5, ...patch.plan },
    google: { ...config.google, ...patch.google },
    lecture: { ...config.lecture, ...patch.lecture },
    tools: { ...config.tools, ...patch.tools },
    log: { level: 'error' },
  };
}

interface Worker {
  stop(): Promise<void>;
}

async function startWorker(config: Config): Promise<Worker> {
  const abort = new AbortController();
  const ready = Promise.withResolvers<void>();
  const ended = runWorker({
    config,
    signal: abort.signal,
    workflowBundle: await workflowBundle(),
    onReady: () => ready.resolve(),
  });
  ended.catch((error: unknown) => ready.reject(error));
  await ready.promise;
  return {
    stop: async () => {
      abort.abort();
      await ended;
    },
  };
}

/** Other commands find the stack by this file, as they find one of `longtake up`. */
async function writeStackFile(dir: string, temporal: { address: string; namespace: string }): Promise<void> {
  const stack = {
    pid: process.pid,
    temporalAddress: temporal.address,
    temporalNamespace: temporal.namespace,
    dataDir: dir,
    startedAt: new Date().toISOString(),
  };
  await writeFile(join(dir, 'stack.json'), JSON.stringify(stack));
}

/** Starts everything; dispose of it in the file's end. `withWorker: false` leaves the worker to the test. */
export async function startPlanStack({
  settings = {},
  withWorker = true,
}: { settings?: SettingsPatch; withWorker?: boolean } = {}): Promise<PlanStack> {
  const [dir, temporal, archive] = await Promise.all([tempDir(), ownNamespace(), startArchive()]);
  await writeStackFile(dir.path, temporal);
  const config: Config = { ...shortConfig(dir.path, settings), temporal };
  await mkdir(config.mediaRoot, { recursive: true });
  const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  let worker = withWorker ? await startWorker(config) : undefined;
  const stopWorker = async (): Promise<void> => {
    await worker?.stop();
    worker = undefined;
  };
  return {
    ...temporal,
    dir: dir.path,
    config,
    catalog,
    client,
    archive,
    media: (path) => join(config.mediaRoot, path),
    ...planCalls({ catalog, client, config }),
    stopWorker,
    async [Symbol.asyncDispose]() {
      await stopWorker();
      await connection.close();
      await catalog.close();
      await archive.close();
      await dir.remove();
    },
  };
}

type PlanCalls = Pick<PlanStack, 'addCamera' | 'add' | 'start' | 'end' | 'run' | 'show'>;

function planCalls({ catalog, client, config }: Pick<PlanStack, 'catalog' | 'client' | 'config'>): PlanCalls {
  const show = async (planId: string) => planDocument.parse(await planDocumentOf(catalog, planId));
  const calls: PlanCalls = {
    show,
    async addCamera(fields) {
      await addCamera(catalog, { fields });
    },
    async add(request) {
      const given = {
        date: planDate,
        steps: ['download', 'merge'],
        toleranceWindow: '00:00-24:00',
        ...request,
      };
      const spec = planRequest.parse({ gapThresholdSeconds: 0.5, segmentSeconds: 4, ...given });
      const { mediaRoot } = config;
      const { id } = await addPlan({ catalog, spec, mediaRoot, workersAreHere: true, dryRun: false });
      if (id === undefined) throw new Error('a plan without id');
      return id;
    },
    async start(planId, { force = false } = {}) {
      const { spec } = await catalog.plans.require(planId);
      const days = await catalog.cameraDays.list(planId);
      const startMs = days[0]?.startMs ?? 0;
      await startPlan(client, { planId, spec, cameraDays: days.length, startMs, force });
    },
    async end(planId) {
      const { failure } = await waitForPlan({ client, planId, signal: AbortSignal.timeout(120_000) });
      if (failure) throw new Error(`plan ${planId} failed: ${failure}`);
      return await show(planId);
    },
    async run(request) {
      const planId = await calls.add(request);
      await calls.start(planId);
      return await calls.end(planId);
    },
  };
  return calls;
}
