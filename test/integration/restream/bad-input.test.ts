import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGstCamera, type GstCamera } from '../../fakes/gst-camera.ts';
import { seenAt } from '../../fakes/live-camera.ts';
import { startRtspCamera, type RtspCamera } from '../../fakes/rtsp-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';

let stack: RelayStack;
let garbage: RtspCamera;
let threeVideos: GstCamera;
const many = Array.from({ length: 2_000 }, (_, index) => `many-${String(index).padStart(4, '0')}`);
/** The first by name among two thousand that nobody answers for. */
const goodOnes = ['many-', 'many-0000-', 'many-0001-'].map((name) => `${name}good`);

beforeAll(async () => {
  [stack, garbage, threeVideos] = await Promise.all([
    startRelayStack({ settings: { backoffSeconds: 600, restartSeconds: 300, connectSeconds: 10 } }),
    startRtspCamera(),
    startGstCamera({ videos: 3 }),
  ]);
  await stack.start();
  garbage.always({ do: 'raw', bytes: Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 37) % 256)) });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await Promise.all([garbage.close(), threeVideos.stop()]);
});

test('a camera that sends garbage waits with a reason in words', async () => {
  await stack.addCameras(['garbage'], { url: `rtsp://127.0.0.1:${garbage.port}/live` });
  const { reason } = await stack.becomes('garbage', 'waiting', 60);
  expect(reason).toMatch(/127\.0\.0\.1/);
  expect(await stack.pathOf('garbage')).toBeUndefined();
});

test('a camera that offers three videos is relayed', async () => {
  await stack.addCameras(['three'], { url: threeVideos.url });
  await stack.live(['three'], 60);
  const streams = await seenAt(stack.target.readUrl('cam/three'));
  expect(streams.filter(({ codec_type: type }) => type === 'video').length).toBeGreaterThan(0);
});

test('two thousand rows at once are all known, and get their workflows page by page', async () => {
  await stack.addCameras(many, { url: 'rtsp://127.0.0.1:9/nobody' });
  await stack.addCameras(goodOnes);
  await eventually(async () => (await stack.catalog.relays.list()).length === 2_005);
  const query = 'WorkflowType = "restreamCamera" and ExecutionStatus = "Running"';
  await eventually(async () => (await stack.client.workflow.count(query)).count >= 30, {
    what: 'the first workflows',
    seconds: 60,
  });
  await stack.live([goodOnes[2]!], 60);
  expect((await stack.relay('three')).state).toBe('live');
});
