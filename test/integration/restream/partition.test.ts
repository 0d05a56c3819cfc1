// Workers that are cut off from Temporal and catalog, stand still, or are asked to stop, while cameras and MediaMTX are within reach of their processes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { startPostgres, type TestPostgres } from '../../setup/servers.ts';
import { eventually } from '../../setup/eventually.ts';
import { workflowBundle } from '../../setup/workflow-bundle.ts';
import { childrenOfWorker, spawnWorker, type WorkerChild } from '../faults/worker-child.ts';
import { watchBytes } from './byte-watch.ts';
import { watchPublishers, type PublisherWatch } from './publisher-watch.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';
import { laySilentWire, type SilentWire } from './silent-wire.ts';

let postgres: TestPostgres;
let stack: RelayStack;
let wires: SilentWire[];
let remote: WorkerChild;
let near: WorkerChild;
const ids = ['gate', 'hall'];
const paths = ids.map((id) => `cam/${id}`);
/** How long a hand-over may show two publishers. */
const severalSeconds = 10;
/** More than two busy cores need to begin two relays. */
const graceSeconds = 7;
/** What viewers may miss when a relay changes its worker. */
const stillSeconds = 3;
const frozenSeconds = 20;

const publishersOf = ({ pid }: WorkerChild): { pid: number }[] =>
  childrenOfWorker(pid).filter(({ command }) => command.includes(stack.target.rtspUrl.slice(-6)));
/** Each relay has several processes. */
const relaysOf = ({ pid }: WorkerChild): Set<string> =>
  new Set(childrenOfWorker(pid).flatMap(({ command }) => /cam\/\w+/.exec(command)?.[0] ?? []));
const watch = (): PublisherWatch => watchPublishers({ catalog: stack.catalog, server: 'm1' }, paths);

/** The stack's worker on another host, with wires to Temporal and to the catalog. */
async function startRemoteWorker(catalogUrl: string): Promise<WorkerChild> {
  const { dataDir, restream, temporal } = stack.config;
  const [host = '', port] = temporal.address!.split(':');
  const [toTemporal, toCatalog] = await Promise.all([
    laySilentWire({ host, port: Number(port) }),
    laySilentWire(postgres),
  ]);
  wires = [toTemporal, toCatalog];
  const settings = Object.entries(restream).map(([key, value]) => [
    `LONGTAKE_RESTREAM_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    String(value),
  ]);
  const worker = spawnWorker({
    env: {
      ...(Object.fromEntries(settings) as Record<string, string>),
      ...{ LONGTAKE_HOST: 'remote', LONGTAKE_LOG: 'error', LONGTAKE_DATA: dataDir },
      LONGTAKE_TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}`,
      LONGTAKE_TEMPORAL_NAMESPACE: temporal.namespace!,
      LONGTAKE_CATALOG_URL: catalogUrl.replace(`:${postgres.port}/`, `:${toCatalog.port}/`),
    },
    logFile: join(dataDir, 'remote.log'),
    codePath: (await workflowBundle()).codePath,
  });
  await worker.ready;
  return worker;
}

beforeAll(async () => {
  postgres = await startPostgres();
  const catalogUrl = await postgres.newDatabaseUrl();
  const settings = { engine: 'ffmpeg', handOverSeconds: graceSeconds } as const;
  stack = await startRelayStack({ catalogUrl, settings, worker: 'none' });
  remote = await startRemoteWorker(catalogUrl);
  await stack.addCameras(ids);
  await stack.start();
  await stack.live(ids, 40);
  near = await stack.addWorker();
});
afterAll(async () => {
  await remote?.kill();
  await stack?.[Symbol.asyncDispose]();
  await Promise.all((wires ?? []).map((wire) => wire[Symbol.asyncDispose]()));
  await postgres?.stop();
});

test('a worker that hears nothing of Temporal and catalog loses its relays to another one, and cannot take them back', async () => {
  await using publishers = watch();
  const bytes = watchBytes(stack.target, paths);
  const older = await publishers.single();
  for (const wire of wires) wire.silence();
  // Temporal may hand a relay to a worker that does not hear it, and waits for its heartbeat once more.
  const newer = await publishers.single({ not: older, seconds: 60 });
  await eventually(() => publishersOf(remote).length === 0, { what: 'the end of the older publishers' });
  await stack.live(ids);
  for (const wire of wires) wire.speak();
  expect(await bytes.longestPauseSeconds()).toBeLessThan(severalSeconds);
  expect(publishersOf(near).length).toBeGreaterThan(0);
  expect(await publishers.single({ not: older })).toEqual(newer);
  expect(await publishers.longestSeveralSeconds()).toBeLessThanOrEqual(severalSeconds);
});

test('a worker that stands still for 20 s with all its processes leaves one publisher a camera when it goes on', async () => {
  await using publishers = watch();
  const older = await publishers.single();
  const frozen = [...childrenOfWorker(near.pid), near].map(({ pid }) => pid);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  await delay(frozenSeconds * 1000);
  for (const pid of frozen) process.kill(pid, 'SIGCONT');
  await publishers.single({ not: older });
  await stack.live(ids, 30);
  // Either worker may own them now, and an attempt that was handed to the frozen one may move them once more.
  await publishers.single({ not: older });
  expect(await publishers.longestSeveralSeconds()).toBeLessThanOrEqual(severalSeconds);
});

test('a worker that is asked to stop ends when another one publishes its relays, and viewers miss next to nothing', async () => {
  const holder = publishersOf(near).length > 0 ? near : remote;
  const others = [near, remote].filter((worker) => worker !== holder);
  await Promise.all(others.map((worker) => worker.kill()));
  await eventually(() => relaysOf(holder).size === ids.length, { what: 'one holder of all' });
  const heir = await stack.addWorker({ ownCommand: true });
  await using publishers = watch();
  const older = await publishers.single();
  const bytes = watchBytes(stack.target, paths);
  holder.send('SIGTERM');
  await publishers.single({ not: older });
  await holder.ended;
  await stack.live(ids, 30);
  expect(await bytes.longestPauseSeconds()).toBeLessThan(stillSeconds);
  expect(publishersOf(heir).length).toBeGreaterThan(0);
  expect(await publishers.longestSeveralSeconds()).toBeLessThanOrEqual(severalSeconds);
});
