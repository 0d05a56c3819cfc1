// What the tests of runRelay share: a catalog in SQLite that can be away, a MediaMTX behind its gate, and what was told.
import { join } from 'node:path';
import { createHandOver } from '../../../src/activities/restream/hand-over.ts';
import type { RestreamDeps, RestreamSettings } from '../../../src/activities/restream/restream-deps.ts';
import { runRelay } from '../../../src/activities/restream/run-relay.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { RelaySpec } from '../../../src/catalog/relay-types.ts';
import type { RelayReport } from '../../../src/contract/restream-messages.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { mintToken } from '../../../src/gate/token.ts';
import { createFfmpeg, type Ffmpeg } from '../../../src/media/ffmpeg.ts';
import { relayRtsp } from '../../../src/media/relay.ts';
import { createControl } from '../../../src/mediamtx/control.ts';
import { describeRtsp } from '../../../src/rtsp/describe.ts';
import { startMediaMtx, type TestMediaMtx } from '../../setup/mediamtx.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import { testRun } from '../../setup/test-tools.ts';
import { inActivity, type RunningActivity } from '../in-activity.ts';

const settings: RestreamSettings = {
  ...{ engine: 'ffmpeg', pathPrefix: 'cam/', pollSeconds: 1, keepSeconds: 0.2, connectSeconds: 5 },
  ...{ stallSeconds: 4, restartSeconds: 0.3, backoffSeconds: 1, serverLostSeconds: 10 },
  ...{
    handOverSeconds: 0,
    connects: { perHost: 100, perSubnet: 100 },
    vanishShare: 0.2,
    confirmGoneSeconds: 1,
  },
};

export interface RelayStage extends AsyncDisposable {
  server: TestMediaMtx;
  catalog: Catalog;
  /** Reports that workflows were sent. */
  told: { cameraId: string; report: RelayReport }[];
  /** While true every method of relays and servers fails. */
  away: boolean;
  /** Puts a camera into the list, on engine ffmpeg. */
  place(cameraId: string, camera: { spec: RelaySpec; password?: string; user?: string }): Promise<void>;
  run(cameraId: string): RunningActivity<void>;
  /** Another worker than that of `run`. */
  addWorker(handOverSeconds: number): StageWorker;
  report(cameraId: string): Promise<RelayReport | undefined>;
  /** States told of a camera, in their order. */
  statesTold(cameraId: string): string[];
}

export interface StageWorker {
  run(cameraId: string): RunningActivity<void>;
  /** As a worker's shutdown does: its own word, then one to each activity. */
  stop(): void;
  /** Resolves when the process could end. */
  isDone(): Promise<void>;
}

export async function openStage(): Promise<RelayStage> {
  const dir = await tempDir();
  const server = await startMediaMtx({ record: false });
  const keyFile = join(dir.path, 'key');
  const catalog = await connectCatalog({ kind: 'sqlite', file: join(dir.path, 'catalog.sqlite'), keyFile });
  await catalog.relayServers.put({
    name: 'one',
    spec: { apiUrl: server.apiUrl, rtspUrl: server.rtspUrl, weight: 1, returns: 'word' },
    secrets: { api: server.users.api, gateKey: server.users.gateKey },
  });
  const ffmpeg = createFfmpeg({ run: await testRun(), ffmpegPath: 'ffmpeg' });
  const stage = {
    ...{ server, catalog, away: false },
    told: [] as RelayStage['told'],
    place: (cameraId, camera) => place(catalog, { cameraId, ...camera }),
    run: (cameraId) => first.run(cameraId),
    addWorker: (handOverSeconds) => workerOf(handOverSeconds),
    report: async (cameraId) => (await catalog.relays.get(cameraId))?.report,
    statesTold: (cameraId) =>
      stage.told.filter((one) => one.cameraId === cameraId).map(({ report }) => report.state),
    async [Symbol.asyncDispose]() {
      await catalog.close();
      await server.stop();
      await dir.remove();
    },
  } satisfies RelayStage as RelayStage;
  const workerOf = (handOverSeconds: number): StageWorker =>
    startWorker(depsOf(stage, ffmpeg), handOverSeconds);
  const first = workerOf(0);
  return stage;
}

type SharedDeps = Omit<RestreamDeps, 'settings' | 'stopping' | 'handOver'>;

function depsOf(stage: RelayStage, ffmpeg: Ffmpeg): SharedDeps {
  const { catalog, server } = stage;
  return {
    catalog: {
      ...catalog,
      relays: awayable(stage, catalog.relays),
      relayServers: awayable(stage, catalog.relayServers),
    },
    isCurrentAttempt: async () => true,
    readCameras: () => Promise.reject(new Error('a relay reads no list')),
    onCamerasChanged: () => undefined,
    controlOf: () =>
      Promise.resolve(createControl({ baseUrl: server.apiUrl, credentials: server.users.api })),
    probe: describeRtsp,
    publish: (spec) => relayRtsp(ffmpeg, spec),
    publishTokenOf: ({ path, epoch }) =>
      Promise.resolve(
        mintToken({ key: server.users.gateKey, path, epoch, expiresAtMs: Date.now() + 60_000 }),
      ),
    tellRelay: async (cameraId, report) => void stage.told.push({ cameraId, report }),
    tellServersChanged: () => Promise.resolve(),
  };
}

function startWorker(shared: SharedDeps, graceSeconds: number): StageWorker {
  const ending = new AbortController();
  const stopping = ending.signal;
  const handOver = createHandOver({ stopping, graceSeconds });
  const deps = { ...shared, settings: { ...settings, handOverSeconds: graceSeconds }, stopping, handOver };
  const running: RunningActivity<void>[] = [];
  return {
    run(cameraId) {
      const activity = inActivity(() => runRelay(deps, { cameraId }));
      running.push(activity);
      return activity;
    },
    stop() {
      ending.abort();
      for (const activity of running) activity.cancel({ workerShutdown: true });
    },
    isDone: () => handOver.isDone(),
  };
}

interface Placement {
  cameraId: string;
  spec: RelaySpec;
  user?: string;
  password?: string;
}

async function place(
  { relays }: Catalog,
  { cameraId, spec, user = 'reader', password }: Placement,
): Promise<void> {
  const credentials = password === undefined ? {} : { credentials: { user, password } };
  await relays.sync({ cameras: [{ cameraId, spec, ...credentials }], gone: [] });
  await relays.place({ cameraId, engine: 'ffmpeg', server: 'one', stopped: false });
}

function awayable<T extends object>(stage: { away: boolean }, repository: T): T {
  return new Proxy(repository, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (!stage.away || typeof member !== 'function') return member;
      return () => Promise.reject(new Fault('CatalogUnavailable', 'The catalog is away, says the test.'));
    },
  });
}
