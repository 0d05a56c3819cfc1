import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderRelay } from '../../../src/client/restream.ts';
import { relayWorkflowId } from '../../../src/contract/ids.ts';
import { relayStatus } from '../../../src/contract/restream-messages.ts';
import { startRtspCamera, type RtspCamera } from '../../fakes/rtsp-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';

let stack: RelayStack;
let dead: RtspCamera;
let refusing: RtspCamera;
const ids = Array.from({ length: 20 }, (_, index) => `quiet-${index}`);
const logins = (): number => refusing.requests.filter(({ headers }) => headers['authorization']).length;

/** The last that a healthy relay is told of. */
const knowsRate = async (cameraId: string): Promise<boolean> => {
  const handle = stack.client.workflow.getHandle(relayWorkflowId(cameraId));
  return (await handle.query(relayStatus)).report?.bitsPerSecond !== undefined;
};

beforeAll(async () => {
  [stack, dead, refusing] = await Promise.all([
    startRelayStack({ settings: { keepSeconds: 0.1, restartSeconds: 0.1, backoffSeconds: 0.5 } }),
    startRtspCamera(),
    startRtspCamera(),
  ]);
  dead.always({ do: 'answer', status: 404 });
  refusing.protect({ user: 'viewer', password: 'the new one', offers: ['MD5'] });
  await stack.addCameras(ids);
  await stack.addCameras(['dead'], { url: `rtsp://127.0.0.1:${dead.port}/live` });
  await stack.addCameras(['refusing'], { url: `rtsp://viewer:old@127.0.0.1:${refusing.port}/live` });
  await stack.start();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await Promise.all([dead.close(), refusing.close()]);
});

test('a camera that refuses its login is tried three times, and then waits for a word', async () => {
  const { reason } = await stack.becomes('refusing', 'refused');
  expect(reason).toContain('refuse');
  expect(logins()).toBe(3);
  await stack.shows('refusing', 'refused');
});

test('nothing is written to any history while 20 relays run, one camera is dead, and one refuses', async () => {
  await stack.live(ids);
  await stack.becomes('dead', 'waiting');
  for (const id of ids) await stack.shows(id, 'live');
  for (const id of ids) await eventually(() => knowsRate(id), { what: `the bitrate of ${id}` });
  await stack.shows('dead', 'waiting');
  let settled = await stack.historyLengths();
  await eventually(async () => {
    const before = settled;
    const tries = dead.requests.length;
    await eventually(() => dead.requests.length >= tries + 3);
    settled = await stack.historyLengths();
    return JSON.stringify(before) === JSON.stringify(settled);
  });
  const [from, startMs] = [dead.requests.length, performance.now()];
  await eventually(() => dead.requests.length >= from + 36, { what: '36 tries' });
  const seconds = (performance.now() - startMs) / 1000;
  expect(await stack.historyLengths()).toEqual(settled);
  // The watch, the keeper, and a workflow a camera.
  expect(Object.keys(settled)).toHaveLength(24);
  // At least a quarter of a second between tries, which began with a tenth.
  expect(36 / seconds).toBeLessThan(4.2);
  expect(logins()).toBe(3);
  await stack.live(ids);
});

test('a word that the login is right now lets it be tried again', async () => {
  await orderRelay(stack.client, { cameraId: 'refusing', order: 'credentialsChanged' });
  await eventually(() => logins() === 6, { what: 'three more logins' });
  await stack.becomes('refusing', 'refused');
  expect(logins()).toBe(6);
});
