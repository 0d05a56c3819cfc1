// A MediaMTX of its own for a test, with its gate: free ports, temporary recordings.
import { join } from 'node:path';
import { freePorts } from '../../src/embedded/free-ports.ts';
import { startGateServer, type GateServer } from '../../src/embedded/gate-server.ts';
import { startMediaMtxServer, type MediaMtxServer } from '../../src/embedded/mediamtx-server.ts';
import { startAgain } from './start-again.ts';
import { tempDir } from './temp-dir.ts';
import { testRun, testServer } from './test-tools.ts';

export interface TestMediaMtx extends MediaMtxServer, AsyncDisposable {
  gate: GateServer;
  /** What the gate and MediaMTX write into. */
  dataDir: string;
  /** Address to publish to, with the publisher's credentials. */
  publishUrl(path: string): string;
  /** Address to read from, with the reader's credentials. */
  readUrl(path: string): string;
}

interface TestMediaMtxOptions {
  record?: boolean;
  recordSegmentSeconds?: number;
}

/** Starts it; `stop` ends it and removes its files. */
export async function startMediaMtx(options: TestMediaMtxOptions = {}): Promise<TestMediaMtx> {
  return await startAgain(() => startOnce(options));
}

async function startOnce(options: TestMediaMtxOptions): Promise<TestMediaMtx> {
  const dir = await tempDir();
  const ip = '127.0.0.1';
  let gate: GateServer | undefined;
  try {
    const [rtsp = 0, api = 0, playback = 0] = await freePorts(ip, 3);
    gate = await startGateServer({
      ...{ ip, port: 0, dataDir: dir.path, apiUrl: `http://${ip}:${api}` },
      logFile: join(dir.path, 'gate.log'),
    });
    const opened = gate;
    const server = await startMediaMtxServer({
      ...options,
      ...{ ip, gate, ports: { rtsp, api, playback } },
      run: await testRun(),
      binary: await testServer('mediamtx'),
      dataDir: dir.path,
      mediaDir: join(dir.path, 'media'),
      logFile: join(dir.path, 'mediamtx.log'),
    });
    const { publisher, reader } = server.users;
    const urlFor = ({ user, password }: { user: string; password: string }, path: string): string =>
      `rtsp://${user}:${password}@127.0.0.1:${server.rtspPort}/${path}`;
    const stop = async (): Promise<void> => {
      await server.stop();
      await opened.close();
      await dir.remove();
    };
    return {
      ...server,
      ...{ gate, dataDir: dir.path },
      publishUrl: (path) => urlFor(publisher, path),
      readUrl: (path) => urlFor(reader, path),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await gate?.close();
    await dir.remove();
    throw error;
  }
}
