import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LiveCamera } from '../../fakes/live-camera.ts';
import { seenAt } from '../../fakes/live-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';

let stack: RelayStack;
let fragile: LiveCamera;
let frozen: LiveCamera;
const steady = ['steady-1', 'steady-2'];
const all = [...steady, 'fragile', 'frozen'];

beforeAll(async () => {
  // A restart may take its time, and is no loss here.
  stack = await startRelayStack({ settings: { serverLostSeconds: 15 } });
  [fragile, frozen] = await Promise.all([stack.cameras.publish('fragile'), stack.cameras.publish('frozen')]);
  await stack.addCameras(steady);
  for (const id of ['fragile', 'frozen']) await stack.addCameras([id], { path: id });
  await stack.start();
  await stack.live(all);
});
afterAll(() => stack[Symbol.asyncDispose]());

test.concurrent(
  'a camera that dies waits with a reason in words, and is live again once it is back',
  async () => {
    fragile.signal('SIGKILL');
    await fragile.ended.catch(() => undefined);
    await eventually(async () => {
      const { reason = '', upSince } = await stack.becomes('fragile', 'waiting');
      return upSince === undefined && /404|no stream/i.test(reason);
    });
    await stack.down('fragile');
    await stack.shows('fragile', 'waiting');
    fragile = await stack.cameras.publish('fragile');
    await stack.live(['fragile']);
    expect((await stack.relay('fragile')).restarts).toBe(1);
    await stack.shows('fragile', 'live');
  },
);

test.concurrent(
  'a camera that stands still while it stays connected is stalled, is replaced, and is live when it moves again',
  async () => {
    const before = (await stack.pathOf('frozen'))!.availableAt;
    frozen.signal('SIGSTOP');
    const { reason } = await stack.becomes('frozen', 'stalled');
    expect(reason).toContain('No new picture');
    frozen.signal('SIGCONT');
    // Its MediaMTX throws out a publisher that was silent for ten seconds.
    const again = (): Promise<unknown> => stack.cameras.publish('frozen').catch(() => undefined);
    void frozen.ended.then(again, again);
    await stack.live(['frozen']);
    expect((await stack.pathOf('frozen'))!.availableAt).not.toBe(before);
    expect((await stack.relay('frozen')).restarts).toBe(1);
  },
);

test('none of it touches the relays of other cameras', async () => {
  for (const id of steady) expect(await stack.relay(id)).toMatchObject({ state: 'live', restarts: 0 });
});

test('after kill -9 and a restart of MediaMTX all relays are live again, and viewers see pictures', async () => {
  await stack.target.kill();
  await stack.target.restart();
  await stack.live(all);
  await seenAt(stack.target.readUrl('cam/steady-1'));
  // It was back before it counted as lost.
  expect((await stack.catalog.relayServers.get('m1'))!.state).toBe('up');
});
