// The gate before a real MediaMTX, with real publishers.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../src/embedded/free-ports.ts';
import { startGateServer } from '../../src/embedded/gate-server.ts';
import { startMediaMtxServer } from '../../src/embedded/mediamtx-server.ts';
import { eventually } from '../setup/eventually.ts';
import { startMediaMtx, tempDir, testRun, testServer, type TestMediaMtx } from '../setup/servers.ts';
import { basic, flows, pathNow, publish, published, tokenFor } from './publishers.ts';
import { rtspPublisher } from './rtsp-publisher.ts';

let server: TestMediaMtx;
const secrets: string[] = [];
beforeAll(async () => {
  server = await startMediaMtx({ record: false });
});
afterAll(() => server.stop());

function token(path: string, epoch: number, more: { expiresAtMs?: number } = {}): string {
  const made = tokenFor(server, { path, epoch, ...more });
  secrets.push(made);
  return made;
}

const gateLog = (): Promise<string> => readFile(join(server.dataDir, 'gate.log'), 'utf8');
const reasons = async (path: string): Promise<string[]> =>
  (await gateLog())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { path?: string; reason: string })
    .filter((line) => line.path === path)
    .map(({ reason }) => reason);

/** Sessions on the server, those that have not begun to publish included. */
async function sessions(): Promise<string[]> {
  const url = `${server.apiUrl}/v3/rtspsessions/list`;
  const answer = await fetch(url, { headers: basic(server.users.api) });
  return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
}

/** Ends without having published, for this reason. */
async function expectRefused(
  { path, user, password }: { path: string; user?: string; password: string },
  reason: RegExp,
): Promise<void> {
  await using publisher = await publish(server, { path, password, ...(user === undefined ? {} : { user }) });
  expect((await publisher.ended).exitCode).not.toBe(0);
  expect((await reasons(path)).at(-1)).toMatch(reason);
}

describe('a relay', () => {
  test('is replaced by a newer owner, and its older publisher cannot return', async () => {
    const path = 'cam/hand-over';
    const olderToken = token(path, 4);
    await using older = await publish(server, { path, password: olderToken });
    const before = await published(server, path);
    await using _newer = await publish(server, { path, password: token(path, 5) });
    const now = await published(server, path, { before });
    expect((await older.ended).exitCode).not.toBe(0);
    await expectRefused({ path, password: olderToken }, /epoch 4 is older than 5/);
    await expectRefused({ path, password: token(path, 4) }, /epoch 4 is older than 5/);
    await flows(server, path, now);
  });

  // It asks for all sessions of the server.
  test('that was let in, stood still, and goes on after a newer one has come, does not throw it out', async () => {
    const path = 'cam/stopped';
    const address = (epoch: number): string =>
      `${server.rtspUrl}/${path}`.replace('//', `//relay:${token(path, epoch)}@`);
    await using older = await rtspPublisher(address(1));
    expect(await older.announce()).toBe(200);
    await using _newer = await publish(server, { path, password: token(path, 2) });
    const now = await published(server, path);
    await eventually(async () => (await sessions()).every((id) => id === now.source), {
      what: 'the end of the older session',
    });
    expect(await older.record()).not.toBe(200);
    await flows(server, path, now);
  });

  test.concurrent(
    'of the same owner is replaced by its next token, and the one before does not return',
    async () => {
      const path = 'cam/again';
      const first = token(path, 0);
      await using _older = await publish(server, { path, password: first });
      const before = await published(server, path);
      await using _newer = await publish(server, { path, password: token(path, 0) });
      const now = await published(server, path, { before });
      await expectRefused({ path, password: first }, /used before/);
      await flows(server, path, now);
    },
  );

  test.concurrent(
    'is not let in by a token that was used, has expired, is forged, or is for another path',
    async () => {
      const path = 'cam/refused';
      const used = token(path, 1);
      await using first = await publish(server, { path, password: used });
      await published(server, path);
      await first.stop();
      await expectRefused({ path, password: used }, /used before/);
      await expectRefused({ path, password: token(path, 1, { expiresAtMs: Date.now() - 1 }) }, /expired/);
      await expectRefused({ path, password: token('cam/refused2', 1) }, /not for this path/);
      const forged = `zzz${token(path, 1)}`;
      await expectRefused({ path, password: forged }, /not for this path, or not of this gate/);
      expect(await pathNow(server, path)).toBeUndefined();
    },
  );

  test.concurrent('is no business of the accounts, nor are other paths its own', async () => {
    const { publisher } = server.users;
    await expectRefused({ path: 'cam/account', ...publisher }, /relays only/);
    await expectRefused({ path: 'hall', password: token('hall', 1) }, /wrong account/);
    await using _camera = await publish(server, { path: 'hall', ...publisher });
    await published(server, 'hall');
  });
});

describe.concurrent('accounts', () => {
  test('open what they are for and nothing else', async () => {
    const { publisher, reader, api } = server.users;
    const statusOf = async (url: string, account: typeof api): Promise<number> =>
      (await fetch(url, { headers: basic(account) })).status;
    const apiUrl = `${server.apiUrl}/v3/paths/list`;
    const playbackUrl = `${server.playbackUrl}/list?path=nothing-here`;
    expect(await statusOf(apiUrl, api)).toBe(200);
    expect(await statusOf(apiUrl, publisher)).toBe(401);
    expect(await statusOf(apiUrl, { ...api, password: reader.password })).toBe(401);
    expect(await statusOf(playbackUrl, api)).toBe(401);
    // Let in, and told that there is nothing.
    expect(await statusOf(playbackUrl, reader)).not.toBe(401);
    expect((await fetch(apiUrl)).status).toBe(401);
  });
});

test.concurrent(
  'without its gate a server lets nobody in, and the pictures that are on go on; with it again, all is as before',
  async () => {
    await using dir = await tempDir();
    const ip = '127.0.0.1';
    const [port = 0, rtsp = 0, api = 0, playback = 0] = await freePorts(ip, 4);
    const apiUrl = `http://${ip}:${api}`;
    const gateSpec = { ip, port, apiUrl, dataDir: dir.path, logFile: join(dir.path, 'gate.log') };
    const gate = await startGateServer(gateSpec);
    const mediamtx = await startMediaMtxServer({
      ...{
        run: await testRun(),
        binary: await testServer('mediamtx'),
        gate,
        ip,
        ports: { rtsp, api, playback },
      },
      ...{ dataDir: dir.path, mediaDir: dir.path, logFile: join(dir.path, 'mediamtx.log'), record: false },
    });
    const path = 'cam/on';
    await using _publisher = await publish(mediamtx, {
      path,
      password: tokenFor(mediamtx, { path, epoch: 1 }),
    });
    const now = await published(mediamtx, path);
    await gate.close();
    const next = tokenFor(mediamtx, { path, epoch: 2 });
    await using refused = await publish(mediamtx, { path, password: next });
    expect((await refused.ended).exitCode).not.toBe(0);
    expect((await fetch(`${apiUrl}/v3/paths/list`, { headers: basic(mediamtx.users.api) })).status).toBe(401);
    const again = await startGateServer(gateSpec);
    await flows(mediamtx, path, now);
    await using _newer = await publish(mediamtx, { path, password: next });
    await published(mediamtx, path, { before: now });
    await mediamtx.stop();
    await again.close();
  },
);

test.concurrent(
  'MediaMTX asks twice before a publisher begins, with one session id, and never while it publishes',
  async () => {
    interface Question {
      action: string;
      user: string;
      id: string;
    }
    const questions: Question[] = [];
    const asked = createServer((request, response) => {
      void request.toArray().then((chunks: Buffer[]) => {
        const question = JSON.parse(Buffer.concat(chunks).toString()) as Question;
        questions.push(question);
        response.writeHead(question.user === '' ? 401 : 200).end();
      });
    });
    await new Promise<void>((resolve) => asked.listen(0, '127.0.0.1', resolve));
    await using dir = await tempDir();
    const mediamtx = await startMediaMtxServer({
      ...{ run: await testRun(), binary: await testServer('mediamtx'), record: false },
      ...{ dataDir: dir.path, mediaDir: dir.path, logFile: join(dir.path, 'mediamtx.log') },
      gate: {
        authUrl: `http://127.0.0.1:${(asked.address() as AddressInfo).port}/`,
        accounts: server.users,
      },
    });
    await using publisher = await publish(mediamtx, { path: 'cam/asked', password: 'any' });
    await flows(mediamtx, 'cam/asked', await published(mediamtx, 'cam/asked'));
    await publisher.stop();
    const ofPublisher = questions.filter(({ action }) => action === 'publish');
    expect(ofPublisher.map(({ user }) => user)).toEqual(['', 'relay']);
    expect(new Set(ofPublisher.map(({ id }) => id)).size).toBe(1);
    await mediamtx.stop();
    await new Promise((resolve) => asked.close(resolve));
  },
);

test('no password and no token has reached a log', async () => {
  const { publisher, reader, api, gateKey } = server.users;
  const logs = (await gateLog()) + (await readFile(join(server.dataDir, 'mediamtx.log'), 'utf8'));
  expect(logs).toContain('cam/refused');
  for (const secret of [...secrets, publisher.password, reader.password, api.password, gateKey])
    expect(logs).not.toContain(secret);
});
