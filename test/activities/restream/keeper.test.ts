// A keeper with a real MediaMTX to keep, and another one that plays the cameras.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../../src/domain/fault.ts';
import type { LiveCamera } from '../../fakes/live-camera.ts';
import { startRtspCamera } from '../../fakes/rtsp-camera.ts';
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

const hall = (more: { stream?: string; password?: string } = {}) =>
  cameraAt(camera, { cameraId: 'hall', stream: 'always', ...more });
const refusedLogins = (requests: { headers: Record<string, string> }[]): number =>
  requests.filter(({ headers }) => headers['authorization'] !== undefined).length;

describe.concurrent('a camera', () => {
  it('becomes live, says what it sends, and is told of once', async ({ stage }) => {
    await stage.place(hall());
    const keeping = stage.keep();
    const report = await stage.isIn('hall', 'live');
    expect(report).toMatchObject({
      ...{ engine: 'pull', server: 'one', restarts: 0, epoch: 1 },
      source: `${camera.rtspUrl}/always`,
      viewUrl: `${server.rtspUrl}/${stage.deps.settings.pathPrefix}hall`,
      video: { codec: 'h264', width: 320, height: 180 },
    });
    await eventually(() => keeping.heartbeats.length > 10);
    expect(keeping.heartbeats.at(-1)).toMatchObject({ server: 'one', relays: 1, live: 1 });
    expect(stage.statesTold('hall')).toEqual(['live']);
    expect(JSON.stringify([stage.told, keeping.heartbeats])).not.toContain(camera.users.reader.password);
  });

  it('that ends is waited for without a path, and comes back', async ({ stage }) => {
    await using first = await startStream(camera, 'short');
    await stage.place(hall({ stream: 'short' }));
    stage.keep();
    await stage.isIn('hall', 'live');
    await first.stop();
    expect(await stage.isIn('hall', 'waiting')).toMatchObject({ restarts: 1, reason: expect.any(String) });
    await eventually(async () => (await stage.pathOf('hall')) === undefined, { what: 'the end of its path' });
    await using _second = await startStream(camera, 'short');
    expect(await stage.isIn('hall', 'live')).toMatchObject({ restarts: 1 });
  });

  // Alone: it says for how long.
  it(
    'that freezes is found stalled, and comes back when it moves',
    { concurrent: false },
    async ({ stage }) => {
      await using frozen = await startStream(camera, 'frozen');
      await stage.place(hall({ stream: 'frozen' }));
      stage.keep();
      await stage.isIn('hall', 'live');
      frozen.signal('SIGSTOP');
      const { reason } = await stage.isIn('hall', 'stalled');
      expect(reason).toMatch(/^No new picture for [34] s while the connection stood\.$/);
      frozen.signal('SIGKILL');
      await frozen.stop();
      await using _again = await startStream(camera, 'frozen');
      await stage.isIn('hall', 'live');
    },
  );

  it('that refuses the login is asked three times, not again by a later keeper, and again when it is forgiven', async ({
    stage,
  }) => {
    const strict = await startRtspCamera();
    try {
      strict.protect({ user: 'reader', password: 'right', offers: ['basic'] });
      const url = `rtsp://127.0.0.1:${strict.port}/`;
      const wrong = {
        cameraId: 'hall',
        spec: { url },
        credentials: { user: 'reader', password: 'canary-1' },
      };
      await stage.place(wrong);
      const first = stage.keep();
      expect((await stage.isIn('hall', 'refused')).reason).toContain('login');
      await eventually(async () => (await stage.catalog.relays.get('hall'))?.report?.state === 'refused', {
        seconds: 40,
      });
      expect(refusedLogins(strict.requests)).toBe(3);
      first.cancel();
      await first.ended.catch(() => undefined);
      // As after the quarter of an hour in which refusals count.
      const later = { atMs: Date.now() + 1_000_000, windowSeconds: 1 };
      await stage.catalog.relays.noteRefusal({ cameraId: 'hall', ...later });
      const second = stage.keep();
      await eventually(() => second.heartbeats.length > 10);
      expect(refusedLogins(strict.requests)).toBe(3);
      await stage.place(wrong, { forgive: true });
      await eventually(() => refusedLogins(strict.requests) === 6);
      expect(JSON.stringify([stage.told, second.heartbeats])).not.toContain('canary-1');
    } finally {
      await strict.close();
    }
  });

  it('that is placed anew is connected anew', async ({ stage }) => {
    await stage.place(hall());
    stage.keep();
    await stage.isIn('hall', 'live');
    const before = await eventually(() => stage.pathOf('hall'));
    await stage.place(hall());
    await eventually(async () =>
      stage.told.some(({ report }) => report.epoch === 2 && report.state === 'live'),
    );
    expect((await stage.pathOf('hall'))?.availableAt).not.toBe(before?.availableAt);
    expect(stage.told.at(-1)?.report).toMatchObject({ restarts: 1 });
  });

  it('that is taken down while it is asked leaves no path behind', async ({ stage }) => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const { probe } = stage.deps;
    stage.deps.probe = async (ask) => {
      asked.resolve();
      await answer.promise;
      return probe(ask);
    };
    await stage.place(hall());
    const keeping = stage.keep();
    await asked.promise;
    await stage.place(hall(), { stopped: true });
    const beats = keeping.heartbeats.length;
    await eventually(() =>
      keeping.heartbeats.slice(beats).some((one) => (one as { relays: number }).relays === 0),
    );
    answer.resolve();
    await eventually(() => keeping.heartbeats.length > beats + 10);
    expect(await stage.pathOf('hall')).toBeUndefined();
  });
});

describe.concurrent('a path', () => {
  it('that somebody removed is put up again without asking the camera', async ({ stage }) => {
    let probes = 0;
    const { probe } = stage.deps;
    stage.deps.probe = (ask) => ((probes += 1), probe(ask));
    await stage.place(hall());
    stage.keep();
    await stage.isIn('hall', 'live');
    const { availableAt } = (await stage.pathOf('hall'))!;
    await stage.control.deletePath({ name: `${stage.deps.settings.pathPrefix}hall`, signal });
    await eventually(async () => {
      const path = await stage.pathOf('hall');
      return path?.available && path.availableAt !== availableAt;
    });
    expect(probes).toBe(1);
  });

  it('of ours that nobody wants goes; one of somebody else stays', async ({ stage }) => {
    const { pathPrefix } = stage.deps.settings;
    const config = { source: 'rtsp://127.0.0.1:9/', record: false };
    for (const name of [`${pathPrefix}stray`, `other-${pathPrefix}x`])
      await stage.control.putPath({ name, config, signal });
    stage.keep();
    const names = async (): Promise<string[]> =>
      (await stage.control.listConfigs(signal)).map(({ name }) => name);
    await eventually(async () => !(await names()).includes(`${pathPrefix}stray`));
    expect(await names()).toContain(`other-${pathPrefix}x`);
    await stage.control.deletePath({ name: `other-${pathPrefix}x`, signal });
  });

  it('stays as it is when another keeper takes over, and nothing is told', async ({ stage }) => {
    await stage.place(hall());
    const first = stage.keep();
    await stage.isIn('hall', 'live');
    const before = await stage.pathOf('hall');
    await eventually(async () => (await stage.catalog.relays.get('hall'))?.report?.state === 'live', {
      seconds: 40,
    });
    first.cancel();
    await expect(first.ended).rejects.toThrow();
    const second = stage.keep();
    await eventually(() => second.heartbeats.length > 10);
    expect(second.heartbeats.at(-1)).toMatchObject({ relays: 1, live: 1 });
    expect((await stage.pathOf('hall'))?.availableAt).toBe(before?.availableAt);
    expect(stage.statesTold('hall')).toEqual(['live']);
  });

  it('that MediaMTX refuses is a failure of its camera alone, in words without the address', async ({
    stage,
  }) => {
    await stage.place(hall());
    await stage.place(cameraAt(camera, { cameraId: 'yard', stream: 'always' }));
    const put = stage.control.putPath;
    stage.control.putPath = (ask) =>
      ask.name.endsWith('hall')
        ? Promise.reject(new Fault('InputInvalid', `no ${ask.config.source}`))
        : put(ask);
    stage.keep();
    const { reason } = await stage.isIn('hall', 'waiting');
    expect(reason).toContain('MediaMTX refuses');
    expect(JSON.stringify(stage.told)).not.toContain(camera.users.reader.password);
    await stage.isIn('yard', 'live');
    stage.control.putPath = put;
    await stage.isIn('hall', 'live');
  });

  // Alone: each has three seconds for its first picture.
  it(
    'that is put up slowly is given its time from then on, and few are put up at once',
    { concurrent: false },
    async () => {
      await using slow = await openKeeperStage(server, { connectSeconds: 3 });
      const ids = Array.from({ length: 24 }, (_, index) => `cam-${index}`);
      const put = slow.control.putPath;
      let now = 0;
      let most = 0;
      slow.control.putPath = async (ask) => {
        most = Math.max(most, (now += 1));
        await delay(1_600);
        await put(ask).finally(() => (now -= 1));
      };
      for (const cameraId of ids) await slow.place(cameraAt(camera, { cameraId, stream: 'always' }));
      slow.keep();
      for (const id of ids) expect(await slow.isIn(id, 'live')).not.toHaveProperty('reason');
      expect(most).toBe(8);
    },
  );

  it('whose removal is late stays when MediaMTX has brought it back meanwhile', async ({ stage }) => {
    const name = `${stage.deps.settings.pathPrefix}hall`;
    await using first = await startStream(camera, 'late');
    await stage.place(hall({ stream: 'late' }));
    const get = stage.control.getPath;
    const pass = Promise.withResolvers<void>();
    stage.keep();
    await stage.isIn('hall', 'live');
    let removals = 0;
    const remove = stage.control.deletePath;
    stage.control.deletePath = (ask) => ((removals += 1), remove(ask));
    // The keeper's look before it removes the path waits for its turn.
    stage.control.getPath = async (ask) => (await pass.promise, get(ask));
    await first.stop();
    await stage.isIn('hall', 'waiting');
    await using _second = await startStream(camera, 'late');
    await eventually(async () => (await get({ name, signal }))?.available, { what: 'the own try' });
    pass.resolve();
    expect(await stage.isIn('hall', 'live')).toMatchObject({ restarts: 1 });
    expect(removals).toBe(0);
  });

  it('whose removal fails does not keep the camera from being asked', async ({ stage }) => {
    const name = `${stage.deps.settings.pathPrefix}hall`;
    await stage.place(hall({ stream: 'later' }));
    stage.keep();
    await stage.isIn('hall', 'waiting');
    let failures = 0;
    const remove = stage.control.deletePath;
    stage.control.deletePath = () => {
      failures += 1;
      return Promise.reject(new Fault('SourceUnreachable', 'busy'));
    };
    await stage.control.putPath({ name, config: { source: 'rtsp://127.0.0.1:9/', record: false }, signal });
    // More rounds than the longest wait has, so that one of these was to be followed by a probe.
    await eventually(() => failures >= 10);
    stage.control.deletePath = remove;
    await using _later = await startStream(camera, 'later');
    await stage.isIn('hall', 'live');
  });
});
