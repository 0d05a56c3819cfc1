// What the measurements of relays share: a camera-side MediaMTX with one publisher, ours beside it, and a worker in a process of its own.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { Catalog } from '../src/catalog/catalog.ts';
import { connectCatalog } from '../src/catalog/connect.ts';
import { loadConfig } from '../src/config/load.ts';
import type { MediaMtxServer } from '../src/embedded/mediamtx-server.ts';
import { registerRelayServer } from '../src/embedded/register-relay-server.ts';
import { withMediaMtx } from './mediamtx.ts';
import { costOf } from './process-cost.ts';
import { copyStreams, makeRecording } from './recording.ts';
import { withTemporal, type TemporalPlace } from './temporal.ts';

export interface RelayStage extends TemporalPlace {
  catalog: Catalog;
  client: Client;
  camera: MediaMtxServer;
  target: MediaMtxServer;
  worker: ChildProcess;
}

/** Length of one look at what runs. */
const lookSeconds = 20;

const settings = (engine: 'pull' | 'ffmpeg'): string => `restream:
  engine: ${engine}
  connectsPerHost: 1000
  connectsPerSubnet: 1000
`;

const loginUrl = (
  server: MediaMtxServer,
  account: { user: string; password: string },
  path: string,
): string => `${server.rtspUrl.replace('rtsp://', `rtsp://${account.user}:${account.password}@`)}/${path}`;

function copyTo(options: { input: string[]; url: string }): ChildProcess {
  const args = [
    '-nostdin',
    '-v',
    'error',
    ...options.input,
    '-c',
    'copy',
    '-f',
    'rtsp',
    '-rtsp_transport',
    'tcp',
  ];
  return spawn('ffmpeg', [...args, options.url], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Adds cameras that all show the one source, and waits until every one is live. */
export async function bringLive({ catalog, camera }: RelayStage, count: number): Promise<void> {
  const liveUrl = `${camera.rtspUrl}/source`;
  const ids = Array.from({ length: count }, (_, index) => `cam-${index}`);
  await catalog.cameras.upsertMany({
    rows: ids.map((id) => ({ id, liveUrl, timeZone: 'UTC', tags: [], enabled: true })),
    credentials: ids.map((cameraId) => ({ cameraId, field: 'live' as const, ...camera.users.reader })),
  });
  for (;;) {
    const rows = await catalog.relays.list();
    if (rows.filter(({ report }) => report?.state === 'live').length >= count) return;
    await pause(500);
  }
}

export interface Look {
  /** Cores in use. */
  cores: number;
  memoryBytes: number;
}

/** What these processes use while nothing changes; their children of other groups are not counted. */
export async function look(ids: readonly number[]): Promise<Look> {
  const before = await costOf(ids);
  const startedMs = performance.now();
  await pause(lookSeconds * 1000);
  const after = await costOf(ids);
  const passedSeconds = (performance.now() - startedMs) / 1000;
  return { cores: (after.cpuSeconds - before.cpuSeconds) / passedSeconds, memoryBytes: after.memoryBytes };
}

/** One ffmpeg that copies the source to another path of ours. */
export async function lookAtPlainCopy({ camera, target }: RelayStage): Promise<Look> {
  const relay = copyTo({
    input: ['-rtsp_transport', 'tcp', '-i', loginUrl(camera, camera.users.reader, 'source')],
    url: loginUrl(target, target.users.publisher, 'plain'),
  });
  try {
    await pause(5_000);
    return await look([relay.pid!]);
  } finally {
    await stopped(relay);
  }
}

async function startWorker({ dir, address }: TemporalPlace): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./programs/worker.ts', import.meta.url));
  const worker = fork(program, [dir, address], { execArgv: ['--expose-gc'], detached: true });
  const [word] = (await Promise.race([once(worker, 'message'), once(worker, 'exit')])) as [unknown];
  if (word !== 'ready') throw new Error(`The worker ended with ${String(word)} instead of beginning.`);
  return worker;
}

export interface StageSpec {
  engine: 'pull' | 'ffmpeg';
  /** 2 Mb/s 720p, or a source so small that only what is ours costs. */
  source: '720p' | 'tiny';
}

export const withRelayStage = <T>(spec: StageSpec, work: (stage: RelayStage) => Promise<T>): Promise<T> =>
  withTemporal((place) =>
    withMediaMtx(place.dir, 'camera', (camera) =>
      withMediaMtx(place.dir, 'target', (target) => onStage({ ...place, camera, target }, spec, work)),
    ),
  );

type Servers = TemporalPlace & Pick<RelayStage, 'camera' | 'target'>;

async function onStage<T>(
  place: Servers,
  { engine, source }: StageSpec,
  work: (stage: RelayStage) => Promise<T>,
): Promise<T> {
  const { address, camera, dir, namespace, target } = place;
  await writeFile(join(dir, 'longtake.yaml'), settings(engine));
  const config = loadConfig({ flags: { data: dir }, env: {}, cwd: dir });
  const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
  const connection = await Connection.connect({ address });
  const publisher = copyTo({
    input: ['-re', '-stream_loop', '-1', '-i', await recordingOf(dir, source), '-map', '0:v'],
    url: loginUrl(camera, camera.users.publisher, 'source'),
  });
  const worker = await startWorker(place);
  try {
    await registerRelayServer({ catalog, mediamtx: target });
    return await work({ ...place, catalog, worker, client: new Client({ connection, namespace }) });
  } finally {
    await stopped(worker);
    await stopped(publisher);
    await connection.close();
    await catalog.close();
  }
}

async function recordingOf(dir: string, source: StageSpec['source']): Promise<string> {
  const recording = join(dir, 'source.mp4');
  await makeRecording(recording, 60);
  if (source === '720p') return recording;
  const tiny = join(dir, 'tiny.mp4');
  await copyStreams({ from: recording, to: tiny, after: [...tinyPicture] });
  return tiny;
}

/** Overrides the copy that stands before it. */
const tinyPicture = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-s',
  '160x90',
  '-r',
  '5',
  '-g',
  '10',
  '-b:v',
  '30k',
  '-an',
];
