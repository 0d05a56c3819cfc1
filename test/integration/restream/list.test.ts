import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderAllRelays } from '../../../src/client/restream.ts';
import { relayWorkflowId } from '../../../src/contract/ids.ts';
import { eventually } from '../../setup/eventually.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';
import { supervisor } from './relay-watch.ts';

let stack: RelayStack;
const ids = Array.from({ length: 10 }, (_, index) => `list-${index}`);
const vanishing = ids.slice(0, 4);

const availableAt = async (id: string): Promise<string | null | undefined> =>
  (await stack.pathOf(id))?.availableAt;
const remove = async (some: readonly string[]): Promise<void> => {
  for (const id of some) await stack.catalog.cameras.remove(id);
};
beforeAll(async () => {
  stack = await startRelayStack();
  await stack.cameras.publish('other');
  await stack.addCameras(ids);
  await stack.start();
  await stack.live(ids);
});
afterAll(() => stack[Symbol.asyncDispose]());

test('a new camera is live by the next poll, and nobody else is touched', async () => {
  const before = await availableAt(ids[0]!);
  await stack.addCameras(['fresh']);
  await stack.live(['fresh']);
  expect(await availableAt(ids[0]!)).toBe(before);
});

test('a camera with another address is moved there', async () => {
  await stack.addCameras(['fresh'], { path: 'other' });
  await eventually(
    async () => {
      const configs = await stack.target.control.listConfigs(new AbortController().signal);
      return configs.some(({ name, source }) => name === 'cam/fresh' && source.endsWith('/other'));
    },
    { what: 'the other address' },
  );
  await stack.live(['fresh']);
  expect((await stack.relay('fresh')).source).toMatch(/\/other$/);
});

test('a camera that is back before a second look keeps its picture', async () => {
  const before = await availableAt('fresh');
  await remove(['fresh']);
  await stack.addCameras(['fresh', 'witness'], { path: 'other' });
  await stack.live(['fresh', 'witness']);
  expect(await availableAt('fresh')).toBe(before);
});

test('a camera that is gone from the list is taken down, forgotten, and its workflow ends', async () => {
  await remove(['fresh', 'witness']);
  await stack.down('fresh');
  await eventually(async () => (await stack.catalog.relays.get('fresh')) === undefined);
  const handle = stack.client.workflow.getHandle(relayWorkflowId('fresh'));
  await eventually(async () => (await handle.describe()).status.name === 'COMPLETED');
});

test('more than a fifth vanishing at once takes nobody down and raises attention; newcomers still come', async () => {
  const before = await availableAt(ids[0]!);
  await remove(vanishing);
  await stack.says('4 of 10 cameras vanished');
  await stack.addCameras(['newcomer']);
  await stack.live([...ids, 'newcomer']);
  expect(await availableAt(ids[0]!)).toBe(before);
});

test('the attention ends when the cameras are back', async () => {
  await stack.addCameras(vanishing);
  await stack.shows(supervisor, 'running');
});

test('an emptied list takes nobody down and raises attention', async () => {
  const before = await availableAt(ids[9]!);
  await remove([...ids, 'newcomer']);
  await stack.says('The list of cameras is empty');
  await stack.live(ids);
  expect(await availableAt(ids[9]!)).toBe(before);
});

test('the operator accepts a shorter list: then they go', async () => {
  await stack.addCameras(ids.slice(4));
  await stack.says('vanished from the list at once');
  await orderAllRelays(stack.client, 'accept');
  for (const id of [...vanishing, 'newcomer']) await stack.down(id);
  await stack.shows(supervisor, 'running');
  await stack.live(ids.slice(4));
});
