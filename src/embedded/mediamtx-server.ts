// Starts and stops the MediaMTX of an embedded stack: RTSP in over TCP, recordings on disk, playback and Control API on loopback.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { relayPathPrefix } from '../domain/relay-path.ts';
import type { GateAccounts } from '../gate/accounts.ts';
import type { Run, RunEnd } from '../process/run-spec.ts';
import { freePorts, refuseTakenPorts } from './free-ports.ts';
import type { GateServer } from './gate-server.ts';
import { mediaMtxConfig } from './mediamtx-config.ts';
import { writePrivate } from './private-file.ts';
import { startServerProcess } from './server-process.ts';
import { acquireStackLock } from './stack-lock.ts';

export interface MediaMtxServerSpec {
  run: Run;
  /** Path of the MediaMTX binary. */
  binary: string;
  /** It asks this one whom to let in; without its answer nobody new gets in. */
  gate: Pick<GateServer, 'authUrl' | 'accounts'>;
  /** Of relays; `relayPathPrefix` when absent. */
  pathPrefix?: string;
  /** Configuration and lock lie in `<dataDir>/mediamtx`, readable by the owner alone. */
  dataDir: string;
  /** Recordings go to `<mediaDir>/recordings/<path>/`. */
  mediaDir: string;
  logFile: string;
  /** 127.0.0.1 when absent. */
  ip?: string;
  /** Free ones when absent. */
  ports?: { rtsp: number; api: number; playback: number };
  /** Record every published path; true when absent. */
  record?: boolean;
  /** Shortest length of one recorded file; an hour when absent. */
  recordSegmentSeconds?: number;
}

export interface MediaMtxServer {
  rtspPort: number;
  /** `rtsp://ip:port`, without credentials. */
  rtspUrl: string;
  playbackUrl: string;
  apiUrl: string;
  /** Secret; those of the gate. */
  users: GateAccounts;
  recordingsDir: string;
  /** Process group of the server. */
  pid: number;
  /** Settles when the server has ended for whatever reason. */
  ended: Promise<RunEnd>;
  /** Stops the server and gives its data directory free. Safe to call twice. */
  stop(): Promise<void>;
}

/** True when the Control API answers this account. */
async function answersApi(apiUrl: string, users: GateAccounts): Promise<boolean> {
  const credentials = Buffer.from(`${users.api.user}:${users.api.password}`).toString('base64');
  const response = await fetch(`${apiUrl}/v3/paths/list`, {
    headers: { authorization: `Basic ${credentials}` },
    signal: AbortSignal.timeout(2_000),
  });
  await response.arrayBuffer();
  return response.ok;
}

/** Starts it and returns when its API answers. Throws Fault ConfigInvalid or ToolMissing. */
export async function startMediaMtxServer(spec: MediaMtxServerSpec): Promise<MediaMtxServer> {
  const dir = join(spec.dataDir, 'mediamtx');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const lock = await acquireStackLock({ dataDir: dir, name: 'mediamtx' });
  try {
    return await startLocked(spec, { dir, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  spec: MediaMtxServerSpec,
  held: { dir: string; lock: Awaited<ReturnType<typeof acquireStackLock>> },
): Promise<MediaMtxServer> {
  const ip = spec.ip ?? '127.0.0.1';
  const [rtsp, api, playback] = await freePorts(ip, 3);
  const ports = spec.ports ?? { rtsp: rtsp!, api: api!, playback: playback! };
  await refuseTakenPorts(ip, { RTSP: ports.rtsp, 'MediaMTX API': ports.api, playback: ports.playback });
  const { authUrl, accounts: users } = spec.gate;
  const recordingsDir = join(spec.mediaDir, 'recordings');
  const { record = true, recordSegmentSeconds = 3600, pathPrefix = relayPathPrefix } = spec;
  const configPath = join(held.dir, 'mediamtx.json');
  await writePrivate(
    configPath,
    mediaMtxConfig({ ip, ports, authUrl, pathPrefix, record, recordingsDir, recordSegmentSeconds }),
  );
  const apiUrl = `http://${ip}:${ports.api}`;
  const server = await startServerProcess({
    run: spec.run,
    label: 'MediaMTX',
    command: spec.binary,
    args: [configPath],
    cwd: held.dir,
    // Recorded files are named by local time, which has one hour twice a year two times.
    env: { TZ: 'UTC' },
    secrets: [users.publisher, users.reader, users.api].map(({ password }) => password),
    logFile: spec.logFile,
    isReady: () => answersApi(apiUrl, users),
    startSeconds: 30,
  });
  await held.lock.addServer(server.pid);
  const stop = async (): Promise<void> => {
    await server.stop();
    await held.lock.release();
  };
  const urls = {
    rtspUrl: `rtsp://${ip}:${ports.rtsp}`,
    playbackUrl: `http://${ip}:${ports.playback}`,
    apiUrl,
  };
  return { rtspPort: ports.rtsp, ...urls, users, recordingsDir, pid: server.pid, ended: server.ended, stop };
}
