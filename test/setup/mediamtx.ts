// A MediaMTX of its own for a test: free ports, temporary recordings.
import { join } from 'node:path';
import { startMediaMtxServer, type MediaMtxServer } from '../../src/embedded/mediamtx-server.ts';
import { tempDir } from './temp-dir.ts';
import { testRun, testServer } from './test-tools.ts';

export interface TestMediaMtx extends MediaMtxServer, AsyncDisposable {
  /** Address to publish to, with the publisher's credentials. */
  publishUrl(path: string): string;
  /** Address to read from, with the reader's credentials. */
  readUrl(path: string): string;
}

/** Starts it; `stop` ends it and removes its files. */
export async function startMediaMtx(
  options: { record?: boolean; recordSegmentSeconds?: number } = {},
): Promise<TestMediaMtx> {
  const dir = await tempDir();
  try {
    const server = await startMediaMtxServer({
      ...options,
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
      await dir.remove();
    };
    return {
      ...server,
      publishUrl: (path) => urlFor(publisher, path),
      readUrl: (path) => urlFor(reader, path),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await dir.remove();
    throw error;
  }
}
