// The embedded stack: Temporal with its Web UI, MediaMTX with its gate, the stand-in for Google if wanted, the catalog and workers, started in order and stopped in reverse.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { connectCatalog } from '../catalog/connect.ts';
import type { Config } from '../config/schema.ts';
import { searchAttributeArgs } from '../contract/search-attributes.ts';
import type { StackDocument } from '../contract/stack.ts';
import type { Run } from '../process/run-spec.ts';
import { createRun } from '../process/run.ts';
import { detectWrapper } from '../process/detect-wrapper.ts';
import { findServer, type ServerTool } from './find-server.ts';
import { startGateServer, type GateServer } from './gate-server.ts';
import {
  requireStandIn,
  standInSettings,
  startGoogleStandIn,
  type GoogleStandIn,
} from './google-stand-in.ts';
import { keepUp, type Kept, type Running } from './keep-up.ts';
import { startMediaMtxServer, type MediaMtxServer } from './mediamtx-server.ts';
import { registerRelayServer } from './register-relay-server.ts';
import { acquireStackLock } from './stack-lock.ts';
import { chooseStackPorts, type StackPorts } from './stack-ports.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';
import { startWorkerProcess } from './worker-process.ts';

export interface StackSpec {
  config: Config;
  /** Worker processes, at least 1. */
  workers: number;
  /** Environment of this process: tools are looked up with it, workers get the variables of Longtake and Temporal. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Settings over the environment for the workers of this stack, as LONGTAKE_* variables. */
  workerSettings?: Readonly<Record<string, string>>;
  /** Move a Temporal database of another version aside instead of refusing it. */
  freshHistory?: boolean;
  /** Start the stand-in for Google too, and lead the workers to it. */
  fakeGoogle?: boolean;
  /** One sentence for each step and each restart. */
  note: (line: string) => void;
  /** Aborted during the start: what has been started is stopped again. */
  signal: AbortSignal;
}

export interface Stack {
  document: StackDocument;
  run: Run;
  mediamtx: MediaMtxServer;
  gate: GateServer;
  /** Stops everything in reverse order. Safe to call twice. */
  stop(): Promise<void>;
}

const ip = '127.0.0.1';

/** Starts the stack and returns when every part answers. Throws Fault; whatever had started is stopped again. */
export async function startStack(spec: StackSpec): Promise<Stack> {
  const { dataDir } = spec.config;
  if (spec.fakeGoogle) await requireStandIn(spec.config);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const undo: (() => Promise<void>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= runReversed(undo, spec.note));
  try {
    const lock = await acquireStackLock({ dataDir, name: 'stack' });
    undo.push(() => lock.release());
    const run = createRun({ wrapper: await detectWrapper() });
    const parts = await startServers({ spec, run, undo });
    spec.signal.throwIfAborted();
    await withCatalog(spec, (catalog) =>
      registerRelayServer({ catalog, mediamtx: parts.mediamtx.current() }),
    );
    const document = documentOf(spec.config, parts);
    await startWorkers({ spec, run, undo, document });
    spec.signal.throwIfAborted();
    await writeStackFile(document);
    undo.push(() => rm(stackPath(dataDir), { force: true }));
    return { document, run, mediamtx: parts.mediamtx.current(), gate: parts.gate, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Starting {
  spec: StackSpec;
  run: Run;
  undo: (() => Promise<void>)[];
}

interface Servers {
  temporal: Kept<TemporalServer>;
  mediamtx: Kept<MediaMtxServer>;
  gate: GateServer;
  google: Kept<GoogleStandIn> | undefined;
}

/** The servers and the catalog at once: none needs another. What started is stopped even when another did not. */
async function startServers({ spec, run, undo }: Starting): Promise<Servers> {
  const ports = await chooseStackPorts({ dataDir: spec.config.dataDir, ip });
  const [temporal, mediamtx, google, catalog] = await Promise.allSettled([
    startTemporal({ spec, run, undo }, ports),
    startMedia({ spec, run, undo }, ports),
    spec.fakeGoogle ? startGoogle({ spec, run, undo }, ports) : undefined,
    migrateCatalog(spec),
  ]);
  if (temporal.status === 'rejected') throw temporal.reason;
  if (mediamtx.status === 'rejected') throw mediamtx.reason;
  if (google.status === 'rejected') throw google.reason;
  if (catalog.status === 'rejected') throw catalog.reason;
  return { temporal: temporal.value, ...mediamtx.value, google: google.value };
}

async function startTemporal(
  { spec, run, undo }: Starting,
  ports: StackPorts,
): Promise<Kept<TemporalServer>> {
  const { config, note } = spec;
  const binary = await findBinary({ spec, run }, 'temporal');
  const kept = await keepUp({
    label: 'Temporal',
    note,
    start: () =>
      startTemporalServer({
        ...{ run, binary, ip, dataDir: config.dataDir, port: ports.temporal, uiPort: ports.temporalUi },
        searchAttributes: searchAttributeArgs,
        namespace: config.temporal.namespace ?? 'default',
        logFile: join(config.dataDir, 'logs', 'temporal.log'),
        freshHistory: spec.freshHistory ?? false,
      }),
  });
  undo.push(() => kept.stop());
  note(`Temporal ${kept.current().address}, Web UI ${kept.current().uiUrl}`);
  return kept;
}

/** The gate first: without it MediaMTX lets nobody in, not even us. */
async function startMedia(
  { spec, run, undo }: Starting,
  ports: StackPorts,
): Promise<Pick<Servers, 'mediamtx' | 'gate'>> {
  const { config, note } = spec;
  const binary = await findBinary({ spec, run }, 'mediamtx');
  const gate = await startGateServer({
    ...{ ip, dataDir: config.dataDir, port: ports.gate, apiUrl: `http://${ip}:${ports.api}` },
    logFile: join(config.dataDir, 'logs', 'gate.log'),
    pathPrefix: config.restream.pathPrefix,
  });
  undo.push(() => gate.close());
  const kept = await keepUp({
    label: 'MediaMTX',
    note,
    start: () =>
      startMediaMtxServer({
        ...{ run, binary, ip, gate, dataDir: config.dataDir, mediaDir: config.dataDir },
        ports: { rtsp: ports.rtsp, api: ports.api, playback: ports.playback },
        logFile: join(config.dataDir, 'logs', 'mediamtx.log'),
        pathPrefix: config.restream.pathPrefix,
      }),
  });
  undo.push(() => kept.stop());
  note(`MediaMTX ${kept.current().rtspUrl}, playback ${kept.current().playbackUrl}`);
  return { mediamtx: kept, gate };
}

async function startGoogle({ spec, run, undo }: Starting, ports: StackPorts): Promise<Kept<GoogleStandIn>> {
  const { config, note } = spec;
  const kept = await keepUp({
    label: 'The stand-in for Google',
    note,
    start: () =>
      startGoogleStandIn({
        ...{ run, ip, dataDir: config.dataDir, port: ports.google },
        logFile: join(config.dataDir, 'logs', 'google.log'),
      }),
  });
  undo.push(() => kept.stop());
  note(`Stand-in for Google ${kept.current().document.apiUrl}`);
  return kept;
}

async function findBinary({ spec, run }: Pick<Starting, 'spec' | 'run'>, tool: ServerTool): Promise<string> {
  const configured = spec.config.tools[tool];
  const { path } = await findServer({
    ...{ run, tool, environment: spec.environment },
    // The bare name is the default: then the pinned version is looked for.
    ...(configured === tool ? {} : { configuredPath: configured }),
  });
  return path;
}

async function withCatalog({ config }: StackSpec, work: (catalog: Catalog) => Promise<void>): Promise<void> {
  const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
  try {
    await work(catalog);
  } finally {
    await catalog.close();
  }
}

async function migrateCatalog(spec: StackSpec): Promise<void> {
  const { config, note } = spec;
  await withCatalog(spec, async () => undefined);
  note(`Catalog ${config.catalog.kind === 'sqlite' ? config.catalog.file : 'in PostgreSQL'}`);
}

async function startWorkers({
  spec,
  run,
  undo,
  document: { temporalAddress, google },
}: Starting & { document: StackDocument }): Promise<void> {
  const { config, note } = spec;
  const environment = {
    // MediaMTX ends with its workers here: there is no next owner to wait for.
    LONGTAKE_RESTREAM_HAND_OVER_SECONDS: '0',
    ...ownVariables(spec.environment),
    ...(google && standInSettings(google)),
    ...spec.workerSettings,
  };
  const outcomes = await Promise.allSettled(
    Array.from({ length: spec.workers }, async (_, index) => {
      const kept: Kept<Running> = await keepUp({
        label: `Worker ${index + 1}`,
        note,
        start: () =>
          startWorkerProcess({
            ...{ run, temporalAddress, environment, dataDir: config.dataDir },
            logFile: join(config.dataDir, 'logs', `worker-${index + 1}.log`),
          }),
      });
      undo.push(() => kept.stop());
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  note(`${spec.workers} worker${spec.workers === 1 ? '' : 's'} on ${config.host}`);
}

/** What a worker must know of our environment: settings of Longtake and of Temporal, and where files of the user lie. */
function ownVariables(environment: StackSpec['environment']): Record<string, string> {
  const wanted = /^(LONGTAKE_|TEMPORAL_|XDG_|TZ$)/;
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      wanted.test(entry[0]) && entry[0] !== 'LONGTAKE_OWNER' && entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

function documentOf({ dataDir }: Config, { temporal, mediamtx, google }: Servers): StackDocument {
  const { rtspUrl, playbackUrl, apiUrl } = mediamtx.current();
  return {
    pid: process.pid,
    temporalAddress: temporal.current().address,
    uiUrl: temporal.current().uiUrl,
    mediamtx: { rtspUrl, playbackUrl, apiUrl, accountsFile: join(dataDir, 'mediamtx', 'users.json') },
    ...(google && { google: google.current().document }),
    dataDir,
    startedAt: new Date().toISOString(),
  };
}

const stackPath = (dataDir: string): string => join(dataDir, 'stack.json');

async function writeStackFile(document: StackDocument): Promise<void> {
  const path = stackPath(document.dataDir);
  await writeFile(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** The last started goes first; one that does not stop keeps no other from stopping. */
async function runReversed(undo: (() => Promise<void>)[], note: (line: string) => void): Promise<void> {
  for (const step of undo.splice(0).reverse())
    await step().catch((error: unknown) =>
      note(`Stopping: ${error instanceof Error ? error.message : String(error)}`),
    );
}
