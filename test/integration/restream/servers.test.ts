import { afterAll, beforeAll, expect, test } from 'vitest';
import { returnRelayServer } from '../../../src/client/restream-server.ts';
import { orderAllRelays } from '../../../src/client/restream.ts';
import type { RelayServerState } from '../../../src/catalog/relay-types.ts';
import { seenAt } from '../../fakes/live-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import type { RelayTarget } from './relay-target.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';

let stack: RelayStack;
let byWord: RelayTarget;
let byItself: RelayTarget;
let placedFirst: Record<string, string | undefined>;
const ids = Array.from({ length: 12 }, (_, index) => `spread-${index}`);

const placed = async (): Promise<Record<string, string | undefined>> =>
  Object.fromEntries(
    await Promise.all(ids.map(async (id) => [id, (await stack.pathOf(id))?.target.name] as const)),
  );
const becomes = (name: string, state: RelayServerState): Promise<unknown> =>
  eventually(async () => (await stack.catalog.relayServers.get(name))?.state === state, {
    what: `${name} ${state}`,
  });
/** Every relay is live where the first placement put it. */
const backInPlace = async (): Promise<void> => {
  await eventually(async () => JSON.stringify(await placed()) === JSON.stringify(placedFirst), {
    what: 'the first placement',
  });
  await stack.live(ids);
};

beforeAll(async () => {
  stack = await startRelayStack({
    servers: [
      { name: 'by-word', returns: 'word' },
      { name: 'by-itself', returns: 'auto' },
    ],
  });
  [byWord, byItself] = stack.targets as [RelayTarget, RelayTarget];
  await stack.addCameras(ids);
  await stack.start();
});
afterAll(() => stack[Symbol.asyncDispose]());

test('cameras are spread over the servers, and the status says where viewers find each', async () => {
  await stack.live(ids);
  placedFirst = await placed();
  expect(new Set(Object.values(placedFirst))).toEqual(new Set(['by-word', 'by-itself']));
  for (const id of ids) {
    const target = stack.targets.find(({ name }) => name === placedFirst[id])!;
    expect((await stack.relay(id)).viewUrl).toBe(`${target.rtspUrl}/cam/${id}`);
  }
});

test('the cameras of a server that is killed live on the other', async () => {
  await byWord.kill();
  await stack.live(ids);
  expect(new Set(Object.values(await placed()))).toEqual(new Set(['by-itself']));
  const moved = ids.find((id) => placedFirst[id] === 'by-word')!;
  await seenAt(byItself.readUrl(`cam/${moved}`));
  await eventually(async () =>
    (await stack.details(`restream/${moved}`)).includes(`${byItself.rtspUrl}/cam/${moved}`),
  );
});

test('a server that is back is held until the operator’s word, and then carries its cameras again', async () => {
  await byWord.restart();
  await becomes('by-word', 'held');
  expect(await byWord.paths()).toEqual([]);
  expect(new Set(Object.values(await placed()))).toEqual(new Set(['by-itself']));
  await returnRelayServer(stack.catalog, 'by-word');
  await orderAllRelays(stack.client, 'settle');
  await backInPlace();
});

test('a server that may return by itself does', async () => {
  await byItself.kill();
  await becomes('by-itself', 'down');
  await stack.live(ids);
  await byItself.restart();
  await backInPlace();
  await becomes('by-itself', 'up');
});

test('while no server answers nothing is moved, and all are live when one is back', async () => {
  await Promise.all([byWord.kill(), byItself.kill()]);
  await becomes('by-word', 'down');
  await becomes('by-itself', 'down');
  await byItself.restart();
  await stack.live(ids);
});
