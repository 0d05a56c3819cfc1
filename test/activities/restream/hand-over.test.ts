// A worker with relays of engine ffmpeg is asked to stop: real ffmpeg, a camera's MediaMTX, the server's MediaMTX with its gate.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seenAt, startCamera } from '../../fakes/live-camera.ts';
import { processesWith } from '../../process/descendants.ts';
import { eventually } from '../../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../../setup/mediamtx.ts';
import { openStage, type RelayStage, type StageWorker } from './relay-stage.ts';

let camera: TestMediaMtx;
let stage: RelayStage;

beforeAll(async () => {
  camera = await startMediaMtx({ record: false });
  stage = await openStage();
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await camera?.stop();
});

const graceSeconds = 20;

const publishersOf = (cameraId: string): number[] =>
  processesWith(`:${stage.server.rtspPort}/cam/${cameraId}`);

/** A camera whose relay is live by a worker of its own. */
async function liveRelay(cameraId: string, handOverSeconds = graceSeconds) {
  const device = await startCamera(camera.publishUrl(cameraId));
  await seenAt(camera.readUrl(cameraId));
  const url = `${camera.rtspUrl}/${cameraId}`;
  await stage.place(cameraId, { spec: { url }, password: camera.users.reader.password });
  const worker = stage.addWorker(handOverSeconds);
  const activity = worker.run(cameraId);
  await isLiveAt(cameraId, 2);
  return { device, worker, activity, [Symbol.asyncDispose]: () => device.stop() };
}

const isLiveAt = (cameraId: string, epoch: number): Promise<unknown> =>
  eventually(async () => {
    const report = await stage.report(cameraId);
    return report?.state === 'live' && report.epoch === epoch;
  });

/** Whether the worker could end now. */
async function isDone(worker: StageWorker): Promise<boolean> {
  const soon = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return await Promise.race([worker.isDone().then(() => true), soon]);
}

describe.concurrent('a worker that is asked to stop', () => {
  it('gives its activity back at once, and its pictures go on until the next owner publishes', async () => {
    await using relay = await liveRelay('gate');
    const old = publishersOf('gate');
    relay.worker.stop();
    await expect(relay.activity.ended).rejects.toThrow('cancelled by the test');
    expect(await isDone(relay.worker)).toBe(false);
    await seenAt(stage.server.readUrl('cam/gate'));
    expect(publishersOf('gate')).toEqual(old);
    const next = stage.addWorker(0);
    next.run('gate');
    await relay.worker.isDone();
    await isLiveAt('gate', 3);
    expect(publishersOf('gate')).toHaveLength(old.length);
    expect(publishersOf('gate')).not.toEqual(old);
    next.stop();
    await eventually(() => publishersOf('gate').length === 0);
  });

  it('ends pictures for which nobody comes', async () => {
    await using relay = await liveRelay('moor', 0.5);
    relay.worker.stop();
    await relay.worker.isDone();
    expect(publishersOf('moor')).toEqual([]);
  });

  it('ends pictures at once where nothing is to be handed over', async () => {
    await using relay = await liveRelay('quay', 0);
    relay.worker.stop();
    await expect(relay.activity.ended).rejects.toThrow('cancelled by the test');
    expect(publishersOf('quay')).toEqual([]);
    expect(await isDone(relay.worker)).toBe(true);
  });

  it('hears until then that nobody wants the relay any more', async () => {
    await using relay = await liveRelay('hall');
    relay.worker.stop();
    await stage.catalog.relays.place({ cameraId: 'hall', engine: 'ffmpeg', server: 'one', stopped: true });
    await relay.worker.isDone();
    expect(publishersOf('hall')).toEqual([]);
  });

  it('begins nothing new: a relay that waits for its camera ends', async () => {
    await stage.place('dead', { spec: { url: 'rtsp://127.0.0.1:9/dead' } });
    const worker = stage.addWorker(graceSeconds);
    const activity = worker.run('dead');
    await eventually(async () => (await stage.report('dead'))?.state === 'waiting');
    worker.stop();
    await expect(activity.ended).rejects.toThrow();
    await worker.isDone();
  });
});

describe.concurrent('an owner that was overtaken', () => {
  it('goes on until the newer one publishes, and its activity ends with it', async () => {
    await using relay = await liveRelay('yard');
    const old = publishersOf('yard');
    await stage.catalog.relays.openEpoch('yard');
    const beats = relay.activity.heartbeats.length;
    await eventually(() => relay.activity.heartbeats.length > beats + 2);
    expect(publishersOf('yard')).toEqual(old);
    const newer = stage.addWorker(0);
    newer.run('yard');
    await relay.activity.ended;
    await isLiveAt('yard', 4);
    newer.stop();
    await eventually(() => publishersOf('yard').length === 0);
  });

  it('ends at once when the relay has gone to another server: nobody comes to this one', async () => {
    await using relay = await liveRelay('ford');
    await stage.catalog.relays.move({
      from: 'one',
      to: ({ cameraId }) => (cameraId === 'ford' ? 'two' : 'one'),
    });
    await relay.activity.ended;
    expect(publishersOf('ford')).toEqual([]);
  });
});

describe('a worker that failed', () => {
  it('ends the pictures of activities that never heard of it', async () => {
    await using relay = await liveRelay('dyke');
    await relay.worker.isDone();
    expect(publishersOf('dyke')).toEqual([]);
    await expect(relay.activity.ended).rejects.toThrow('The worker has failed.');
  });
});
