import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGstCamera, type GstCamera } from '../../fakes/gst-camera.ts';
import { seenAt } from '../../fakes/live-camera.ts';
import { startRtspCamera, type RtspCamera } from '../../fakes/rtsp-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';

let stack: RelayStack;
let garbage: RtspCamera;
let threeVideos: GstCamera;
const goodOnes = ['good-1', 'good-2', 'good-3'];
const dead = Array.from({ length: 2_000 }, (_, index) => `dead-${String(index).padStart(4, '0')}`);

beforeAll(async () => {
  [stack, garbage, threeVideos] = await Promise.all([
    startRelayStack({ settings: { backoffSeconds: 600, restartSeconds: 300, connectsPerHost: 400 } }),
    startRtspCamera(),
    startGstCamera({ videos: 3 }),
  ]);
  garbage.always({ do: 'raw', bytes: Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 37) % 256)) });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await Promise.all([garbage.close(), threeVideos.stop()]);
});

test('two thousand rows at once each get a workflow, and the live ones among them are not kept waiting', async () => {
  const startMs = performance.now();
  await stack.addCameras(dead, { url: 'rtsp://127.0.0.1:9/nobody' });
  await stack.addCameras(goodOnes);
  await stack.start();
  const query = 'WorkflowType = "restreamCamera" and ExecutionStatus = "Running"';
  await eventually(async () => (await stack.client.workflow.count(query)).count === 2_003, {
    what: '2,003 workflows',
    seconds: 120,
  });
  await stack.live(goodOnes, 60);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  console.log(`2,003 relays begun in ${seconds} s`);
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
