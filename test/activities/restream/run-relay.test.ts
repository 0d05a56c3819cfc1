// Relays of engine ffmpeg as their activity runs them: real ffmpeg, a camera's MediaMTX, the server's MediaMTX with its gate.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelayReport } from '../../../src/contract/restream-messages.ts';
import { eventually } from '../../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../../setup/mediamtx.ts';
import { seenAt, startCamera } from '../../fakes/live-camera.ts';
import { startRtspCamera } from '../../fakes/rtsp-camera.ts';
import { processesWith } from '../../process/descendants.ts';
import type { RunningActivity } from '../in-activity.ts';
import { openStage, type RelayStage } from './relay-stage.ts';

let camera: TestMediaMtx;
let stage: RelayStage;
let running: RunningActivity<void>[] = [];

beforeAll(async () => {
  camera = await startMediaMtx({ record: false });
  stage = await openStage();
});
afterAll(async () => {
  for (const activity of running) activity.cancel();
  await Promise.allSettled(running.map(({ ended }) => ended));
  await stage?.[Symbol.asyncDispose]();
  await camera?.stop();
});

const run = (cameraId: string, on = stage): RunningActivity<void> => {
  const activity = on.run(cameraId);
  running = [...running, activity];
  return activity;
};
const place = (cameraId: string, on = stage): Promise<void> =>
  on.place(cameraId, {
    spec: { url: `${camera.rtspUrl}/${cameraId}` },
    password: camera.users.reader.password,
  });
const publishersOf = (cameraId: string, on = stage): number[] =>
  processesWith(`:${on.server.rtspPort}/cam/${cameraId}`);

const isInOn =
  (on: RelayStage) =>
  async (cameraId: string, state: string): Promise<RelayReport> => {
    const found = await eventually(
      async () => {
        const report = await on.report(cameraId);
        return report?.state === state ? report : undefined;
      },
      { what: `${cameraId} ${state}` },
    );
    return found!;
  };
const isIn = (cameraId: string, state: string): Promise<RelayReport> => isInOn(stage)(cameraId, state);

/** Ends the session that publishes a path, as an operator can by the Control API. */
async function throwOut(path: string): Promise<void> {
  const { apiUrl, users } = stage.server;
  const { user, password } = users.api;
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  const list = await fetch(`${apiUrl}/v3/rtspsessions/list`, { headers });
  const { items } = (await list.json()) as { items: { id: string; path: string; state: string }[] };
  const session = items.find((one) => one.path === path && one.state === 'publish');
  const kicked = await fetch(`${apiUrl}/v3/rtspsessions/kick/${session?.id}`, { method: 'POST', headers });
  expect(kicked.status).toBe(200);
}

describe.concurrent('runRelay', () => {
  it('goes live, says so in heartbeats, catalog and to the workflow, and comes back after the camera', async () => {
    const first = await startCamera(camera.publishUrl('gate'));
    await seenAt(camera.readUrl('gate'));
    await place('gate');
    const activity = run('gate');
    const report = await isIn('gate', 'live');
    expect(report).toMatchObject({
      ...{ engine: 'ffmpeg', server: 'one', restarts: 0, epoch: 2, source: `${camera.rtspUrl}/gate` },
      ...{
        video: { codec: 'h264' },
        audio: { codec: 'pcm_alaw' },
        viewUrl: `${stage.server.rtspUrl}/cam/gate`,
      },
      upSinceAt: expect.any(String),
    });
    expect((await seenAt(stage.server.readUrl('cam/gate'))).length).toBe(2);
    const beats = (): { state: string; frames: number }[] => activity.heartbeats as never;
    await eventually(() => beats().some(({ state, frames }) => state === 'live' && frames > 10));
    first.signal('SIGKILL');
    expect(await isIn('gate', 'waiting')).toMatchObject({ reason: expect.stringMatching(/camera/i) });
    await eventually(() => beats().at(-1)?.state === 'waiting');
    await using _second = await startCamera(camera.publishUrl('gate'));
    expect(await isIn('gate', 'live')).toMatchObject({ restarts: 1 });
    await eventually(() => stage.statesTold('gate').join() === 'live,waiting,live');
    activity.cancel();
    await expect(activity.ended).rejects.toThrow();
    expect(publishersOf('gate')).toEqual([]);
    const everything = JSON.stringify([activity.heartbeats, stage.told, await stage.report('gate')]);
    expect(everything).not.toContain(camera.users.reader.password);
    await first.stop();
  });

  it('writes nothing for the tries of a dead camera but the first', async () => {
    await stage.place('dead', { spec: { url: 'rtsp://127.0.0.1:9/dead' } });
    const activity = run('dead');
    const { sinceAt } = await isIn('dead', 'waiting');
    await eventually(() => activity.heartbeats.length >= 5);
    expect(stage.statesTold('dead')).toEqual(['waiting']);
    expect(await stage.report('dead')).toMatchObject({ sinceAt, state: 'waiting' });
    activity.cancel();
    await expect(activity.ended).rejects.toThrow();
  });

  it('tries a refused login three times, then waits for another row', async () => {
    const strict = await startRtspCamera();
    strict.protect({ user: 'reader', password: 'right', offers: ['basic'] });
    const logins = (): number => strict.requests.filter(({ headers }) => headers['authorization']).length;
    const spec = { url: `rtsp://127.0.0.1:${strict.port}/x` };
    await stage.place('strict', { spec, password: 'canary-41c' });
    const activity = run('strict');
    const report = await isIn('strict', 'refused');
    expect(logins()).toBe(3);
    const beats = activity.heartbeats.length;
    await eventually(() => activity.heartbeats.length > beats + 3);
    expect(logins()).toBe(3);
    expect(JSON.stringify([report, stage.told, activity.heartbeats])).not.toContain('canary');
    // Another worker takes over: still refused, without a try.
    activity.cancel();
    await expect(activity.ended).rejects.toThrow();
    const next = run('strict');
    await eventually(async () => (await stage.report('strict'))?.epoch === 3);
    await eventually(() => next.heartbeats.length > 1);
    expect(logins()).toBe(3);
    await stage.catalog.relays.sync({
      cameras: [{ cameraId: 'strict', spec, credentials: { user: 'reader', password: 'right' } }],
      gone: [],
    });
    await eventually(() => logins() > 3);
    next.cancel();
    await expect(next.ended).rejects.toThrow();
    await strict.close();
  });

  it('is stalled when the camera freezes, and replaced when it goes on', async () => {
    await using frozen = await startCamera(camera.publishUrl('frozen'));
    await seenAt(camera.readUrl('frozen'));
    await place('frozen');
    const activity = run('frozen');
    await isIn('frozen', 'live');
    frozen.signal('SIGSTOP');
    await eventually(() => stage.statesTold('frozen').includes('stalled'), { seconds: 10 });
    frozen.signal('SIGKILL');
    await using _again = await startCamera(camera.publishUrl('frozen'));
    expect(await isIn('frozen', 'live')).toMatchObject({ restarts: 1 });
    activity.cancel();
    await expect(activity.ended).rejects.toThrow();
  });

  it('comes back with a token of the same epoch when MediaMTX throws it out', async () => {
    await using _ramp = await startCamera(camera.publishUrl('ramp'));
    await seenAt(camera.readUrl('ramp'));
    await place('ramp');
    const activity = run('ramp');
    const { epoch } = await isIn('ramp', 'live');
    await throwOut('cam/ramp');
    const toldOf = () => stage.told.findLast(({ cameraId }) => cameraId === 'ramp')?.report;
    await eventually(() => toldOf()?.restarts === 1);
    expect(toldOf()).toMatchObject({
      ...{ epoch, state: 'live' },
      reason: expect.stringContaining(`MediaMTX at 127.0.0.1:${stage.server.rtspPort} broke off`),
    });
    activity.cancel();
    await expect(activity.ended).rejects.toThrow();
  });

  it('leaves the relay to a newer owner without fighting for it', async () => {
    await using _yard = await startCamera(camera.publishUrl('yard'));
    await seenAt(camera.readUrl('yard'));
    await place('yard');
    const older = run('yard');
    await isIn('yard', 'live');
    const newer = run('yard');
    await older.ended;
    await eventually(async () => (await isIn('yard', 'live')).epoch === 3);
    await eventually(() => publishersOf('yard').length > 0);
    const before = publishersOf('yard');
    await seenAt(stage.server.readUrl('cam/yard'));
    expect(publishersOf('yard')).toEqual(before);
    await stage.catalog.relays.sync({ cameras: [], gone: ['yard'] });
    await newer.ended;
    expect(publishersOf('yard')).toEqual([]);
  });

  it('goes on while the catalog is away, but never begins without it', async () => {
    // Of its own: the other tests keep their catalog, and are not paused.
    await using own = await openStage();
    const isInOwn = isInOn(own);
    await using dock = await startCamera(camera.publishUrl('dock'));
    await seenAt(camera.readUrl('dock'));
    await place('dock', own);
    const activity = run('dock', own);
    await isInOwn('dock', 'live');
    own.away = true;
    try {
      await expect(run('dock', own).ended).rejects.toMatchObject({ type: 'CatalogUnavailable' });
      dock.signal('SIGKILL');
      await eventually(() => own.statesTold('dock').at(-1) === 'waiting');
      await using _back = await startCamera(camera.publishUrl('dock'));
      await eventually(() => own.statesTold('dock').at(-1) === 'live');
    } finally {
      own.away = false;
    }
    activity.cancel();
    await expect(activity.ended).rejects.toThrow();
  });

  it('waits out a pause, and ends when the relay is stopped', async () => {
    await using own = await openStage();
    const isInOwn = isInOn(own);
    await using _hall = await startCamera(camera.publishUrl('hall'));
    await seenAt(camera.readUrl('hall'));
    await place('hall', own);
    const activity = run('hall', own);
    await isInOwn('hall', 'live');
    await own.catalog.relays.setPaused(true);
    await isInOwn('hall', 'stopped');
    expect(publishersOf('hall', own)).toEqual([]);
    await own.catalog.relays.setPaused(false);
    await isInOwn('hall', 'live');
    await own.catalog.relays.place({ cameraId: 'hall', engine: 'ffmpeg', server: 'one', stopped: true });
    await activity.ended;
    expect(publishersOf('hall', own)).toEqual([]);
  });
});
