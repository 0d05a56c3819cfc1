// Every message of the reference does what the page says, sent as it stands there: a shell, the temporal CLI, a running relay.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporalCommandOf } from '../../../src/contract/message-docs.ts';
import { restreamMessageDocs, type RestreamMessageDoc } from '../../../src/contract/restream-message-docs.ts';
import { relayWorkflowId, restreamWorkflowId } from '../../../src/contract/ids.ts';
import { eventually } from '../../setup/eventually.ts';
import { testServer } from '../../setup/test-tools.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';

const run = promisify(execFile);
const camera = 'cam-1';
const sent = new Set<string>();

let stack: RelayStack;
beforeAll(async () => {
  stack = await startRelayStack();
  await stack.addCameras([camera]);
  await stack.start();
  await stack.live([camera]);
});
afterAll(() => stack[Symbol.asyncDispose]());

/** The documented line, typed into a shell with the real binary; `change` stands for the input that the page shows. */
async function say(workflow: RestreamMessageDoc['workflow'], name: string, change?: object): Promise<string> {
  const doc = restreamMessageDocs.find((one) => one.workflow === workflow && one.name === name)!;
  const workflowId = workflow === 'restream' ? restreamWorkflowId : relayWorkflowId(camera);
  const line = temporalCommandOf(change ? { ...doc, input: change } : doc, workflowId);
  sent.add(`${workflow} ${name}`);
  const binary = await testServer('temporal');
  const { address = '', namespace = '' } = stack.config.temporal;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: stack.config.dataDir,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
  };
  const { stdout } = await run('sh', ['-c', line.replace(/^temporal /, `'${binary}' `)], { env });
  return stdout;
}

const rowOf = async () => (await stack.catalog.relays.get(camera))!;

/** Sends it and waits until the relay has been placed anew. */
async function placedAnewBy(name: string): Promise<void> {
  const { epoch } = await rowOf();
  await say('restreamCamera', name);
  await eventually(async () => (await rowOf()).epoch > epoch, { what: `another epoch after ${name}` });
}

test('relay tells state, source without credentials, and where viewers find it', async () => {
  const told = await say('restreamCamera', 'relay');
  expect(told).toMatch(/"state":"live"/);
  expect(told).toContain((await stack.relay(camera)).viewUrl);
  expect(told).not.toContain('@');
});

test('stop takes a relay down, refresh and credentialsChanged leave it down, restart brings it back', async () => {
  await say('restreamCamera', 'stop');
  await stack.becomes(camera, 'stopped');
  await stack.down(camera);
  for (const name of ['refresh', 'credentialsChanged']) {
    await placedAnewBy(name);
    expect((await stack.relay(camera)).state).toBe('stopped');
  }
  await say('restreamCamera', 'restart');
  await stack.live([camera]);
});

test.each(['refresh', 'restart', 'credentialsChanged'])('%s connects a live relay anew', async (name) => {
  const { upSince = '' } = await stack.relay(camera);
  await placedAnewBy(name);
  await stack.live([camera]);
  expect(Date.parse((await stack.relay(camera)).upSince!)).toBeGreaterThan(Date.parse(upSince));
});

test('credentialsChanged forgets refused logins, restart does not', async () => {
  const refusal = { cameraId: camera, atMs: Date.now(), windowSeconds: 900 };
  await stack.catalog.relays.noteRefusal(refusal);
  await placedAnewBy('restart');
  expect((await rowOf()).refusedAtMs).toEqual([refusal.atMs]);
  await placedAnewBy('credentialsChanged');
  expect((await rowOf()).refusedAtMs).toEqual([]);
  await stack.live([camera]);
});

test('setEngine switches the engine and back, and refuses others', async () => {
  await expect(say('restreamCamera', 'setEngine', { engine: 'vlc' })).rejects.toThrow(/one of pull, ffmpeg/);
  expect(await say('restreamCamera', 'setEngine')).toContain('ffmpeg');
  await eventually(async () => (await stack.relay(camera)).engine === 'ffmpeg');
  await stack.live([camera], 40);
  expect(await say('restreamCamera', 'setEngine', { engine: 'pull' })).toContain('pull');
  await eventually(async () => (await stack.relay(camera)).engine === 'pull');
  await stack.live([camera], 40);
});

test('pause takes all relays down and resume brings them back; status tells which', async () => {
  await say('restream', 'pause');
  await stack.down(camera);
  await eventually(async () => (await say('restream', 'status')).includes('"paused":true'));
  await say('restream', 'resume');
  await stack.live([camera]);
  expect(await say('restream', 'status')).toMatch(/"paused":false,"servers":\["m1"\]/);
});

test('serversChanged moves a relay away from a server that is lost', async () => {
  const { catalog } = stack;
  const { spec } = (await catalog.relayServers.get('m1'))!;
  const secrets = await catalog.relayServers.secretsOf('m1');
  await catalog.relayServers.put({ name: 'm2', spec: { ...spec, returns: 'word' }, secrets });
  // Servers that come or go are seen without a word; that has to be over first.
  await eventually(async () => (await say('restream', 'status')).includes('"servers":["m1","m2"]'));
  await stack.shows(camera, 'live');
  await catalog.relays.place({ cameraId: camera, engine: 'pull', server: 'm2', stopped: false });
  await catalog.relayServers.setState({ name: 'm2', state: 'held', reason: 'a test says so' });
  await say('restream', 'serversChanged');
  await eventually(async () => (await rowOf()).server === 'm1', { what: 'the move to m1' });
  await catalog.relayServers.remove('m2');
});

test('acceptList lets go of all cameras that the list misses, however many', async () => {
  await stack.live([camera]);
  await stack.catalog.cameras.remove(camera);
  await stack.shows('restream', 'attention');
  expect(await say('restream', 'status')).toContain('"attention":');
  await say('restream', 'acceptList');
  await eventually(async () => (await stack.catalog.relays.get(camera)) === undefined, {
    what: 'the end of the relay',
  });
});

test('no message of the reference was left out above', () => {
  const documented = restreamMessageDocs.map(({ workflow, name }) => `${workflow} ${name}`);
  expect(documented.filter((one) => !sent.has(one))).toEqual([]);
});
