// A keeper with many relays at once: what is done first, and what its rounds do not wait for.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Fault } from '../../../src/domain/fault.ts';
import type { LiveCamera } from '../../fakes/live-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../../setup/mediamtx.ts';
import { cameraAt, openKeeperStage, signal, startStream, type KeeperStage } from './keeper-stage.ts';

let camera: TestMediaMtx;
let server: TestMediaMtx;
let always: LiveCamera;
let stage: KeeperStage;

beforeAll(async () => {
  camera = await startMediaMtx({ record: false });
  server = await startMediaMtx({ record: false });
  always = await startStream(camera, 'always');
});
afterAll(async () => {
  await always?.stop();
  await server?.stop();
  await camera?.stop();
});
beforeEach(async () => {
  stage = await openKeeperStage(server);
});
afterEach(() => stage[Symbol.asyncDispose]());

const idsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);
const placeAll = async (ids: readonly string[], stream: string): Promise<void> => {
  for (const cameraId of ids) await stage.place(cameraAt(camera, { cameraId, stream }));
};
/** Each removal waits until the promise settles. */
const holdRemovals = (until: Promise<void>): { begun: string[] } => {
  const remove = stage.control.deletePath;
  const begun: string[] = [];
  stage.control.deletePath = async (ask) => {
    begun.push(ask.name);
    await until;
    return await remove(ask);
  };
  return { begun };
};

it('rounds go on while a pause takes many paths down, and all are told when they are down', async () => {
  const ids = idsOf('cam', 20);
  await placeAll(ids, 'always');
  const keeping = stage.keep();
  for (const id of ids) await stage.isIn(id, 'live');
  const pass = Promise.withResolvers<void>();
  const { begun } = holdRemovals(pass.promise);
  await stage.catalog.relays.setPaused(true);
  await eventually(() => begun.length > 0);
  const beats = keeping.heartbeats.length;
  await eventually(() => keeping.heartbeats.length > beats + 5);
  expect(ids.flatMap((id) => stage.statesTold(id))).not.toContain('stopped');
  pass.resolve();
  for (const id of ids) await stage.isIn(id, 'stopped');
  const { pathPrefix } = stage.deps.settings;
  const left = await stage.control.listConfigs(signal);
  expect(left.filter(({ name }) => name.startsWith(pathPrefix))).toEqual([]);
});

it('a path whose removal failed in a pause goes with a later round', async () => {
  await placeAll(['hall'], 'always');
  stage.keep();
  await stage.isIn('hall', 'live');
  let failures = 0;
  stage.faults.control = {
    deletePath: () => ((failures += 1), new Fault('SourceUnreachable', 'busy, says the test')),
  };
  await stage.catalog.relays.setPaused(true);
  await eventually(() => failures > 2);
  expect(stage.statesTold('hall')).not.toContain('stopped');
  stage.faults.control = {};
  await stage.isIn('hall', 'stopped');
  expect(await stage.pathOf('hall')).toBeUndefined();
});

it('rounds go on while many paths that nobody wants are removed', async () => {
  const { pathPrefix } = stage.deps.settings;
  const config = { source: 'rtsp://127.0.0.1:9/', record: false };
  for (const id of idsOf('stray', 12))
    await stage.control.putPath({ name: `${pathPrefix}${id}`, config, signal });
  const pass = Promise.withResolvers<void>();
  const { begun } = holdRemovals(pass.promise);
  const keeping = stage.keep();
  await eventually(() => begun.length === 8);
  const beats = keeping.heartbeats.length;
  await eventually(() => keeping.heartbeats.length > beats + 5);
  pass.resolve();
  await eventually(async () =>
    (await stage.control.listConfigs(signal)).every(({ name }) => !name.startsWith(pathPrefix)),
  );
});

it('pictures come before the removal of failing paths', async () => {
  const failing = idsOf('failing', 24);
  await using short = await startStream(camera, 'short');
  await placeAll(failing, 'short');
  stage.keep();
  for (const id of failing) await stage.isIn(id, 'live');
  const pass = Promise.withResolvers<void>();
  const { begun } = holdRemovals(pass.promise);
  await short.stop();
  await eventually(() => begun.length === 8);
  let hasAnswered = false;
  const { probe } = stage.deps;
  stage.deps.probe = (ask) => probe(ask).finally(() => (hasAnswered = true));
  const put = stage.control.putPath;
  const begunAtPut: number[] = [];
  stage.control.putPath = (ask) => (begunAtPut.push(begun.length), put(ask));
  await placeAll(['hall'], 'always');
  // All lanes are taken; its path waits for the first that is free.
  await eventually(() => hasAnswered);
  pass.resolve();
  await stage.isIn('hall', 'live');
  expect(begunAtPut[0]).toBeLessThan(16);
});

it('both connections that a camera costs, of the probe and of MediaMTX, keep to the budget', async () => {
  await using slow = await openKeeperStage(server, { connects: { perHost: 4, perSubnet: 100 } });
  const atMs: number[] = [];
  const { probe } = slow.deps;
  const put = slow.control.putPath;
  slow.deps.probe = (ask) => (atMs.push(performance.now()), probe(ask));
  slow.control.putPath = (ask) => (atMs.push(performance.now()), put(ask));
  const ids = idsOf('cam', 6);
  for (const cameraId of ids) await slow.place(cameraAt(camera, { cameraId, stream: 'always' }));
  slow.keep();
  for (const id of ids) await slow.isIn(id, 'live');
  // Four at once, then four a second.
  expect(atMs.length).toBeGreaterThanOrEqual(12);
  const leastMs = ((atMs.length - 4) / 4) * 1000;
  expect(atMs.at(-1)! - atMs[0]!).toBeGreaterThan(0.8 * leastMs);
});
