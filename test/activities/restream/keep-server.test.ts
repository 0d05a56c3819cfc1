// A keeper through the outages around it: the catalog, Temporal, its server, and changes of what the catalog says of the server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../../src/domain/fault.ts';
import { createControl } from '../../../src/mediamtx/control.ts';
import type { LiveCamera } from '../../fakes/live-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../../setup/mediamtx.ts';
import { cameraAt, openKeeperStage, signal, startStream, type KeeperStage } from './keeper-stage.ts';

let camera: TestMediaMtx;
let server: TestMediaMtx;
let always: LiveCamera;

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

const it = test.extend<{ stage: KeeperStage }>({
  stage: async ({ task: _ }, use) => {
    await using stage = await openKeeperStage(server);
    await use(stage);
  },
});

const live = async (stage: KeeperStage): Promise<void> => {
  await stage.place(cameraAt(camera, { cameraId: 'hall', stream: 'always' }));
  stage.keep();
  await stage.isIn('hall', 'live');
};
const unreachable = (): Fault => new Fault('SourceUnreachable', 'MediaMTX does not answer, says the test.');

describe.concurrent('while the catalog is away', () => {
  it('pictures go on, and a camera that broke off is connected again', async ({ stage }) => {
    await using first = await startStream(camera, 'short');
    await stage.place(cameraAt(camera, { cameraId: 'short', stream: 'short' }));
    await live(stage);
    await stage.isIn('short', 'live');
    const before = await stage.pathOf('hall');
    stage.faults.catalogAway = true;
    await first.stop();
    await stage.isIn('short', 'waiting');
    await using _second = await startStream(camera, 'short');
    await stage.isIn('short', 'live');
    expect((await stage.pathOf('hall'))?.availableAt).toBe(before?.availableAt);
    expect(stage.statesTold('hall')).toEqual(['live']);
  });

  it('a keeper that begins takes no path down', async ({ stage }) => {
    await live(stage);
    const before = await stage.pathOf('hall');
    const second = await openKeeperStage(server, { pathPrefix: stage.deps.settings.pathPrefix });
    try {
      second.catalog.relays.epochsOn = () => Promise.reject(new Fault('CatalogUnavailable', 'away'));
      const keeping = second.keep();
      await eventually(() => keeping.heartbeats.length > 10);
      expect((await stage.pathOf('hall'))?.availableAt).toBe(before?.availableAt);
    } finally {
      await second[Symbol.asyncDispose]();
    }
  });
});

describe.concurrent('while Temporal is away', () => {
  it('cameras are kept, and their workflows hear afterwards how they are', async ({ stage }) => {
    stage.faults.temporalAway = true;
    await stage.place(cameraAt(camera, { cameraId: 'hall', stream: 'always' }));
    const keeping = stage.keep();
    await eventually(async () => (await stage.pathOf('hall'))?.available);
    await eventually(() => keeping.heartbeats.length > 5);
    expect(stage.told).toEqual([]);
    stage.faults.temporalAway = false;
    // At once while words are left of the burst, within a minute else.
    await eventually(() => stage.statesTold('hall').at(-1) === 'live', { seconds: 70, what: 'the word' });
  });

  it('rounds do not wait for words that hang', async ({ stage }) => {
    const hanging = Promise.withResolvers<void>();
    stage.deps.tellRelay = () => hanging.promise;
    await using short = await startStream(camera, 'hang');
    await stage.place(cameraAt(camera, { cameraId: 'hall', stream: 'hang' }));
    const keeping = stage.keep();
    const isLive = async (): Promise<boolean> => (await stage.pathOf('hall'))?.available === true;
    await eventually(isLive);
    await short.stop();
    await eventually(async () => !(await isLive()));
    await using _again = await startStream(camera, 'hang');
    await eventually(isLive);
    expect(keeping.heartbeats.length).toBeGreaterThan(5);
    hanging.resolve();
  });

  it('a server that is lost is told of until the supervisor hears', async ({ stage }) => {
    await live(stage);
    stage.faults.temporalAway = true;
    stage.faults.control = { listPaths: unreachable };
    await stage.serverIsIn('down');
    expect(stage.serversTold).toBe(0);
    stage.faults.temporalAway = false;
    await eventually(() => stage.serversTold === 1);
  });
});

describe.concurrent('a server', () => {
  it('that does not answer is down with the reason, is held when it answers, and pictures go on', async ({
    stage,
  }) => {
    await live(stage);
    const before = await stage.pathOf('hall');
    stage.faults.control = { listPaths: unreachable };
    await stage.serverIsIn('down');
    expect(await stage.catalog.relayServers.get('one')).toMatchObject({
      reason: 'MediaMTX does not answer, says the test.',
    });
    stage.faults.control = {};
    await stage.serverIsIn('held');
    await eventually(() => stage.serversTold === 2);
    expect((await stage.pathOf('hall'))?.availableAt).toBe(before?.availableAt);
  });

  it('whose relays were moved away has no path of theirs when it answers again', async ({ stage }) => {
    await live(stage);
    stage.faults.control = { listPaths: unreachable };
    await stage.serverIsIn('down');
    await stage.catalog.relays.move({ from: 'one', to: () => 'other' });
    stage.faults.control = {};
    await eventually(async () => (await stage.pathOf('hall')) === undefined);
    expect(stage.statesTold('hall')).toEqual(['live']);
  });

  it('is reached by the accounts and addresses that the catalog names now', async ({ stage }) => {
    const credentials = { user: 'api', password: 'of-yesterday' };
    const controlOf = stage.deps.controlOf;
    stage.deps.controlOf = async () => createControl({ baseUrl: server.apiUrl, credentials });
    await stage.place(cameraAt(camera, { cameraId: 'hall', stream: 'always' }));
    const keeping = stage.keep();
    await stage.serverIsIn('down');
    expect(JSON.stringify(keeping.heartbeats)).not.toContain('of-yesterday');
    stage.deps.controlOf = controlOf;
    await stage.isIn('hall', 'live');
    const viewUrl = 'rtsp://viewers.example:8554';
    const spec = {
      apiUrl: server.apiUrl,
      rtspUrl: server.rtspUrl,
      viewUrl,
      weight: 1,
      returns: 'word',
    } as const;
    await stage.catalog.relayServers.put({ name: 'one', spec, secrets: { api: server.users.api } });
    await stage.place(cameraAt(camera, { cameraId: 'hall', stream: 'always' }));
    await eventually(async () => (await stage.isIn('hall', 'live')).viewUrl?.startsWith(`${viewUrl}/`));
  });

  it('that is taken out of the catalog is left without paths of ours, and its keeper ends', async () => {
    // Long enough that no round comes between the two changes.
    await using slow = await openKeeperStage(server, { keepSeconds: 1 });
    await slow.place(cameraAt(camera, { cameraId: 'hall', stream: 'always' }));
    const keeping = slow.keep();
    await slow.isIn('hall', 'live');
    await slow.catalog.relays.move({ from: 'one', to: () => 'other' });
    await slow.catalog.relayServers.remove('one');
    await keeping.ended;
    await eventually(async () => (await slow.pathOf('hall')) === undefined);
  });
});

describe.concurrent('a pause', () => {
  it('takes every path down and is told, and its end brings them back', async ({ stage }) => {
    await live(stage);
    await stage.catalog.relays.setPaused(true);
    expect(await stage.isIn('hall', 'stopped')).toMatchObject({ reason: 'All relays are paused.' });
    await eventually(async () => (await stage.pathOf('hall')) === undefined, { what: 'the end of its path' });
    await stage.catalog.relays.setPaused(false);
    await stage.isIn('hall', 'live');
    expect(stage.statesTold('hall').slice(0, 2)).toEqual(['live', 'stopped']);
  });
});

describe.concurrent('a keeper', () => {
  it('of a server that the catalog does not name ends at once', async ({ stage }) => {
    await stage.catalog.relayServers.remove('one');
    await stage.keep().ended;
  });

  it('tries cameras at once when one of their network answers again, but none that refused its login', async () => {
    await using slow = await openKeeperStage(server, { restartSeconds: 3600, backoffSeconds: 3600 });
    const asked: string[] = [];
    const { probe } = slow.deps;
    slow.deps.probe = (ask) => (asked.push(new URL(ask.url).pathname), probe(ask));
    const back = ['first', 'second'];
    for (const id of back) await slow.place(cameraAt(camera, { cameraId: id, stream: id }));
    const refused = cameraAt(camera, { cameraId: 'locked', stream: 'always', password: 'wrong' });
    await slow.place(refused);
    slow.keep();
    for (const id of [...back, 'locked']) await slow.isIn(id, 'waiting');
    await using _first = await startStream(camera, 'first');
    await using _second = await startStream(camera, 'second');
    await slow.place(cameraAt(camera, { cameraId: 'first', stream: 'first' }));
    for (const id of back) await slow.isIn(id, 'live');
    expect(asked.filter((path) => path === '/always')).toHaveLength(1);
  });

  it('uses the budget of connections as it grows, not only with its rounds', async () => {
    await using slow = await openKeeperStage(server, {
      keepSeconds: 20,
      connects: { perHost: 4, perSubnet: 100 },
    });
    let looks = 0;
    const { listPaths } = slow.control;
    slow.control.listPaths = (ask) => ((looks += 1), listPaths(ask));
    const looksAtProbes: number[] = [];
    slow.deps.probe = () => {
      looksAtProbes.push(looks);
      return Promise.reject(new Fault('SourceUnreachable', 'no answer'));
    };
    for (let index = 0; index < 10; index += 1)
      await slow.place(cameraAt(camera, { cameraId: `cam-${index}`, stream: 'none' }));
    slow.keep();
    await eventually(() => looksAtProbes.length === 10, { seconds: 60 });
    expect(looksAtProbes).toEqual(Array(10).fill(1));
  });

  it('keeps within the budget of connections to a host', async () => {
    await using slow = await openKeeperStage(server, { connects: { perHost: 2, perSubnet: 100 } });
    const atMs: number[] = [];
    slow.deps.probe = () => {
      atMs.push(performance.now());
      return Promise.reject(new Fault('SourceUnreachable', 'no answer'));
    };
    for (let index = 0; index < 8; index += 1)
      await slow.place(cameraAt(camera, { cameraId: `cam-${index}`, stream: 'none' }));
    slow.keep();
    await eventually(() => atMs.length >= 8);
    for (let index = 3; index < atMs.length; index += 1)
      expect(atMs[index]! - atMs[index - 3]!).toBeGreaterThan(300);
    await slow.control.listPaths(signal);
  });
});
