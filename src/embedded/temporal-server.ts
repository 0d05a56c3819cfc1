// Starts and stops the Temporal dev server of an embedded stack: one process, SQLite below the data directory, Web UI.
import { join } from 'node:path';
import type { Run, RunEnd } from '../process/run-spec.ts';
import { freePorts, refuseTakenPorts } from './free-ports.ts';
import { startServerProcess } from './server-process.ts';
import { acquireStackLock } from './stack-lock.ts';
import { servesNamespace, shapeNamespace } from './temporal-namespace.ts';
import { prepareDatabase, readTemporalVersion, type TemporalVersion } from './temporal-stamp.ts';

export interface TemporalServerSpec {
  run: Run;
  /** Path of the Temporal CLI. */
  binary: string;
  /** The database, its version stamp and its lock lie in `<dataDir>/temporal`. */
  dataDir: string;
  ip: string;
  /** gRPC port; absent: a free one. */
  port?: number;
  /** Web UI port; absent: a free one. */
  uiPort?: number;
  /** `Name=Type` each, see contract/search-attributes.ts. */
  searchAttributes: readonly string[];
  /** Made when absent; `default` always exists. */
  namespace: string;
  logFile: string;
  /** How long closed workflows stay readable. */
  retentionDays?: number;
  /** Moves an existing database aside before the start. */
  freshHistory?: boolean;
  /** False: no fsync per commit, for tests; a crash of the machine may then lose the database. */
  durable?: boolean;
}

export interface TemporalServer {
  /** `ip:port` for clients and workers. */
  address: string;
  uiUrl: string;
  /** Process group of the server. */
  pid: number;
  version: TemporalVersion;
  /** Settles when the server has ended for whatever reason. */
  ended: Promise<RunEnd>;
  /** Stops the server and gives its data directory free. Safe to call twice. */
  stop(): Promise<void>;
}

/** Arguments of `temporal`; settings of the user's own CLI profile are kept out. */
export function temporalServerArgs(spec: {
  database: string;
  ip: string;
  port: number;
  uiPort: number;
  searchAttributes: readonly string[];
  namespace: string;
  durable: boolean;
}): string[] {
  return [
    ...['server', 'start-dev', '--disable-config-file', '--disable-config-env', '--log-format', 'json'],
    ...['--db-filename', spec.database, '--ip', spec.ip, '--port', String(spec.port)],
    ...['--ui-ip', spec.ip, '--ui-port', String(spec.uiPort)],
    ...(spec.namespace === 'default' ? [] : ['--namespace', spec.namespace]),
    ...spec.searchAttributes.flatMap((attribute) => ['--search-attribute', attribute]),
    ...(spec.durable ? [] : ['--sqlite-pragma', 'synchronous=off']),
  ];
}

/** Starts it and returns when its namespace is served. Throws Fault ConfigInvalid or ToolMissing. */
export async function startTemporalServer(spec: TemporalServerSpec): Promise<TemporalServer> {
  const dir = join(spec.dataDir, 'temporal');
  const version = await readTemporalVersion(spec.run, spec.binary);
  const lock = await acquireStackLock({ dataDir: dir, name: 'temporal' });
  try {
    const database = await prepareDatabase({ dir, version, freshHistory: spec.freshHistory ?? false });
    return await startLocked(spec, { database, version, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  spec: TemporalServerSpec,
  held: { database: string; version: TemporalVersion; lock: Awaited<ReturnType<typeof acquireStackLock>> },
): Promise<TemporalServer> {
  const { ip, namespace, searchAttributes } = spec;
  const [freeA, freeB] = await freePorts(ip, 2);
  const port = spec.port ?? freeA!;
  const uiPort = spec.uiPort ?? freeB!;
  const address = `${ip}:${port}`;
  await refuseTakenPorts(ip, { Temporal: port, 'Web UI': uiPort });
  const server = await startServerProcess({
    run: spec.run,
    label: 'the Temporal server',
    command: spec.binary,
    args: temporalServerArgs({
      ...{ database: held.database, ip, port, uiPort, searchAttributes, namespace },
      durable: spec.durable ?? true,
    }),
    logFile: spec.logFile,
    isReady: () => servesNamespace(address, namespace),
    startSeconds: 60,
  });
  try {
    await held.lock.addServer(server.pid);
    await shapeNamespace({ address, namespace, searchAttributes, retentionDays: spec.retentionDays ?? 30 });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await server.stop();
    await held.lock.release();
  };
  return {
    address,
    uiUrl: `http://${ip}:${uiPort}`,
    version: held.version,
    pid: server.pid,
    ended: server.ended,
    stop,
  };
}
