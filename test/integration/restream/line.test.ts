import { afterAll, beforeAll, expect, test } from 'vitest';
import { relayWorkflowId } from '../../../src/contract/ids.ts';
import { eventually } from '../../setup/eventually.ts';
import { seenAt } from '../../fakes/live-camera.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';
import { supervisor } from './relay-watch.ts';

let stack: RelayStack;
const ids = ['gate', 'hall 1', 'Двор'];

beforeAll(async () => {
  stack = await startRelayStack();
  await stack.addCameras(ids);
  await stack.start();
});
afterAll(() => stack[Symbol.asyncDispose]());

test('cameras of the catalog become live, and viewers see their pictures', async () => {
  await stack.live(ids);
  const seen = ids.map(async (id) => await seenAt(stack.target.readUrl((await stack.pathOf(id))!.name)));
  for (const streams of await Promise.all(seen))
    expect(streams.map(({ codec_name: codec }) => codec).sort()).toEqual(['h264', 'pcm_alaw']);
});

test('a relay is found by its state and its camera in the list of workflows', async () => {
  for (const id of ids) await stack.shows(id, 'live');
  await stack.shows(supervisor, 'running');
  const found: string[] = [];
  for await (const { workflowId } of stack.client.workflow.list({ query: 'LtCamera = "Двор"' }))
    found.push(workflowId);
  expect(found).toEqual([relayWorkflowId('Двор')]);
});

test('the status says what viewers get and where', async () => {
  expect(await stack.relay('gate')).toMatchObject({
    ...{ state: 'live', engine: 'pull', server: 'm1', audio: 'g711', restarts: 0 },
    video: 'h264 320x180',
    viewUrl: `${stack.target.rtspUrl}/cam/gate`,
  });
});

test('the Web UI shows source, codec, size and the viewers’ address, and no password anywhere', async () => {
  const { password } = stack.cameras.server.users.reader;
  const details = await eventually(async () => {
    const text = await stack.details(relayWorkflowId('gate'));
    return text.includes('live') && text;
  });
  expect(details).toContain(`rtsp://127.0.0.1:${stack.cameras.server.rtspPort}/live`);
  expect(details).toContain('h264 320×180');
  expect(details).toContain(`${stack.target.rtspUrl}/cam/gate`);
  const history = await stack.client.workflow.getHandle(relayWorkflowId('gate')).fetchHistory();
  for (const text of [details, JSON.stringify(history), JSON.stringify(await stack.relay('gate'))])
    expect(text).not.toContain(password);
  expect(await stack.details(supervisor)).toContain('m1');
});
