// `longtake restream` without a stack: bad input, documents, servers, health, and what is said when nobody answers.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectCatalog } from '../../src/catalog/connect.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { healthAddress, serveHealth } from '../../src/cli/restream/health.ts';
import { watchRestream } from '../../src/cli/restream/status.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import {
  relayDocument,
  relayServerChanged,
  relayServerList,
  restreamDocument,
} from '../../src/contract/restream.ts';
import { relayReport, wantedRelay } from '../catalog/relay-rows.ts';
import { eventually } from '../setup/eventually.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { runCli, type CliEnd } from './run-cli.ts';

let dir: TempDir;
let catalog: Catalog;
let closed: string;
let accounts: string;
const server = ['--api-url', 'http://10.0.0.1:9997', '--rtsp-url', 'rtsp://10.0.0.1:8554'];

beforeEach(async () => {
  dir = await tempDir();
  closed = join(dir.path, 'closed.yaml');
  accounts = join(dir.path, 'accounts.json');
  await writeFile(closed, 'temporal:\n  address: 127.0.0.1:9\n');
  await writeFile(accounts, JSON.stringify({ api: { user: 'api', password: 'canary-7' } }));
  const files = { file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'credentials.key') };
  catalog = await connectCatalog({ kind: 'sqlite', ...files });
});
afterEach(async () => {
  await catalog.close();
  await dir.remove();
});

const restream = (...args: string[]): Promise<CliEnd> =>
  runCli(['restream', ...args, '--data', dir.path, '--config', closed]);
const addServer = (name = 'one', ...more: string[]): Promise<CliEnd> =>
  restream('server', 'add', name, ...server, '--accounts', accounts, '--json', ...more);
async function relay(cameraId: string, report?: Parameters<typeof relayReport>[1]): Promise<void> {
  await catalog.relays.sync({ cameras: [wantedRelay(cameraId)], gone: [] });
  const { epoch } = await catalog.relays.place({ cameraId, engine: 'pull', server: 'one', stopped: false });
  if (report) await catalog.relays.record([{ cameraId, report: relayReport(epoch, report) }]);
}

describe('bad input', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['fly'], /unknown command 'fly'/i],
    ['a state that is none', ['status', '--state', 'dead'], /Allowed choices/],
    ['an order without a camera', ['restart'], /missing required argument 'camera'/i],
    ['an engine that is none', ['engine', 'hall', 'vlc'], /The engine is pull or ffmpeg, not "vlc"/],
    ['a health address without a port', ['run', '--health', '127.0.0.1'], /--health takes ip:port/],
    ['a server without its accounts', ['server', 'add', 'one', ...server], /--accounts/],
    ['a rule that is none', ['server', 'add', 'one', ...server, '--returns', 'never'], /Allowed choices/],
    ['a camera that has no relay', ['status', 'never'], /Camera "never" has no relay/],
    ['a server that is not known', ['server', 'return', 'never'], /no MediaMTX server "never"/],
    ['the removal of one', ['server', 'rm', 'never'], /no MediaMTX server "never"/],
  ])('%s is exit code 2 and says what is wrong', async (_, args, message) => {
    const end = await restream(...args);
    expect([end.code, end.out]).toEqual([2, '']);
    expect(end.err).toMatch(message);
  });
});

test('restream without a command shows its help on standard error', async () => {
  const end = await runCli(['restream']);
  expect([end.code, end.out]).toEqual([2, '']);
  expect(end.err).toContain('Usage: longtake restream');
});

describe('orders while Temporal does not answer', () => {
  test.each([
    [['run', '--detach']],
    [['restart', 'hall']],
    [['stop', 'hall']],
    [['engine', 'hall', 'ffmpeg']],
    [['pause']],
    [['resume']],
    [['accept']],
  ])('%j is exit code 3, with the way to start it', async (args) => {
    const end = await restream(...args, '--json');
    expect([end.code, end.out]).toEqual([3, '']);
    expect(end.error()).toMatchObject({
      type: 'StackUnreachable',
      remedy: expect.stringContaining('longtake up'),
    });
  });
});

describe('status', () => {
  test('of no relays is whole', async () => {
    const end = await restream('status');
    expect(end.code).toBe(0);
    expect(end.out).toContain('No relays yet.');
    expect(restreamDocument.parse((await restream('status', '--json')).json())).toMatchObject({
      cameras: [],
    });
  });

  test('is read from the catalog alone; what is not live is exit code 1', async () => {
    await addServer();
    await relay('hall', {
      state: 'live',
      bitsPerSecond: 2_000_000,
      video: { codec: 'h264', width: 1280, height: 720 },
    });
    expect((await restream('status')).code).toBe(0);
    await relay('yard', { state: 'waiting', reason: 'No answer.' });
    const end = await restream('status', '--json');
    expect(end.code).toBe(1);
    expect(restreamDocument.parse(end.json())).toMatchObject({
      counts: { live: 1, waiting: 1 },
      servers: [{ name: 'one', relays: 2 }],
      cameras: [
        { camera: 'hall', state: 'live', video: 'h264 1280x720' },
        { camera: 'yard', state: 'waiting', reason: 'No answer.' },
      ],
    });
    const text = (await restream('status')).out;
    expect(text).toMatch(/1 live, 1 waiting/);
    expect(text).toMatch(/hall +live .*h264 1280x720 +2\.00/);
    expect(text).toMatch(/yard +waiting .*No answer\./);
  });

  test('of one camera, or of one state, shows those alone', async () => {
    await addServer();
    await relay('hall', { state: 'live' });
    await relay('yard', { state: 'refused' });
    const one = restreamDocument.parse((await restream('status', 'hall', '--json')).json());
    expect(one.cameras.map(({ camera }) => camera)).toEqual(['hall']);
    const refused = restreamDocument.parse((await restream('status', '--state', 'refused', '--json')).json());
    expect(refused.cameras.map(({ camera }) => camera)).toEqual(['yard']);
  });
});

test('watch prints a line for each change of state, and ends when it is asked to', async () => {
  await addServer();
  await relay('hall', { state: 'live', viewUrl: 'rtsp://h/cam/hall' });
  const lines: string[] = [];
  const asked = new AbortController();
  const terminal = {
    out: (text: string) => void lines.push(text),
    err: () => undefined,
  } as unknown as Terminal;
  const flags = { data: dir.path, config: closed };
  const text = watchRestream({ terminal, args: [], flags, json: false, signal: asked.signal });
  await eventually(() => lines.length === 1);
  await relay('hall', { state: 'waiting', reason: 'No answer.' });
  await eventually(() => lines.length >= 2 && lines.at(-1)?.includes('waiting'));
  expect(lines[0]).toMatch(/ hall: live rtsp:\/\/h\/cam\/hall$/);
  expect(lines.at(-1)).toMatch(/ hall: \w+ → waiting No answer\.$/);
  asked.abort();
  await text;
  const documents: string[] = [];
  const again = new AbortController();
  const out = { ...terminal, out: (line: string) => void documents.push(line) } as Terminal;
  const json = watchRestream({ terminal: out, args: [], flags, json: true, signal: again.signal });
  await eventually(() => documents.length === 1);
  expect(relayDocument.parse(JSON.parse(documents[0]!))).toMatchObject({ camera: 'hall', state: 'waiting' });
  again.abort();
  await json;
});

describe('servers', () => {
  test('are added, listed, returned and removed', async () => {
    expect((await restream('server', 'list')).out).toContain('No MediaMTX servers.');
    expect(relayServerChanged.parse((await addServer('one', '--weight', '2')).json())).toEqual({
      ...{ name: 'one', changed: 'added' },
    });
    await addServer('two');
    await relay('hall');
    const listed = relayServerList.parse((await restream('server', 'list', '--json')).json());
    expect(listed).toMatchObject([
      { name: 'one', weight: 2, relays: 1, state: 'up', viewUrl: 'rtsp://10.0.0.1:8554' },
      { name: 'two', weight: 1, relays: 0 },
    ]);
    expect((await restream('server', 'list')).out).toMatch(/one +up +1 +2 +rtsp/);
    await catalog.relayServers.setState({ name: 'two', state: 'down', reason: 'Connection refused' });
    expect(await restream('server', 'return', 'two')).toMatchObject({ code: 2 });
    expect((await restream('server', 'rm', 'one')).err).toContain('no other one is up');
    await catalog.relayServers.setState({ name: 'two', state: 'held' });
    expect((await restream('server', 'return', 'two', '--json')).json()).toEqual({
      name: 'two',
      changed: 'returned',
    });
    expect((await restream('server', 'rm', 'one')).out).toBe('MediaMTX server one removed.');
    expect(relayServerList.parse((await restream('server', 'list', '--json')).json())).toMatchObject([
      { name: 'two', relays: 1 },
    ]);
  });

  test.each<[string, string, RegExp]>([
    ['that is not there', '', /cannot be read: ENOENT/],
    ['that is no JSON', 'password: canary-3', /cannot be read: it holds no JSON/],
    [
      'without the API’s account',
      '{"gateKey":"canary-3"}',
      /accounts file is not right: api: .*gateKey: 64 hex/,
    ],
  ])('an accounts file %s is bad input, and none of it is repeated', async (_, content, message) => {
    const file = join(dir.path, 'other.json');
    if (content !== '') await writeFile(file, content);
    const end = await restream('server', 'add', 'one', ...server, '--accounts', file);
    expect(end.code).toBe(2);
    expect(end.err).toMatch(message);
    expect(end.err).not.toContain('canary');
  });

  test.each<[string, string[], RegExp]>([
    [
      'an address with a login',
      ['--view-url', 'rtsp://u:canary-4@h:1'],
      /viewUrl: an address without a login/,
    ],
    ['a weight that is no number', ['--weight', 'heavy'], /weight/],
    ['a weight of nothing', ['--weight', '0'], /weight/],
  ])('%s is refused', async (_, more, message) => {
    const end = await addServer('one', ...more);
    expect(end.code).toBe(2);
    expect(end.error().message).toMatch(message);
    expect(end.err).not.toContain('canary');
  });
});

describe('health', () => {
  test('answers by what it follows at that moment, that the process lives always, and nothing else', async () => {
    const health = await serveHealth({ ip: '127.0.0.1', port: 0 });
    try {
      const answer = async (url = health.url, method = 'GET') => {
        const response = await fetch(url, { method });
        return [response.status, await response.text()];
      };
      const starting = { name: 'worker', ok: false, reason: 'It is being started.' };
      expect(await answer()).toEqual([503, `${JSON.stringify({ ready: false, checks: [starting] })}\n`]);
      const alive = [200, '{"alive":true}\n'];
      expect(await answer(health.url.replace('healthz', 'livez'))).toEqual(alive);
      const well = { name: 'catalog', ok: true };
      let findings = [well];
      health.follow(() => findings);
      expect(await answer()).toEqual([200, `${JSON.stringify({ ready: true, checks: [well] })}\n`]);
      findings = [well, { name: 'temporal', ok: false }];
      expect((await answer())[0]).toBe(503);
      expect(await answer(health.url.replace('healthz', 'livez'))).toEqual(alive);
      expect(await answer(health.url, 'POST')).toEqual([404, '']);
      expect(await answer(health.url.replace('healthz', 'secrets'))).toEqual([404, '']);
      const { port } = new URL(health.url);
      await expect(serveHealth({ ip: '127.0.0.1', port: Number(port) })).rejects.toMatchObject({
        type: 'ConfigInvalid',
      });
    } finally {
      await health.stop();
    }
    await expect(fetch(health.url)).rejects.toThrow();
  });

  test('listens on IPv6 too, with an address that can be asked', async () => {
    const health = await serveHealth(healthAddress('[::1]:0'));
    try {
      expect(health.url).toMatch(/^http:\/\/\[::1\]:\d+\/healthz$/);
      expect((await fetch(health.url)).status).toBe(503);
    } finally {
      await health.stop();
    }
  });

  test.each(['', 'localhost:80', '127.0.0.1', '127.0.0.1:', '127.0.0.1:70000', ':9180', '::1:9180'])(
    'does not take %j',
    (value) => {
      expect(() => healthAddress(value)).toThrow(/--health takes ip:port/);
    },
  );
});
