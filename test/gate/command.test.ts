// `longtake gate` as a process of its own: its flags, its files, and its sudden end.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePorts } from '../../src/embedded/free-ports.ts';
import { startMediaMtxServer } from '../../src/embedded/mediamtx-server.ts';
import type { GateAccounts } from '../../src/gate/accounts.ts';
import { runCli } from '../cli/run-cli.ts';
import { tempDir, testRun, testServer, type TempDir } from '../setup/servers.ts';
import { flows, publish, published, tokenFor } from './publishers.ts';

const launcher = new URL('../../bin/longtake.js', import.meta.url).pathname;
const ip = '127.0.0.1';
const account = (user: string) => ({ user, password: `CANARY${user}` });
const accounts: GateAccounts = {
  publisher: account('publisher'),
  reader: account('reader'),
  api: account('api'),
  gateKey: '5a'.repeat(32),
};

let dir: TempDir;
let accountsFile: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  dir = await tempDir();
  accountsFile = join(dir.path, 'gate.json');
  await writeFile(accountsFile, JSON.stringify(accounts), { mode: 0o600 });
});
afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  await dir.remove();
});

interface Started {
  child: ChildProcess;
  ready: { ready: true; authUrl: string; pid: number };
  said: () => string;
}

async function start(flags: string[]): Promise<Started> {
  const state = ['--accounts', accountsFile, '--state', join(dir.path, 'state')];
  const child = spawn(process.execPath, [launcher, 'gate', '--json', ...state, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('close', () => reject(new Error(err)));
  });
  return { child, ready: JSON.parse(line) as Started['ready'], said: () => err };
}

describe('longtake gate', () => {
  test('keeps its epochs and used tokens over a kill -9, and leaves the picture alone', async () => {
    const [port = 0, rtsp = 0, api = 0, playback = 0] = await freePorts(ip, 4);
    const flags = ['--listen', `${ip}:${port}`, '--api', `http://${ip}:${api}`];
    const first = await start(flags);
    const mediamtx = await startMediaMtxServer({
      ...{ run: await testRun(), binary: await testServer('mediamtx'), ip, ports: { rtsp, api, playback } },
      ...{ dataDir: dir.path, mediaDir: dir.path, logFile: join(dir.path, 'mediamtx.log'), record: false },
      gate: { authUrl: first.ready.authUrl, accounts },
    });
    const path = 'cam/killed';
    const used = tokenFor(mediamtx, { path, epoch: 7 });
    await using _publisher = await publish(mediamtx, { path, password: used });
    const now = await published(mediamtx, path);
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    const second = await start(flags);
    for (const password of [used, tokenFor(mediamtx, { path, epoch: 6 })]) {
      await using refused = await publish(mediamtx, { path, password });
      expect((await refused.ended).exitCode).not.toBe(0);
    }
    await flows(mediamtx, path, now);
    expect(second.said()).toContain('the token was used before');
    expect(second.said()).toContain('epoch 6 is older than 7');
    expect(first.said() + second.said()).not.toMatch(/CANARY/);
    await using _next = await publish(mediamtx, { path, password: tokenFor(mediamtx, { path, epoch: 7 }) });
    await published(mediamtx, path, { before: now });
    await mediamtx.stop();
  });

  test('has one process on its state, and ends cleanly when asked', async () => {
    const { child, ready } = await start(['--listen', `${ip}:0`]);
    expect(ready).toMatchObject({ ready: true, pid: child.pid });
    expect((await fetch(ready.authUrl.replace('/auth', '/healthz'))).status).toBe(200);
    await expect(start(['--listen', `${ip}:0`])).rejects.toThrow(`process ${child.pid} already runs`);
    child.kill('SIGTERM');
    expect((await once(child, 'close'))[0]).toBe(0);
    const again = await start(['--listen', `${ip}:0`]);
    again.child.kill('SIGTERM');
    await once(again.child, 'close');
  });

  const run = (more: Record<string, string>) => {
    const flags = { listen: `${ip}:0`, accounts: accountsFile, state: join(dir.path, 'state'), ...more };
    return runCli([
      'gate',
      '--json',
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    ]);
  };

  test.each([
    ['an address without a port', { listen: '127.0.0.1' }, /--listen takes an address and a port/],
    ['a host name', { listen: 'localhost:9995' }, /--listen takes/],
    ['an API address with a login', { api: 'http://api:secret@127.0.0.1:9997' }, /--api takes http/],
    ['no accounts file', { accounts: '/nonexistent/gate.json' }, /cannot be read \(ENOENT\)/],
  ])('refuses %s and says what it takes', async (_, flags, message) => {
    const end = await run(flags);
    expect(end.code).toBe(2);
    expect(end.error().message).toMatch(message);
    expect(end.err).not.toContain('secret');
  });

  test.each([
    ['not JSON', 'CANARY', /is not JSON/],
    ['without a key', { ...accounts, gateKey: undefined }, /gateKey/],
    ['with a colon in a password', { ...accounts, reader: { user: 'r', password: 'CANARY:x' } }, /colon/],
    [
      'with the name of tokens',
      { ...accounts, api: { user: 'relay', password: 'CANARY' } },
      /belongs to tokens/,
    ],
  ])('refuses accounts that are %s, and shows none of them', async (_, document, message) => {
    await writeFile(accountsFile, typeof document === 'string' ? document : JSON.stringify(document));
    const end = await run({});
    expect(end.code).toBe(2);
    expect(end.error().message).toMatch(message);
    expect(end.err).not.toContain('CANARY');
  });

  test('refuses accounts that others can read, and says what to do', async () => {
    await chmod(accountsFile, 0o644);
    const end = await run({});
    expect(end.code).toBe(2);
    expect(end.error().message).toContain(`chmod 600 ${accountsFile}`);
  });
});
