// What the tests of keepers share: a catalog in SQLite, a real MediaMTX to keep, faults to switch on, and what was told.
import { join } from 'node:path';
import { createHandOver } from '../../../src/activities/restream/hand-over.ts';
import { keepServer } from '../../../src/activities/restream/keep-server.ts';
import type { RestreamDeps, RestreamSettings } from '../../../src/activities/restream/restream-deps.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { RelayServerState, RelaySpec, WantedRelay } from '../../../src/catalog/relay-types.ts';
import type { RelayReport, RelayState } from '../../../src/contract/restream-messages.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { createControl, type Control, type PathState } from '../../../src/mediamtx/control.ts';
import { describeRtsp } from '../../../src/rtsp/describe.ts';
import { startCamera, type LiveCamera } from '../../fakes/live-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import type { TestMediaMtx } from '../../setup/mediamtx.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import { inActivity, type RunningActivity } from '../in-activity.ts';

const quick: Omit<RestreamSettings, 'pathPrefix'> = {
  ...{ engine: 'pull', pollSeconds: 1, keepSeconds: 0.2, connectSeconds: 5 },
  ...{ handOverSeconds: 0, stallSeconds: 3, restartSeconds: 0.3, backoffSeconds: 1, serverLostSeconds: 0.5 },
  ...{ connects: { perHost: 100, perSubnet: 100 }, vanishShare: 0.2, confirmGoneSeconds: 1 },
};

export interface KeeperFaults {
  /** Every call of the catalog fails. */
  catalogAway: boolean;
  /** No word reaches a workflow. */
  temporalAway: boolean;
  /** Calls of the Control API: those whose name is here fail in this way. */
  control: Partial<Record<keyof Control, () => Fault>>;
}

export interface KeeperStage extends AsyncDisposable {
  catalog: Catalog;
  deps: RestreamDeps;
  faults: KeeperFaults;
  /** Of the server, without faults. */
  control: Control;
  told: { cameraId: string; report: RelayReport }[];
  /** How often the supervisor was told of its servers. */
  serversTold: number;
  /** Begins to keep the server, with what an earlier attempt left; ended at the end of the stage. */
  keep(heartbeatDetails?: unknown): RunningActivity<void>;
  /** Puts a camera into the list and onto the server. */
  place(camera: WantedRelay, more?: { forgive?: boolean; stopped?: boolean }): Promise<void>;
  pathOf(cameraId: string): Promise<PathState | undefined>;
  /** Until the catalog says that it is in this state. */
  isIn(cameraId: string, state: RelayState): Promise<RelayReport>;
  serverIsIn(state: RelayServerState): Promise<void>;
  statesTold(cameraId: string): RelayState[];
}

let stages = 0;
export const { signal } = new AbortController();

/** Each has paths of its own at the server. */
export async function openKeeperStage(
  server: TestMediaMtx,
  settings: Partial<RestreamSettings> = {},
): Promise<KeeperStage> {
  const dir = await tempDir();
  const files = { file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'key') };
  const catalog = await connectCatalog({ kind: 'sqlite', ...files });
  const spec = { apiUrl: server.apiUrl, rtspUrl: server.rtspUrl, weight: 1, returns: 'word' } as const;
  await catalog.relayServers.put({ name: 'one', spec, secrets: { api: server.users.api } });
  const pathPrefix = `stage-${(stages += 1)}/`;
  const control = createControl({ baseUrl: server.apiUrl, credentials: server.users.api });
  const faults: KeeperFaults = { catalogAway: false, temporalAway: false, control: {} };
  const stage = { catalog, faults, control, told: [], serversTold: 0 } as unknown as KeeperStage;
  stage.deps = depsOf(stage, { ...quick, pathPrefix, ...settings });
  const running: RunningActivity<void>[] = [];
  return Object.assign(stage, waitsOf(stage), {
    keep(heartbeatDetails?: unknown) {
      const info = { heartbeatDetails };
      running.push(inActivity(() => keepServer(stage.deps, { server: 'one' }), info));
      return running.at(-1)!;
    },
    async [Symbol.asyncDispose]() {
      for (const activity of running) activity.cancel();
      await Promise.allSettled(running.map(({ ended }) => ended));
      for (const { name } of await control.listConfigs(signal))
        if (name.startsWith(pathPrefix)) await control.deletePath({ name, signal });
      await catalog.close();
      await dir.remove();
    },
  });
}

function depsOf(stage: KeeperStage, settings: RestreamSettings): RestreamDeps {
  const { catalog, control, faults } = stage;
  const away = (): Fault | undefined =>
    faults.catalogAway ? new Fault('CatalogUnavailable', 'The catalog is away, says the test.') : undefined;
  return {
    catalog: {
      ...catalog,
      relays: failing(catalog.relays, away),
      relayServers: failing(catalog.relayServers, away),
    },
    settings,
    stopping: new AbortController().signal,
    handOver: createHandOver({ stopping: new AbortController().signal, graceSeconds: 0 }),
    isCurrentAttempt: async () => true,
    readCameras: () => Promise.reject(new Error('a keeper reads no list')),
    onCamerasChanged: () => undefined,
    controlOf: () => Promise.resolve(failing(control, (name) => faults.control[name as keyof Control]?.())),
    probe: describeRtsp,
    publish: () => Promise.reject(new Error('a keeper publishes nothing')),
    publishTokenOf: () => Promise.reject(new Error('a keeper wants no token')),
    tellRelay: async (cameraId, report) => {
      if (faults.temporalAway) throw new Error('Temporal is away, says the test');
      stage.told.push({ cameraId, report });
    },
    tellServersChanged: async () => {
      if (faults.temporalAway) throw new Error('Temporal is away, says the test');
      stage.serversTold += 1;
    },
  };
}

/** The same object; its methods fail while `fault` names one. */
function failing<T extends object>(object: T, fault: (method: string) => Fault | undefined): T {
  return new Proxy(object, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const failure = fault(String(name));
        return failure ? Promise.reject(failure) : (member as (...all: unknown[]) => unknown)(...args);
      };
    },
  });
}

function waitsOf(stage: KeeperStage) {
  const { catalog, control, deps } = stage;
  const what = (cameraId: string): string => `${deps.settings.pathPrefix}${cameraId}`;
  return {
    async place(camera: WantedRelay, more: { forgive?: boolean; stopped?: boolean } = {}) {
      const { cameraId } = camera;
      await catalog.relays.sync({ cameras: [camera], gone: [] });
      await catalog.relays.place({ cameraId, engine: 'pull', server: 'one', stopped: false, ...more });
    },
    pathOf: (cameraId: string) => control.getPath({ name: what(cameraId), signal }),
    statesTold: (cameraId: string) =>
      stage.told.flatMap((one) => (one.cameraId === cameraId ? [one.report.state] : [])),
    async isIn(cameraId: string, state: RelayState) {
      const found = await eventually(
        async () => {
          const last = stage.told.findLast((one) => one.cameraId === cameraId)?.report;
          return last?.state === state ? last : undefined;
        },
        { what: `${cameraId} ${state}` },
      );
      return found!;
    },
    async serverIsIn(state: RelayServerState) {
      await eventually(async () => (await catalog.relayServers.get('one'))?.state === state, { what: state });
    },
  };
}

/** Starts a stream of a MediaMTX that plays the cameras, and waits until it can be had. */
export async function startStream(camera: TestMediaMtx, name: string): Promise<LiveCamera> {
  const stream = await startCamera(camera.publishUrl(name));
  const control = createControl({ baseUrl: camera.apiUrl, credentials: camera.users.api });
  await eventually(async () => (await control.getPath({ name, signal }))?.available, { what: name });
  return stream;
}

/** A stream of a MediaMTX that plays the camera's part. */
export const cameraAt = (
  camera: TestMediaMtx,
  {
    cameraId,
    stream,
    password,
    ...more
  }: { cameraId: string; stream: string; password?: string } & Partial<RelaySpec>,
): WantedRelay => ({
  cameraId,
  spec: { url: `${camera.rtspUrl}/${stream}`, ...more },
  credentials: { user: camera.users.reader.user, password: password ?? camera.users.reader.password },
});
