// The stand-in's sign-in: robots' statements, refresh tokens, devices and browsers.
import { createHash, createSign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyFile, OauthClient } from '../fakes/google/accounts.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { answered, askAs, type Answered } from './calls.ts';

const email = 'teacher@school.test';
const driveScope = 'https://www.googleapis.com/auth/drive';
const fileScope = `${driveScope}.file`;
const calendarScope = 'https://www.googleapis.com/auth/calendar.events';
let fake: GoogleFake;
let client: OauthClient;

beforeEach(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(email);
  client = fake.accounts.addClient();
});
afterEach(() => fake.close());

const post = async (path: string, form: Record<string, string>): Promise<Answered> =>
  answered(await fetch(fake.url + path, { method: 'POST', body: new URLSearchParams(form) }));

const named = () => ({ client_id: client.clientId, client_secret: client.clientSecret });

function statement(key: KeyFile, changed: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: key.client_email,
    scope: driveScope,
    aud: 'https://oauth2.googleapis.com/token',
    iat: now,
    exp: now + 3600,
    ...changed,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id })}.${part(claims)}`;
  return `${signed}.${createSign('sha256').update(signed).sign(key.private_key, 'base64url')}`;
}

const byStatement = (assertion: string) =>
  post('/token', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });

describe('a robot', () => {
  it('gets a token for its own name, with the scopes it asked for', async () => {
    const key = fake.accounts.addRobot('uploader');
    const { status, json } = await byStatement(statement(key));
    expect([status, json.token_type, json.expires_in, json.scope]).toEqual([200, 'Bearer', 3599, driveScope]);
    const about = await askAs(fake, String(json.access_token))('/drive/v3/about', {
      query: { fields: 'user' },
    });
    expect(about.json).toMatchObject({ user: { emailAddress: key.client_email } });
  });

  it('acts as a person only for the scopes that the domain delegated', async () => {
    const key = fake.accounts.addRobot('uploader', { delegatedScopes: [calendarScope] });
    const good = await byStatement(statement(key, { sub: email, scope: calendarScope }));
    expect(good.status).toBe(200);
    const refused = await byStatement(statement(key, { sub: email }));
    expect([refused.status, refused.json.error]).toEqual([401, 'unauthorized_client']);
    const nobody = await byStatement(statement(key, { sub: 'x@school.test', scope: calendarScope }));
    expect([nobody.status, nobody.json.error]).toEqual([400, 'invalid_grant']);
  });

  it.each([
    [
      'another signature',
      (key: KeyFile, other: KeyFile) => statement({ ...key, private_key: other.private_key }),
      'invalid_grant',
    ],
    [
      'a life of two hours',
      (key: KeyFile) => statement(key, { exp: Date.now() / 1000 + 7200 }),
      'invalid_grant',
    ],
    ['a clock of yesterday', (key: KeyFile) => statement(key, { iat: 1000, exp: 4600 }), 'invalid_grant'],
    [
      'an audience of its own',
      (key: KeyFile) => statement(key, { aud: 'http://127.0.0.1/token' }),
      'invalid_grant',
    ],
    ['an unknown name', (key: KeyFile) => statement(key, { iss: 'nobody@x' }), 'invalid_grant'],
    ['no scope', (key: KeyFile) => statement(key, { scope: '' }), 'invalid_scope'],
    ['a scope that is none', (key: KeyFile) => statement(key, { scope: 'drive' }), 'invalid_scope'],
    ['no statement at all', () => 'x', 'invalid_grant'],
  ])('with %s is refused', async (_name, make, error) => {
    const [key, other] = [fake.accounts.addRobot('uploader'), fake.accounts.addRobot('other')];
    const refused = await byStatement(make(key, other));
    expect([refused.status, refused.json.error]).toEqual([400, error]);
  });
});

describe('a refresh token', () => {
  const refresh = (token: string, form: Record<string, string> = named()) =>
    post('/token', { grant_type: 'refresh_token', refresh_token: token, ...form });

  it('becomes access tokens until it is revoked, and these end with it', async () => {
    const { refreshToken } = fake.accounts.grant({ clientId: client.clientId, email, scopes: [driveScope] });
    const { json } = await refresh(refreshToken);
    const ask = askAs(fake, String(json.access_token));
    expect((await ask('/drive/v3/files')).status).toBe(200);
    expect((await post('/revoke', { token: refreshToken })).status).toBe(200);
    expect((await ask('/drive/v3/files')).status).toBe(401);
    const refused = await refresh(refreshToken);
    expect([refused.status, refused.json]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
    ]);
  });

  it('is worth nothing to a client with another name or secret', async () => {
    const { refreshToken } = fake.accounts.grant({ clientId: client.clientId, email, scopes: [driveScope] });
    const wrong = await refresh(refreshToken, { ...named(), client_secret: 'x' });
    expect([wrong.status, wrong.json.error]).toEqual([401, 'invalid_client']);
    const other = fake.accounts.addClient();
    const foreign = await refresh(refreshToken, {
      client_id: other.clientId,
      client_secret: other.clientSecret,
    });
    expect([foreign.status, foreign.json.error]).toEqual([401, 'unauthorized_client']);
  });
});

describe('a device', () => {
  const start = (scope: string) => post('/device/code', { client_id: client.clientId, scope });
  const poll = (code: unknown) =>
    post('/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: String(code),
      ...named(),
    });

  it('waits until a person has typed its code', async () => {
    const { json } = await start(fileScope);
    expect(json).toMatchObject({ expires_in: 1800, interval: 5 });
    const pending = await poll(json.device_code);
    expect([pending.status, pending.json.error]).toEqual([428, 'authorization_pending']);
    expect((await poll(json.device_code)).json.error).toBe('slow_down');
    fake.world.sign.answerDevice(String(json.user_code), email);
    fake.advance(5);
    const done = await poll(json.device_code);
    expect(done.json).toMatchObject({ scope: fileScope, refresh_token: expect.any(String) as string });
    fake.advance(5);
    expect((await poll(json.device_code)).json.error).toBe('invalid_grant');
  });

  it('hears of a no, and of a code that is too old', async () => {
    const refused = await start(fileScope);
    fake.world.sign.answerDevice(String(refused.json.user_code), null);
    expect((await poll(refused.json.device_code)).json.error).toBe('access_denied');
    const old = await start(fileScope);
    fake.advance(1801);
    expect((await poll(old.json.device_code)).json.error).toBe('expired_token');
  });

  it('may not ask for calendars', async () => {
    const refused = await start(`${fileScope} ${calendarScope}`);
    expect([refused.status, refused.json.error]).toEqual([400, 'invalid_scope']);
  });
});

describe('a browser', () => {
  const redirect_uri = 'http://127.0.0.1:4321/back';
  const open = async (query: Record<string, string>) => {
    const given = {
      client_id: client.clientId,
      redirect_uri,
      response_type: 'code',
      scope: calendarScope,
      ...query,
    };
    const url = `${fake.url}/o/oauth2/v2/auth?${new URLSearchParams(given).toString()}`;
    return answered(await fetch(url, { redirect: 'manual' }));
  };
  const redeem = (code: string, code_verifier: string) =>
    post('/token', { grant_type: 'authorization_code', code, code_verifier, redirect_uri, ...named() });

  it('comes back to a local address with a code that works once, for who began', async () => {
    fake.browserEmail = email;
    const challenge = createHash('sha256').update('verifier').digest('base64url');
    const query = { code_challenge: challenge, code_challenge_method: 'S256', state: 's' };
    const back = new URL((await open(query)).headers.get('location')!);
    expect(back.searchParams.get('state')).toBe('s');
    const code = back.searchParams.get('code')!;
    expect((await redeem(code, 'verifier')).json.refresh_token).toBeTypeOf('string');
    expect((await redeem(code, 'verifier')).json.error).toBe('invalid_grant');
    const second = new URL((await open(query)).headers.get('location')!).searchParams.get('code')!;
    expect((await redeem(second, 'stolen')).json.error).toBe('invalid_grant');
  });

  it('is sent nowhere else', async () => {
    expect((await open({ redirect_uri: 'https://evil.test/' })).status).toBe(400);
  });
});
