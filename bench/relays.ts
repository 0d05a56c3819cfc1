// What one more relay costs: the slope between few and many pulled relays, everything of ours included, against one ffmpeg that copies.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { Catalog } from '../src/catalog/catalog.ts';
import { connectCatalog } from '../src/catalog/connect.ts';
import { startRestream } from '../src/client/restream.ts';
import { loadConfig } from '../src/config/load.ts';
import { registerRelayServer } from '../src/embedded/register-relay-server.ts';
import type { MediaMtxServer } from '../src/embedded/mediamtx-server.ts';
import type { Bench, BenchResult } from './bench.ts';
import { withMediaMtx } from './mediamtx.ts';
import { costOf, type ProcessCost } from './process-cost.ts';
import { makeRecording } from './recording.ts';
import { withTemporal, type TemporalPlace } from './temporal.ts';

const fewRelays = 100;
const manyRelays = 500;
/** Length of one look at what runs. */
const lookSeconds = 20;

const settings = `restream:
  connectsPerHost: 1000
  connectsPerSubnet: 1000
`;

interface Place extends TemporalPlace {
  catalog: Catalog;
  client: Client;
  camera: MediaMtxServer;
  target: MediaMtxServer;
  worker: ChildProcess;
}

const loginUrl = (
  server: MediaMtxServer,
  account: { user: string; password: string },
  path: string,
): string => server.rtspUrl.replace('rtsp://', `rtsp://${account.user}:${account.password}@`) + `/${path}`;

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

async function liveRelays({ catalog, camera }: Place, count: number): Promise<void> {
  const url = `${camera.rtspUrl}/source`;
  const credentials = camera.users.reader;
  const cameras = Array.from({ length: count }, (_, index) => ({ id: `cam-${index}`, liveUrl: url }));
  await catalog.cameras.upsertMany({
    rows: cameras.map((row) => ({ ...row, timeZone: 'UTC', tags: [], enabled: true })),
    credentials: cameras.map(({ id }) => ({ cameraId: id, field: 'live' as const, ...credentials })),
  });
  for (;;) {
    const rows = await catalog.relays.list();
    if (rows.filter(({ report }) => report?.state === 'live').length >= count) return;
    await pause(500);
  }
}

/** Cost a second of everything of ours, and memory, while nothing changes. */
async function look(ids: readonly number[]): Promise<{ cores: number; memoryBytes: number }> {
  const own = process.cpuUsage();
  const [before, startedMs] = [await costOf(ids), performance.now()];
  await pause(lookSeconds * 1000);
  const after: ProcessCost = await costOf(ids);
  const { user, system } = process.cpuUsage(own);
  const passedSeconds = (performance.now() - startedMs) / 1000;
  return {
    cores: (after.cpuSeconds - before.cpuSeconds + (user + system) / 1e6) / passedSeconds,
    memoryBytes: after.memoryBytes,
  };
}

async function copyCost({ camera, target }: Place): Promise<{ cores: number; memoryBytes: number }> {
  const relay = copyTo({
    input: ['-rtsp_transport', 'tcp', '-i', loginUrl(camera, camera.users.reader, 'source')],
    url: loginUrl(target, target.users.publisher, 'plain'),
  });
  try {
    await pause(5_000);
    const ids = [relay.pid!];
    const before = await costOf(ids);
    await pause(lookSeconds * 1000);
    const after = await costOf(ids);
    return { cores: (after.cpuSeconds - before.cpuSeconds) / lookSeconds, memoryBytes: after.memoryBytes };
  } finally {
    await stopped(relay);
  }
}

async function slope(place: Place): Promise<BenchResult> {
  const ids = [place.target.pid, place.worker.pid!, place.pid];
  const copy = await copyCost(place);
  await startRestream(place.client);
  await liveRelays(place, fewRelays);
  const few = await look(ids);
  await liveRelays(place, manyRelays);
  const many = await look(ids);
  const more = manyRelays - fewRelays;
  const cores = (many.cores - few.cores) / more;
  const bytes = (many.memoryBytes - few.memoryBytes) / more;
  const per = (value: number, unit: string): string => `${value.toPrecision(2)} ${unit}`;
  return {
    ratios: [cores / copy.cores],
    detail: `a pulled relay more: ${per(cores, 'of a core')}, ${per(bytes / 1e6, 'MB')}; one ffmpeg that copies: ${per(copy.cores, 'of a core')}, ${per(copy.memoryBytes / 1e6, 'MB')}; ${manyRelays} relays in all: ${per(many.cores, 'cores')}, ${Math.round(many.memoryBytes / 1e6)} MB with MediaMTX, worker and Temporal`,
    apart: [
      { what: 'memory of a pulled relay ÷ of one ffmpeg that copies', ratios: [bytes / copy.memoryBytes] },
    ],
  };
}

async function startWorker({ dir, address }: TemporalPlace): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./programs/worker.ts', import.meta.url));
  const worker = fork(program, [dir, address], { execArgv: ['--expose-gc'] });
  const [word] = (await Promise.race([once(worker, 'message'), once(worker, 'exit')])) as [unknown];
  if (word !== 'ready') throw new Error(`The worker ended with ${String(word)} instead of beginning.`);
  return worker;
}

const relayCost = (place: TemporalPlace): Promise<BenchResult> =>
  withMediaMtx(place.dir, 'camera', (camera) =>
    withMediaMtx(place.dir, 'target', async (target) => {
      const { dir, address, namespace } = place;
      await writeFile(join(dir, 'longtake.yaml'), settings);
      const config = loadConfig({ flags: { data: dir }, env: {}, cwd: dir });
      const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
      const connection = await Connection.connect({ address });
      const recording = join(dir, 'source.mp4');
      await makeRecording(recording, 60);
      const publisher = copyTo({
        input: ['-re', '-stream_loop', '-1', '-i', recording, '-map', '0:v'],
        url: loginUrl(camera, camera.users.publisher, 'source'),
      });
      const worker = await startWorker(place);
      try {
        await registerRelayServer({ catalog, mediamtx: target });
        const client = new Client({ connection, namespace });
        return await slope({ ...place, catalog, client, camera, target, worker });
      } finally {
        await stopped(worker);
        await stopped(publisher);
        await connection.close();
        await catalog.close();
      }
    }),
  );

export const benches: Bench[] = [
  {
    name: 'relay-pull',
    title: `one more pulled relay, ${fewRelays} to ${manyRelays}, everything of ours ÷ one ffmpeg that copies`,
    target: 0.1,
    run: () => withTemporal(relayCost),
  },
];
