// Starts and stops the MediaMTX of an embedded stack: RTSP in over TCP, recordings on disk, playback and Control API on loopback.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run, RunEnd } from '../process/run-spec.ts';
import { freePorts, refuseTakenPorts } from './free-ports.ts';
import { mediaMtxConfig, type MediaMtxUsers } from './mediamtx-config.ts';
import { startServerProcess } from './server-process.ts';
import { acquireStackLock } from './stack-lock.ts';

export interface MediaMtxServerSpec {
  run: Run;
  /** Path of the MediaMTX binary. */
  binary: string;
  /** Configuration, accounts and lock lie in `<dataDir>/mediamtx`, readable by the owner alone. */
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
  /** Secret; the same as long as the data directory lives. */
  users: MediaMtxUsers;
  recordingsDir: string;
  /** Process group of the server. */
  pid: number;
  /** Settles when the server has ended for whatever reason. */
  ended: Promise<RunEnd>;
  /** Stops the server and gives its data directory free. Safe to call twice. */
  stop(): Promise<void>;
}

/** Hexadecimal: no character of it needs escaping in a URL, in YAML or in Basic authentication. */
const newPassword = (): string => randomBytes(24).toString('hex');

async function readOrMakeUsers(dir: string): Promise<MediaMtxUsers> {
  const path = join(dir, 'users.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as MediaMtxUsers;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const users: MediaMtxUsers = {
    publisher: { user: 'publisher', password: newPassword() },
    reader: { user: 'reader', password: newPassword() },
    api: { user: 'api', password: newPassword() },
  };
  await writePrivate(path, users);
  return users;
}

async function writePrivate(path: string, document: object): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** True when the Control API answers this account. */
async function answersApi(apiUrl: string, users: MediaMtxUsers): Promise<boolean> {
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
  const users = await readOrMakeUsers(held.dir);
  const recordingsDir = join(spec.mediaDir, 'recordings');
  const { record = true, recordSegmentSeconds = 3600 } = spec;
  const configPath = join(held.dir, 'mediamtx.json');
  await writePrivate(
    configPath,
    mediaMtxConfig({ ip, ports, users, record, recordingsDir, recordSegmentSeconds }),
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
    secrets: Object.values(users).map((account) => account.password),
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
