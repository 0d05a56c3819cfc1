// Hundreds of relays through ten minutes of dying cameras, killed workers, a killed MediaMTX and a Temporal server that is away.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene, type Scene } from './relay-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

test('viewers see pictures again as promised whatever dies, healthy cameras write no history, and nothing leaks', async () => {
  const { lastSeconds } = scene;
  scene.letCamerasDie();
  await scene.reaches(0.1 * lastSeconds);
  await scene.killHolder('SIGKILL');
  await scene.reaches(0.28 * lastSeconds);
  await scene.killHolder('SIGTERM');
  await scene.reaches(0.45 * lastSeconds);
  await scene.warmedUp();
  await scene.restartTarget();
  await scene.reaches(0.62 * lastSeconds);
  await scene.stopTemporal(0.1 * lastSeconds);
  await scene.reaches(0.85 * lastSeconds);
  await scene.letCamerasLive();
  await scene.reaches(lastSeconds);
  await scene.lookForLeaks();
  expect(await scene.violations()).toEqual([]);
});
