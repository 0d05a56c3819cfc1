import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../setup/eventually.ts';
import { startPostgres, tempDir, type TempDir, type TestPostgres } from '../../setup/servers.ts';
import { layWire, type BrokenWire } from '../faults/broken-wire.ts';
import { startFaultServer, type FaultServer } from '../faults/fault-server.ts';
import type { WorkerChild } from '../faults/worker-child.ts';
import { watchBytes } from './byte-watch.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';
import { supervisor } from './relay-watch.ts';

let dir: TempDir;
let temporal: FaultServer;
let postgres: TestPostgres;
let wire: BrokenWire;
let stack: RelayStack;
let worker: WorkerChild;
const ids = ['one', 'two', 'three', 'four'];
const paths = ids.map((id) => `cam/${id}`);
/** A picture comes ten times a second, and MediaMTX may be slow on a busy machine. */
const stillSeconds = 2;

const since = async (): Promise<(string | null | undefined)[]> =>
  await Promise.all(ids.map(async (id) => (await stack.pathOf(id))?.availableAt));
const signal = new AbortController().signal;
const config = { source: 'rtsp://127.0.0.1:9/nobody', record: false };
const names = async (): Promise<string[]> =>
  (await stack.target.control.listConfigs(signal)).map(({ name }) => name);
/** A keeper that has begun compares all paths: it has taken over when this one is gone. */
const takenOver = async (stray: string): Promise<void> => {
  await stack.target.control.putPath({ name: stray, config, signal });
  await eventually(async () => !(await names()).includes(stray), {
    what: `the end of ${stray}`,
    seconds: 40,
  });
};

beforeAll(async () => {
  dir = await tempDir();
  [temporal, postgres] = await Promise.all([startFaultServer(dir.path), startPostgres()]);
  wire = await layWire(postgres);
  const catalogUrl = (await postgres.newDatabaseUrl()).replace(`:${postgres.port}/`, `:${wire.port}/`);
  const { address, codePath } = temporal;
  const namespace = await temporal.newNamespace('relays');
  stack = await startRelayStack({ catalogUrl, temporal: { address, namespace, codePath }, worker: 'none' });
  worker = await stack.addWorker({ ownCommand: true });
  await stack.addCameras(ids);
  await stack.start();
  await stack.live(ids);
  await stack.target.control.putPath({ name: 'other/mine', config, signal });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await wire[Symbol.asyncDispose]();
  await postgres.stop();
  await temporal[Symbol.asyncDispose]();
  await dir.remove();
});

test('a worker that is asked to stop hands its relays over, and no picture stops', async () => {
  const [before, bytes] = [await since(), watchBytes(stack.target, paths)];
  const next = await stack.addWorker();
  worker.send('SIGTERM');
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  worker = next;
  await takenOver('cam/stray-1');
  expect(await since()).toEqual(before);
  expect(await bytes.longestPauseSeconds()).toBeLessThan(stillSeconds);
  for (const id of ids) expect(await stack.relay(id)).toMatchObject({ state: 'live', restarts: 0 });
});

test('a worker that is killed costs no picture; the next one goes on without touching the paths', async () => {
  const [before, bytes] = [await since(), watchBytes(stack.target, paths)];
  await worker.kill();
  worker = await stack.addWorker();
  await takenOver('cam/stray-2');
  await stack.addCameras(['five']);
  await stack.live([...ids, 'five'], 30);
  expect(await since()).toEqual(before);
  expect(await bytes.longestPauseSeconds()).toBeLessThan(stillSeconds);
});

test('paths of others at the same MediaMTX are left alone', async () => {
  expect(await names()).toContain('other/mine');
});

test('while Temporal is down pictures go on, and a relay that breaks is mended; afterwards all goes on', async () => {
  const [before, bytes] = [await since(), watchBytes(stack.target, paths)];
  await temporal.kill();
  await stack.target.control.deletePath({ name: 'cam/five', signal });
  await stack.live(['five']);
  await temporal.restart();
  await stack.addCameras(['six']);
  await stack.live([...ids, 'five', 'six'], 40);
  expect(await since()).toEqual(before);
  expect(await bytes.longestPauseSeconds()).toBeLessThan(stillSeconds);
});

test('while the catalog is away pictures go on, and a relay that breaks is mended; afterwards all goes on', async () => {
  const [before, bytes] = [await since(), watchBytes(stack.target, paths)];
  wire.cut();
  const broken = (await stack.target.paths()).find(({ name }) => name === 'cam/five')!.availableAt;
  await stack.target.control.deletePath({ name: 'cam/five', signal });
  await eventually(async () => {
    const path = (await stack.target.paths()).find(({ name }) => name === 'cam/five');
    return path?.available && path.availableAt !== broken;
  });
  wire.mend();
  await stack.addCameras(['seven']);
  await stack.live([...ids, 'five', 'six', 'seven'], 40);
  expect(await since()).toEqual(before);
  expect(await bytes.longestPauseSeconds()).toBeLessThan(stillSeconds);
  await stack.shows(supervisor, 'running');
});
