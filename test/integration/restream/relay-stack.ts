// A whole restream for one test file: cameras, MediaMTX servers, catalog, workers in this process or as children; everything short.
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { RelayServerSpec } from '../../../src/catalog/relay-types.ts';
import { startRestream } from '../../../src/client/restream.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { runWorker } from '../../../src/worker/main.ts';
import { startMediaMtx, tempDir, type TestMediaMtx } from '../../setup/servers.ts';
import { ownNamespace } from '../../setup/own-namespace.ts';
import { workflowBundle } from '../../setup/workflow-bundle.ts';
import { startCamera, type LiveCamera } from '../../fakes/live-camera.ts';
import { spawnWorker, type WorkerChild } from '../faults/worker-child.ts';
import { watchRelays, type RelayWatch } from './relay-watch.ts';
import { startRelayTarget, type RelayTarget } from './relay-target.ts';

export interface RelayStackSpec {
  /** Over the stack's own short settings. */
  settings?: Partial<Config['restream']>;
  servers?: readonly { name: string; returns?: RelayServerSpec['returns'] }[];
  /** PostgreSQL instead of a file. */
  catalogUrl?: string;
  /** Instead of a namespace of the run's server. */
  temporal?: { address: string; namespace: string; codePath: string };
  /** `own`: in this process; `none`: the test adds children. */
  worker?: 'own' | 'none';
}

export interface RelayStack extends RelayWatch, AsyncDisposable {
  config: Config;
  catalog: Catalog;
  client: Client;
  /** Plays all cameras: one publisher a path, read by as many cameras as a test likes. */
  cameras: CameraSide;
  /** The first server. */
  target: RelayTarget;
  targets: RelayTarget[];
  /** Cameras of the catalog, at one path of the camera side unless told otherwise. */
  addCameras(ids: readonly string[], live?: { path?: string; url?: string }): Promise<void>;
  /** The supervisor. */
  start(): Promise<void>;
  /** A child process; serves when it is ready. `ownCommand`: by the product's own command, which ends well when it is asked to. */
  addWorker(options?: { ownCommand: boolean }): Promise<WorkerChild>;
}

export interface CameraSide extends AsyncDisposable {
  server: TestMediaMtx;
  /** Address of a path as cameras have it: with a login. */
  url(path: string): string;
  /** Starts a publisher of its own. */
  publish(path: string): Promise<LiveCamera>;
}

/** Where cameras stand unless a test says otherwise. */
export const usualPath = 'live';

const quick: Partial<Config['restream']> = {
  pollSeconds: 0.5,
  keepSeconds: 0.3,
  connectSeconds: 3,
  stallSeconds: 3,
  restartSeconds: 0.5,
  backoffSeconds: 2,
  serverLostSeconds: 2,
  handOverSeconds: 0,
  confirmGoneSeconds: 0.6,
};

const variable = (key: string): string =>
  `LONGTAKE_RESTREAM_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** Starts everything but the supervisor; dispose of it in the file's end. */
export async function startRelayStack(spec: RelayStackSpec = {}): Promise<RelayStack> {
  const dir = await tempDir();
  const [temporal, cameras] = await Promise.all([spec.temporal ?? ownNamespace(), startCameraSide()]);
  const env = environmentOf(spec, { dir: dir.path, temporal });
  const config = loadConfig({ env: { PATH: process.env['PATH'], ...env }, cwd: dir.path });
  const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
  const targets = await Promise.all(
    (spec.servers ?? [{ name: 'm1' }]).map((server) => startRelayTarget(catalog, server)),
  );
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const codePath = spec.temporal?.codePath ?? (await workflowBundle()).codePath;
  const worker = spec.worker === 'none' ? undefined : await startWorker(config, codePath);
  const children: WorkerChild[] = [];
  return {
    ...{ config, catalog, client, cameras, target: targets[0]!, targets },
    ...watchRelays({ catalog, client, targets, config }),
    async addCameras(ids, { path = usualPath, url = cameras.url(path) } = {}) {
      await storeCameras(catalog, ids, url);
    },
    start: async () => void (await startRestream(client)),
    async addWorker({ ownCommand } = { ownCommand: false }) {
      const logFile = join(dir.path, 'workers.log');
      const child = spawnWorker({ env, logFile, ...(ownCommand ? {} : { codePath }) });
      children.push(child);
      await child.ready;
      return child;
    },
    async [Symbol.asyncDispose]() {
      await worker?.stop();
      await Promise.all(children.map((child) => child.kill()));
      await connection.close();
      await catalog.close().catch(() => undefined);
      await Promise.all([...targets, cameras].map((server) => server[Symbol.asyncDispose]()));
      await dir.remove();
    },
  };
}

function environmentOf(
  { settings = {}, catalogUrl }: RelayStackSpec,
  { dir, temporal }: { dir: string; temporal: { address: string; namespace: string } },
): Record<string, string> {
  const restream = Object.entries({ ...quick, ...settings }).map(([key, value]) => [
    variable(key),
    String(value),
  ]);
  return {
    LONGTAKE_HOST: 'test-host',
    LONGTAKE_LOG: 'error',
    LONGTAKE_DATA: dir,
    LONGTAKE_MEDIA_ROOT: join(dir, 'media'),
    LONGTAKE_TEMPORAL_ADDRESS: temporal.address,
    LONGTAKE_TEMPORAL_NAMESPACE: temporal.namespace,
    ...(catalogUrl === undefined
      ? { LONGTAKE_CATALOG_FILE: join(dir, 'catalog.sqlite') }
      : { LONGTAKE_CATALOG_URL: catalogUrl }),
    ...(Object.fromEntries(restream) as Record<string, string>),
  };
}

async function startWorker(config: Config, codePath: string): Promise<{ stop(): Promise<void> }> {
  const abort = new AbortController();
  const ready = Promise.withResolvers<void>();
  const ended = runWorker({
    config,
    signal: abort.signal,
    workflowBundle: { codePath },
    onReady: () => ready.resolve(),
  });
  ended.catch((error: unknown) => ready.reject(error));
  await ready.promise;
  const stop = async (): Promise<void> => {
    abort.abort();
    await ended;
  };
  return { stop };
}

async function startCameraSide(): Promise<CameraSide> {
  const server = await startMediaMtx({ record: false });
  const publishers: LiveCamera[] = [];
  const publish = async (path: string): Promise<LiveCamera> => {
    const camera = await startCamera(server.publishUrl(path));
    publishers.push(camera);
    return camera;
  };
  await publish(usualPath);
  return {
    ...{ server, publish },
    url: (path) => server.readUrl(path),
    async [Symbol.asyncDispose]() {
      await Promise.all(publishers.map((camera) => camera.stop()));
      await server.stop();
    },
  };
}

async function storeCameras(catalog: Catalog, ids: readonly string[], url: string): Promise<void> {
  const { username: user, password } = new URL(url);
  const liveUrl = user === '' ? url : url.replace(`${user}:${password}@`, '');
  await catalog.cameras.upsertMany({
    rows: ids.map((id) => ({ id, liveUrl, timeZone: 'UTC', tags: [], enabled: true })),
    credentials:
      user === '' ? [] : ids.map((cameraId) => ({ cameraId, field: 'live' as const, user, password })),
  });
}
