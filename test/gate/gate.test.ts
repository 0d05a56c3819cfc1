import { request as httpRequest, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GateAccounts } from '../../src/gate/accounts.ts';
import { startGate, type Gate, type GateSpec } from '../../src/gate/gate.ts';
import type { Ledger } from '../../src/gate/ledger.ts';
import type { GateQuestion } from '../../src/gate/question.ts';
import { createRules } from '../../src/gate/rules.ts';
import { mintToken } from '../../src/gate/token.ts';
import { eventually } from '../setup/eventually.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const account = (user: string) => ({ user, password: `CANARY-${user}` });
const accounts: GateAccounts = {
  publisher: account('publisher'),
  reader: account('reader'),
  api: account('api'),
  gateKey: '5a'.repeat(32),
};
const asked = (more: Partial<GateQuestion> = {}): GateQuestion => ({
  ...{ user: '', password: '', ip: '10.0.0.9', action: 'read', path: 'hall', protocol: 'rtsp', id: 'one' },
  ...more,
});
const token = (more: { path?: string; epoch?: number } = {}): string =>
  mintToken({ key: accounts.gateKey, path: 'cam/a', epoch: 1, expiresAtMs: Date.now() + 60_000, ...more });

let dir: TempDir;
let gate: Gate;
let log: string[];
async function open(more: Partial<GateSpec> = {}): Promise<void> {
  await gate?.close();
  log = [];
  gate = await startGate({
    ...{
      ip: '127.0.0.1',
      port: 0,
      accounts,
      stateDir: join(dir.path, 'state'),
      log: (line) => log.push(line),
    },
    ...more,
  });
}
beforeEach(async () => {
  dir = await tempDir();
  await open();
});
afterEach(async () => {
  await gate.close();
  await dir.remove();
});

async function ask(question: Partial<GateQuestion>): Promise<number> {
  const answer = await fetch(gate.authUrl, { method: 'POST', body: JSON.stringify(asked(question)) });
  return answer.status;
}

/** Status of a raw request; undefined when the gate hung up without one. */
const statusOf = (options: RequestOptions, body?: Buffer | string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const sent = httpRequest(new URL(options.path ?? '/auth', gate.url), { ...options, agent: false });
    sent.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', () => resolve(undefined));
    sent.end(body);
  });

describe('the gate lets in', () => {
  test.each<[string, Partial<GateQuestion>, number]>([
    ['the reader, who reads', { ...accounts.reader, action: 'read' }, 200],
    ['the reader, who plays back', { ...accounts.reader, action: 'playback' }, 200],
    ['the reader, who publishes', { ...accounts.reader, action: 'publish' }, 401],
    ['the reader, who commands', { ...accounts.reader, action: 'api' }, 401],
    ['the publisher elsewhere', { ...accounts.publisher, action: 'publish', path: 'hall' }, 200],
    ['the publisher where relays are', { ...accounts.publisher, action: 'publish', path: 'cam/a' }, 401],
    ['the publisher, who reads', { ...accounts.publisher, action: 'read' }, 401],
    ['the api account', { ...accounts.api, action: 'api', path: '', protocol: '', id: null }, 200],
    ['the api account, for metrics', { ...accounts.api, action: 'metrics' }, 200],
    ['the api account, for profiles', { ...accounts.api, action: 'pprof' }, 200],
    ['the api account, who reads', { ...accounts.api, action: 'read' }, 401],
    ['the right user with another’s password', { user: 'reader', password: 'CANARY-api' }, 401],
    ['nobody without a login', { action: 'read' }, 401],
    ['a guest who publishes a demo path', { action: 'publish', path: 'demo-hall', ip: '127.0.0.1' }, 401],
    ['a relay', { user: 'relay', password: token(), action: 'publish', path: 'cam/a' }, 200],
    ['a relay elsewhere', { user: 'relay', password: token({ path: 'hall' }), action: 'publish' }, 401],
    ['a relay under another name', { user: 'x', password: token(), action: 'publish', path: 'cam/a' }, 401],
    ['a relay without a token', { user: 'relay', password: '', action: 'publish', path: 'cam/a' }, 401],
    [
      'a relay by another protocol',
      { user: 'relay', password: token(), action: 'publish', path: 'cam/a', protocol: 'rtmp' },
      401,
    ],
  ])('%s', async (_, question, status) => {
    expect(await ask(question)).toBe(status);
  });

  test('viewers without a login where that is wanted, to live streams alone', async () => {
    await open({ readWithoutLogin: true });
    expect(await ask({ action: 'read' })).toBe(200);
    expect(await ask({ action: 'playback' })).toBe(401);
    expect(await ask({ action: 'publish' })).toBe(401);
  });

  test('guests of this machine below the opened prefix alone', async () => {
    gate.openToGuests('demo-');
    const guest = { action: 'publish', path: 'demo-hall', ip: '127.0.0.1' } as const;
    expect(await ask(guest)).toBe(200);
    expect(await ask({ ...guest, ip: '10.0.0.9' })).toBe(401);
    expect(await ask({ ...guest, path: 'hall' })).toBe(401);
    expect(await ask({ ...guest, action: 'read' })).toBe(401);
  });

  test('relays below another prefix where that is set', async () => {
    await open({ pathPrefix: 'live/' });
    const relay = { user: 'relay', action: 'publish' } as const;
    expect(await ask({ ...relay, path: 'live/a', password: token({ path: 'live/a' }) })).toBe(200);
    expect(await ask({ ...relay, path: 'cam/a', password: token() })).toBe(401);
  });

  test('readers without a look at the disk, which may take its time for a relay', async () => {
    const never: Ledger = {
      admit: () => new Promise(() => undefined),
      isHealthy: () => true,
      close: async () => undefined,
    };
    const rules = createRules({
      ...{ accounts, ledger: never, pathPrefix: 'cam/', readWithoutLogin: false },
      ...{ guestPrefixes: new Set(), onSuperseded: () => undefined },
    });
    void rules(asked({ action: 'publish', path: 'cam/a', user: 'relay', password: token() }));
    expect(rules(asked(accounts.reader))).toEqual({ allowed: true });
  });
});

describe('the gate as a server', () => {
  test('says on /healthz that it works, and answers nothing else', async () => {
    expect((await fetch(`${gate.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${gate.url}/healthz`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(gate.authUrl)).status).toBe(405);
    expect((await fetch(`${gate.url}/`)).status).toBe(404);
    expect((await fetch(`${gate.authUrl}/../users.json`)).status).toBe(404);
  });

  test.each(['', '{', 'null', '[]', '{"user":1}', JSON.stringify({ ...asked(), action: 'fly' })])(
    'refuses %j as no question',
    async (body) => {
      expect((await fetch(gate.authUrl, { method: 'POST', body })).status).toBe(400);
    },
  );

  test('refuses a body over 16 KiB, announced or not, without reading it', async () => {
    const large = Buffer.alloc(1024 * 1024, 'x');
    expect([413, undefined]).toContain(await statusOf({ method: 'POST', path: '/auth' }, large));
    const chunked = { method: 'POST', path: '/auth', headers: { 'transfer-encoding': 'chunked' } };
    expect([413, undefined]).toContain(await statusOf(chunked, large));
    const announced = { method: 'POST', path: '/auth', headers: { 'content-length': 16 * 1024 + 1 } };
    expect(await statusOf(announced)).toBe(413);
    expect(await ask(accounts.reader)).toBe(200);
  });

  test('hangs up on a client that takes its time', async () => {
    const socket = connect(Number(new URL(gate.url).port), '127.0.0.1');
    socket.write('POST /auth HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    await eventually(() => socket.destroyed || socket.readableEnded, { seconds: 15, what: 'the hang-up' });
    expect(heard).toContain('408');
  });

  test('does not start where another listens, and says so', async () => {
    const { port } = new URL(gate.url);
    const spec = { ip: '127.0.0.1', port: Number(port), accounts, log: () => undefined };
    await expect(startGate({ ...spec, stateDir: join(dir.path, 'other') })).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: `The gate cannot listen on 127.0.0.1:${port} (EADDRINUSE).`,
    });
  });

  test('answers a question well under a millisecond of its time', async () => {
    const rules = createRules({
      ...{ accounts, ledger: {} as Ledger, pathPrefix: 'cam/', readWithoutLogin: false },
      ...{ guestPrefixes: new Set(), onSuperseded: () => undefined },
    });
    const before = process.cpuUsage();
    for (let count = 0; count < 1000; count += 1) void rules(asked(accounts.reader));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

describe('the log', () => {
  test('has a line for a refusal, with its reason and place, and never a secret', async () => {
    const secret = token({ path: 'cam/b' });
    await ask({ user: 'relay', password: secret, action: 'publish', path: 'cam/a', ip: '10.1.1.1' });
    await ask({ user: 'CANARY-user', password: 'CANARY-password' });
    await ask({ action: 'read' });
    await ask({ action: 'api', path: '', protocol: '' });
    const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([
      expect.objectContaining({
        ...{ reason: 'the token is not for this path, or not of this gate', action: 'publish' },
        ...{ path: 'cam/a', ip: '10.1.1.1' },
      }),
      expect.objectContaining({ reason: 'wrong account or password', action: 'read', path: 'hall' }),
      // The first question of an RTSP session has no login and is no news; a command without one is.
      expect.objectContaining({ reason: 'no login', action: 'api' }),
    ]);
    expect(log.join()).not.toMatch(/CANARY/);
    expect(log.join()).not.toContain(secret.slice(0, 20));
  });

  test('is bounded when somebody tries without end, and says how much it left out', async () => {
    const path = `x${'\n"y'.repeat(1000)}`;
    for (let count = 0; count < 50; count += 1) await ask({ user: 'u', password: 'p', path });
    expect(log).toHaveLength(20);
    expect(Math.max(...log.map((line) => line.length))).toBeLessThan(1000);
    expect(log.every((line) => !line.includes('\n'))).toBe(true);
    await gate.close();
    expect(JSON.parse(log.at(-1)!)).toMatchObject({ reason: '30 more' });
  });
});
