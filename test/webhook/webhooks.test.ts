// Webhooks told over real HTTP: what each kind is sent, and what becomes of every way to refuse it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import type { Webhook, WebhookNews } from '../../src/webhook/webhook-message.ts';
import { createWebhooks } from '../../src/webhook/webhooks.ts';
import { startWebhookServer, status, type WebhookServer } from './webhook-server.ts';

let server: WebhookServer;
beforeEach(async () => {
  server = await startWebhookServer();
});
afterEach(() => server.stop());

const secret = 'canary-9Zq';
const resolve = async () => ({ address: '127.0.0.1', family: 4 as const });
const patient = createWebhooks({ requestSeconds: 30, resolve });
const hasty = createWebhooks({ requestSeconds: 0.5, resolve });
let webhooks = patient;
afterEach(() => {
  webhooks = patient;
});

const news = (changes: Partial<WebhookNews> = {}): WebhookNews => ({
  occasion: 'ready',
  facts: {
    ...{ name: 'Graphs & “trees”', room: 'A101', roomName: 'Room 101', date: '2026-09-14' },
    ...{ start: '10:10', end: '11:40', url: 'https://drive.example/1' },
  },
  document: { id: 'l-1', name: 'Graphs & “trees”' },
  users: ['anna@example.org'],
  cameraIp: '10.0.0.7',
  ...changes,
});

const webhook = (changes: Partial<Webhook> = {}): Webhook => ({
  ...{ name: 'ours', kind: 'slack', url: `${server.url}/services/${secret}` },
  ...changes,
});
const send = (changes: Partial<Webhook> = {}, about: Partial<WebhookNews> = {}, signal?: AbortSignal) =>
  webhooks.send(webhook(changes), news(about), signal ?? new AbortController().signal);
const form = (): Record<string, string> => Object.fromEntries(new URLSearchParams(server.received[0]!.body));
const json = (): unknown => JSON.parse(server.received[0]!.body);

describe('a message', () => {
  it('to Zulip goes to its stream and topic, with the login of the bot', async () => {
    const zulip = { kind: 'zulip', url: `${server.url}/`, secret: `bot@z.example:${secret}` } as const;
    expect(await send({ ...zulip, to: '#lectures > A101, autumn' })).toBe('sent');
    const [{ method, url, headers }] = server.received as [(typeof server.received)[0]];
    expect([method, url]).toEqual(['POST', '/api/v1/messages']);
    expect(headers.authorization).toBe(`Basic ${btoa(`bot@z.example:${secret}`)}`);
    expect(form()).toEqual({
      type: 'stream',
      to: '"lectures"',
      topic: 'A101, autumn',
      content: 'Graphs & “trees” (A101, 2026-09-14 10:10–11:40) is ready: https://drive.example/1',
    });
  });

  it('to Zulip without a stream goes to those who asked for the lecture, and to nobody when there are none', async () => {
    const zulip = { kind: 'zulip', url: server.url, secret: `bot@z.example:${secret}` } as const;
    expect(await send(zulip, { users: [] })).toBe('nobody');
    expect(server.received).toEqual([]);
    await send(zulip);
    expect(form()).toMatchObject({ type: 'direct', to: '["anna@example.org"]' });
  });

  it('to Zulip with a stream alone has the room as its topic', async () => {
    await send({
      kind: 'zulip',
      url: `${server.url}/api/v1/messages`,
      secret: `b:${secret}`,
      to: 'lectures',
    });
    expect(server.received[0]!.url).toBe('/api/v1/messages');
    expect(form()).toMatchObject({ to: '"lectures"', topic: 'A101' });
  });

  it('to Slack is its text, escaped', async () => {
    await send({ template: '{name} <{url}|video>' });
    expect(server.received[0]).toMatchObject({ url: `/services/${secret}` });
    expect(json()).toEqual({ text: 'Graphs &amp; “trees” <https://drive.example/1|video>' });
  });

  it.each([
    [secret, { key: secret }],
    [`Bearer ${secret}`, { authorization: `Bearer ${secret}` }],
  ])(
    'of the generic kind is the document of the lecture, with the secret %j in its header',
    async (value, headers) => {
      await send({ kind: 'generic', secret: value, template: 'x "{name}"' });
      expect(server.received[0]!.headers).toMatchObject({ ...headers, 'content-type': 'application/json' });
      expect(json()).toEqual({
        event: 'ready',
        text: 'x "Graphs & “trees”"',
        lecture: { id: 'l-1', name: 'Graphs & “trees”' },
      });
    },
  );

  it('to the archive has the fields of old, and only when there is a video', async () => {
    const archive = { kind: 'archive', secret } as const;
    expect(await send(archive, { occasion: 'failed' })).toBe('nobody');
    expect(await send(archive, { facts: {} })).toBe('nobody');
    expect(server.received).toEqual([]);
    await send(archive);
    expect(server.received[0]!.headers).toMatchObject({ key: secret });
    expect(json()).toEqual({
      ...{ room_name: 'Room 101', date: '2026-09-14', start_time: '10:10', end_time: '11:40' },
      ...{ url: 'https://drive.example/1', type: 'Offline', camera_ip: '10.0.0.7' },
    });
  });
});

/** What sending fails with; it must hold no secret, wherever one looks. */
async function faultOf(sending: Promise<unknown>): Promise<Fault> {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Fault);
  const fault = error as Fault;
  expect(`${fault.message} ${JSON.stringify(fault.details)} ${String(fault.cause)}`).not.toContain(secret);
  return fault;
}

describe('an answer', () => {
  it.each([
    [400, 'InputInvalid'],
    [401, 'AuthRejected'],
    [403, 'AuthRejected'],
    [404, 'NotFound'],
    [410, 'NotFound'],
    [429, 'SourceBusy'],
    [500, 'SourceUnreachable'],
    [503, 'SourceBusy'],
  ])('%i is the fault %s, that names the webhook and its host', async (code, type) => {
    server.script.push(status(code, { body: secret }));
    const fault = await faultOf(send());
    expect(fault.type).toBe(type);
    expect(fault.message).toContain(`The webhook ours at ${new URL(server.url).host}`);
    expect(fault.message).toContain(`HTTP ${code}`);
  });

  it('429 says how long to wait', async () => {
    server.script.push(status(429, { headers: { 'retry-after': '17' } }));
    expect((await faultOf(send())).details).toMatchObject({ retryAfterSeconds: 17 });
  });

  it.each([301, 302, 307, 308])('%i is not followed: secrets go where they were meant to', async (code) => {
    server.script.push(status(code, { headers: { location: `${server.url}/elsewhere` } }));
    expect((await faultOf(send())).type).toBe('ForbiddenUrl');
    expect(server.received).toHaveLength(1);
  });

  it('that never comes is waited for so long and no longer', async () => {
    webhooks = hasty;
    server.script.push(() => undefined);
    const fault = await faultOf(send());
    expect(fault).toMatchObject({ type: 'SourceUnreachable' });
    expect(fault.message).toContain('did not answer within 0.5 s');
  });

  it('that stops in its middle is waited for no longer either', async () => {
    webhooks = hasty;
    server.script.push((answer) => void answer.writeHead(200).write('{"result":'));
    expect((await faultOf(send())).message).toContain('did not answer within 0.5 s');
  });

  it('that breaks off is trouble of the other side', async () => {
    server.script.push((answer) => void answer.socket?.destroy());
    expect((await faultOf(send())).message).toContain('broke the connection off');
  });

  it.each([
    ['{"result":"error","msg":"Stream does not exist","code":"X"}', 'Stream does not exist'],
    ['<html>sign in</html>', 'a form that Zulip does not use'],
    [`{"result":"error","msg":"bad key ${secret}"}`, 'bad key ***'],
  ])('200 with %j is none of Zulip’s yes', async (body, words) => {
    server.script.push(status(200, { body }));
    const fault = await faultOf(send({ kind: 'zulip', url: server.url, secret: `b:${secret}`, to: 's > t' }));
    expect(fault).toMatchObject({ type: 'InputInvalid' });
    expect(fault.message).toContain(words);
  });

  it('of many megabytes is not read to its end', async () => {
    let isClosed = false;
    server.script.push((answer) => {
      answer.on('close', () => (isClosed = true));
      answer.writeHead(200);
      for (let block = 0; block < 200; block += 1) answer.write('x'.repeat(1 << 16));
    });
    expect(await send()).toBe('sent');
    await expect.poll(() => isClosed).toBe(true);
  });
});

describe('a webhook', () => {
  it('that does not listen cannot be reached', async () => {
    const { url } = server;
    await server.stop();
    const fault = await faultOf(send({ url: `${url}/${secret}` }));
    expect(fault.type).toBe('SourceUnreachable');
    expect(fault.message).toContain('refuses the connection');
    server = await startWebhookServer();
  });

  it('at an address that may not be used is refused before anything is sent', async () => {
    const forbidding = createWebhooks({
      requestSeconds: 1,
      resolve: () => Promise.reject(new Fault('ForbiddenUrl', 'The host is a private address.')),
    });
    const fault = await faultOf(forbidding.send(webhook(), news(), new AbortController().signal));
    expect(fault.type).toBe('ForbiddenUrl');
    expect(server.received).toEqual([]);
  });

  it.each(['ftp://h/canary-9Zq', 'http://user:canary-9Zq@h/', 'http://h/../canary-9Zq', 'canary-9Zq'])(
    'at the address %j is refused',
    async (url) => {
      expect((await faultOf(send({ url }))).type).toBe('ForbiddenUrl');
    },
  );

  it('of Zulip without a login is refused', async () => {
    expect((await faultOf(send({ kind: 'zulip', url: server.url, secret }))).type).toBe('InputInvalid');
  });

  it('is let go of when the work is cancelled', async () => {
    const stopping = new AbortController();
    server.script.push(() => stopping.abort(new Error('cancelled')));
    await expect(send({}, {}, stopping.signal)).rejects.toThrow('cancelled');
  });
});
