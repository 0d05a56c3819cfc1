import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderAllRelays, orderRelay, setRelayEngine } from '../../../src/client/restream.ts';
import { relayWorkflowId } from '../../../src/contract/ids.ts';
import * as messages from '../../../src/contract/restream-messages.ts';
import { searchAttributes } from '../../../src/contract/search-attributes.ts';
import { queues } from '../../../src/contract/queues.ts';
import { isFault } from '../../../src/domain/fault.ts';
import { seenAt } from '../../fakes/live-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';
import { supervisor } from './relay-watch.ts';

let stack: RelayStack;
const ids = ['restarted', 'stopped', 'switched', 'flooded', 'short', 'witness'];

const handleOf = (id: string) => stack.client.workflow.getHandle(relayWorkflowId(id));
const historyLength = async (id: string): Promise<number> => (await handleOf(id).describe()).historyLength;
const runsWith = async (engine: messages.RelayEngine): Promise<void> => {
  await setRelayEngine(stack.client, { cameraId: 'switched', engine });
  await eventually(async () => {
    const { state, engine: shown } = await stack.relay('switched');
    return state === 'live' && shown === engine;
  });
  await stack.live(['switched']);
};
/** Time passes: some hundred kilobytes of pictures of another relay. */
const whileWitnessGoesOn = async (): Promise<void> => {
  const bytes = async (): Promise<number | undefined> => (await stack.pathOf('witness'))?.inboundBytes;
  const from = (await eventually(bytes)) as number;
  await eventually(async () => ((await bytes()) ?? 0) > from + 100_000);
};

/** Once the last words of what has just been ordered have come: a late one is no cost of the rest. */
const settledLength = async (id: string): Promise<number> =>
  (await eventually(async () => {
    const before = await historyLength(id);
    await whileWitnessGoesOn();
    return (await historyLength(id)) === before && before;
  })) as number;

beforeAll(async () => {
  stack = await startRelayStack();
  // Its sessions end after 40 events; the supervisor joins what runs already.
  const { reader } = stack.cameras.server.users;
  const url = `rtsp://127.0.0.1:${stack.cameras.server.rtspPort}/live`;
  await stack.catalog.relays.sync({
    cameras: [{ cameraId: 'short', spec: { url }, credentials: reader }],
    gone: [],
  });
  await stack.client.workflow.start('restreamCamera', {
    workflowId: relayWorkflowId('short'),
    taskQueue: queues.main,
    args: [{ cameraId: 'short', sessionEvents: 40 }],
    typedSearchAttributes: [{ key: searchAttributes.capability, value: 'restream' }],
  });
  await stack.addCameras(ids);
  await stack.start();
  await stack.live(ids);
});
afterAll(() => stack[Symbol.asyncDispose]());

test.concurrent('restart connects anew, also when it is ordered twice', async () => {
  const before = (await stack.pathOf('restarted'))!.availableAt;
  for (const _ of [1, 2]) await orderRelay(stack.client, { cameraId: 'restarted', order: 'restart' });
  await eventually(async () => {
    const path = await stack.pathOf('restarted');
    return path?.available && path.availableAt !== before;
  });
  await stack.live(['restarted']);
});

test.concurrent(
  'a stopped relay has no path, is shown so, and costs nothing; restart brings it back',
  async () => {
    for (const _ of [1, 2]) await orderRelay(stack.client, { cameraId: 'stopped', order: 'stop' });
    await stack.down('stopped');
    await stack.becomes('stopped', 'stopped');
    await stack.shows('stopped', 'stopped');
    const before = await settledLength('stopped');
    await whileWitnessGoesOn();
    expect(await historyLength('stopped')).toBe(before);
    expect(await stack.pathOf('stopped')).toBeUndefined();
    await orderRelay(stack.client, { cameraId: 'stopped', order: 'restart' });
    await stack.live(['stopped']);
    await stack.shows('stopped', 'live');
  },
);

// One after the other, beside those of other cameras.
describe.concurrent('the engine', () => {
  test(
    'one word switches the engine, back and forth, with pictures each time',
    { concurrent: false },
    async () => {
      for (const engine of ['ffmpeg', 'pull'] as const) {
        await runsWith(engine);
        await seenAt(stack.target.readUrl('cam/switched'));
      }
    },
  );

  test(
    'a relay of engine ffmpeg costs no event while it runs, and goes when it is stopped',
    { concurrent: false },
    async () => {
      await runsWith('ffmpeg');
      const told = async (): Promise<boolean> =>
        (await stack.details(relayWorkflowId('switched'))).includes('| Engine | ffmpeg |') &&
        (await stack.listed('live')).includes(relayWorkflowId('switched'));
      await eventually(told);
      const before = await settledLength('switched');
      await whileWitnessGoesOn();
      expect(await historyLength('switched')).toBe(before);
      await orderRelay(stack.client, { cameraId: 'switched', order: 'stop' });
      await eventually(async () => !(await stack.pathOf('switched'))?.available);
      await stack.shows('switched', 'stopped');
    },
  );
});

test.concurrent(
  'a thousand duplicate orders make a few restarts, no long history, and the relay is there',
  async () => {
    const { epoch } = (await stack.catalog.relays.get('flooded'))!;
    const from = performance.now();
    const sent = Array.from({ length: 1_000 }, () => handleOf('flooded').signal(messages.restart));
    await Promise.all(sent);
    const seconds = (performance.now() - from) / 1000;
    await stack.live(['flooded'], 40);
    const row = (await stack.catalog.relays.get('flooded'))!;
    // Those that come while one is carried out are carried out together.
    expect(row.epoch - epoch).toBeLessThan(Math.max(300, seconds * 100));
    expect(await historyLength('flooded')).toBeLessThanOrEqual(2_100);
    expect((await stack.relay('flooded')).restarts).toBeLessThan(60);
  },
);

test.concurrent(
  'sessions of 40 events lose none of several hundred orders: the last one counts',
  async () => {
    const orders = [messages.restart, messages.refresh, messages.stop, messages.credentialsChanged];
    const flood = async (last: 'stop' | 'restart'): Promise<void> => {
      for (let wave = 0; wave < 6; wave += 1) {
        const { epoch } = (await stack.catalog.relays.get('short'))!;
        await Promise.all(
          Array.from({ length: 30 }, (_, index) => handleOf('short').signal(orders[index % 4]!)),
        );
        // A session cannot end while orders rain on it.
        await eventually(async () => (await stack.catalog.relays.get('short'))!.epoch > epoch);
      }
      await orderRelay(stack.client, { cameraId: 'short', order: last });
    };
    await flood('stop');
    await stack.shows('short', 'stopped');
    await stack.down('short');
    await stack.becomes('short', 'stopped');
    await flood('restart');
    await stack.live(['short'], 40);
    const query = `WorkflowId = "${relayWorkflowId('short')}" and ExecutionStatus = "ContinuedAsNew"`;
    await eventually(async () => (await stack.client.workflow.count(query)).count > 4, {
      what: 'five sessions',
    });
  },
);

test.concurrent('an order to a camera without a relay says so', async () => {
  const refused = await orderRelay(stack.client, { cameraId: 'nobody', order: 'stop' }).catch(
    (error) => error,
  );
  expect(isFault(refused, 'NotFound')).toBe(true);
});

test('pause takes all relays down, resume brings them back', async () => {
  const running = ids.filter((id) => id !== 'switched');
  await orderAllRelays(stack.client, 'pause');
  for (const id of running) await stack.down(id);
  await stack.shows(supervisor, 'paused');
  for (const id of running) await stack.shows(id, 'stopped');
  await orderAllRelays(stack.client, 'resume');
  await stack.live(running);
  await stack.shows(supervisor, 'running');
});
