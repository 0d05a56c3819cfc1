// A real MediaMTX with its gate for a measurement, as `longtake up` runs it, without recording.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findServer } from '../src/embedded/find-server.ts';
import { freePorts } from '../src/embedded/free-ports.ts';
import { startGateServer } from '../src/embedded/gate-server.ts';
import { startMediaMtxServer, type MediaMtxServer } from '../src/embedded/mediamtx-server.ts';
import { createRun } from '../src/process/run.ts';
import { detectWrapper } from '../src/process/detect-wrapper.ts';

const ip = '127.0.0.1';

export async function withMediaMtx<T>(
  parentDir: string,
  name: string,
  work: (server: MediaMtxServer) => Promise<T>,
): Promise<T> {
  const run = createRun({ wrapper: await detectWrapper() });
  const configuredPath = process.env['LONGTAKE_MEDIAMTX'];
  const { path } = await findServer({
    ...{ run, tool: 'mediamtx', environment: process.env },
    ...(configuredPath ? { configuredPath } : {}),
  });
  const dataDir = join(parentDir, name);
  await mkdir(dataDir, { recursive: true });
  const [rtsp = 0, api = 0, playback = 0] = await freePorts(ip, 3);
  const apiUrl = `http://${ip}:${api}`;
  const gate = await startGateServer({ ip, port: 0, dataDir, apiUrl, logFile: join(dataDir, 'gate.log') });
  try {
    const server = await startMediaMtxServer({
      ...{ ip, gate, run, dataDir, binary: path, ports: { rtsp, api, playback } },
      mediaDir: join(dataDir, 'media'),
      logFile: join(dataDir, 'mediamtx.log'),
      record: false,
    });
    return await work(server).finally(() => server.stop());
  } finally {
    await gate.close();
  }
}
