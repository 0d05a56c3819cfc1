// A MediaMTX with its gate that carries relays in a test: it can be killed and comes back at the same ports.
import { join } from 'node:path';
import type { RelayServerSpec } from '../../../src/catalog/relay-types.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { freePorts } from '../../../src/embedded/free-ports.ts';
import { startGateServer } from '../../../src/embedded/gate-server.ts';
import { startMediaMtxServer } from '../../../src/embedded/mediamtx-server.ts';
import { createControl, type Control, type PathState } from '../../../src/mediamtx/control.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import { testRun, testServer } from '../../setup/test-tools.ts';

export interface RelayTarget extends AsyncDisposable {
  name: string;
  /** `rtsp://ip:port` */
  rtspUrl: string;
  control: Control;
  paths(): Promise<PathState[]>;
  /** With the reader's credentials. */
  readUrl(path: string): string;
  /** KILL: all its paths are forgotten. */
  kill(): Promise<void>;
  /** At the same ports. */
  restart(): Promise<void>;
}

const ip = '127.0.0.1';
const never = new AbortController().signal;

/** Starts it and puts it into the catalog. */
export async function startRelayTarget(
  catalog: Catalog,
  { name, returns = 'word' }: { name: string; returns?: RelayServerSpec['returns'] },
): Promise<RelayTarget> {
  const dir = await tempDir();
  const [rtsp = 0, api = 0, playback = 0] = await freePorts(ip, 3);
  const gate = await startGateServer({
    ...{ ip, port: 0, dataDir: dir.path, apiUrl: `http://${ip}:${api}` },
    logFile: join(dir.path, 'gate.log'),
  });
  const start = async () =>
    await startMediaMtxServer({
      ...{ ip, gate, ports: { rtsp, api, playback }, record: false },
      run: await testRun(),
      binary: await testServer('mediamtx'),
      dataDir: dir.path,
      mediaDir: join(dir.path, 'media'),
      logFile: join(dir.path, 'mediamtx.log'),
    });
  let server = await start();
  const { apiUrl, rtspUrl, users } = server;
  const spec = { apiUrl, rtspUrl, weight: 1, returns };
  await catalog.relayServers.put({ name, spec, secrets: { api: users.api, gateKey: users.gateKey } });
  const control = createControl({ baseUrl: apiUrl, credentials: users.api });
  const { user, password } = users.reader;
  return {
    ...{ name, rtspUrl, control },
    paths: () => control.listPaths(never),
    readUrl: (path) => `rtsp://${user}:${password}@${ip}:${rtsp}/${path}`,
    async kill() {
      process.kill(-server.pid, 'SIGKILL');
      await server.stop();
    },
    async restart() {
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await gate.close();
      await dir.remove();
    },
  };
}
