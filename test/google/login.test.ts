// Signing in as a person: a browser that comes back, a code on another device, and the file that is left.
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectGoogle } from '../../src/google/connect.ts';
import { login, logout, showLogin, type LoginSpec } from '../../src/google/login.ts';
import type { OauthClient } from '../fakes/google/accounts.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const email = 'teacher@school.test';
let fake: GoogleFake;
let dir: TempDir;
let client: OauthClient;
let clientFile: string;
let tokenFile: string;

beforeEach(async () => {
  [fake, dir] = await Promise.all([startGoogle(), tempDir()]);
  fake.accounts.addPerson(email);
  fake.browserEmail = email;
  client = fake.accounts.addClient();
  clientFile = join(dir.path, 'client.json');
  tokenFile = join(dir.path, 'data', 'google-token.json');
  const { clientId: client_id, clientSecret: client_secret } = client;
  await writeFile(clientFile, JSON.stringify({ installed: { client_id, client_secret } }));
});
afterEach(() => Promise.all([fake.close(), dir.remove()]));

type Browse = (address: { url: string; port: number }) => unknown;

const spec = (by: LoginSpec['by'], signal = new AbortController().signal): LoginSpec => ({
  ...{ clientFile, tokenFile, apiUrl: fake.url, signal, by },
});
const byBrowser = (browse: Browse, waitSeconds = 20): LoginSpec['by'] => ({
  ...{ kind: 'browser', port: 0, waitSeconds },
  onAddress: (address) => void browse(address),
});
/** A person who opens the address and agrees. */
const agree: Browse = ({ url }) => fetch(url);

const connectionOf = (file: string) =>
  connectGoogle({ tokenFile: file, apiUrl: fake.url, requestSeconds: 10, useDefaultCredentials: false });

describe('by a browser', () => {
  it('leaves a file that nobody else can read, with which all our APIs answer', async () => {
    const signedIn = await login(spec(byBrowser(agree)));
    expect(signedIn).toMatchObject({ tokenFile, account: email, missing: [] });
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(dir.path, 'data'))).toEqual(['google-token.json']);
    const google = connectionOf(tokenFile);
    expect((await google.drive.about.get({ fields: 'user' })).data.user?.emailAddress).toBe(email);
    expect((await google.classroom.courses.list()).status).toBe(200);
    expect(await google.account()).toContain(email);
  });

  it('tells the browser that it may be closed, and asks for a token that lasts', async () => {
    let page = '';
    let asked = new URLSearchParams();
    await login(
      spec(
        byBrowser(async ({ url }) => {
          asked = new URL(url).searchParams;
          page = await (await fetch(url)).text();
        }),
      ),
    );
    await expect.poll(() => page).toContain('You can close this page');
    expect(Object.fromEntries(asked)).toMatchObject({
      access_type: 'offline',
      prompt: 'consent',
      code_challenge_method: 'S256',
    });
    expect(asked.get('code_challenge')).toHaveLength(43);
  });

  it('takes no code from someone who does not know the state, and waits on', async () => {
    const answers: number[] = [];
    const signedIn = await login(
      spec(
        byBrowser(async ({ url, port }) => {
          const knocks = [
            '/?code=stolen',
            '/?code=stolen&state=guessed',
            '/?error=access_denied',
            '/favicon.ico',
          ];
          for (const knock of knocks) answers.push((await fetch(`http://127.0.0.1:${port}${knock}`)).status);
          await fetch(url);
        }),
      ),
    );
    expect(answers).toEqual([404, 404, 404, 404]);
    expect(signedIn.account).toBe(email);
  });

  it('ends with what to do when the person says no', async () => {
    const refuse: Browse = ({ url, port }) => {
      const state = new URL(url).searchParams.get('state')!;
      return fetch(`http://127.0.0.1:${port}/?error=access_denied&state=${state}`);
    };
    await expect(login(spec(byBrowser(refuse)))).rejects.toMatchObject({
      type: 'AuthRejected',
      message: expect.stringContaining('access_denied') as string,
      details: { remedy: expect.stringContaining('agree') as string },
    });
    await expect(stat(tokenFile)).rejects.toThrow('ENOENT');
  });

  it('is given up after its time and at Ctrl-C, and the port is free again', async () => {
    let port = 0;
    const note: Browse = (address) => (port = address.port);
    await expect(login(spec(byBrowser(note, 0.05)))).rejects.toMatchObject({ type: 'AuthRejected' });
    const interrupt = new AbortController();
    const stop: Browse = () => interrupt.abort(new Error('stopped by SIGINT'));
    await expect(login(spec(byBrowser(stop), interrupt.signal))).rejects.toThrow('SIGINT');
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
  });

  it('names what the person did not allow, and what it costs', async () => {
    const some: Browse = ({ url }) => {
      const narrowed = new URL(url);
      narrowed.searchParams.set('scope', 'https://www.googleapis.com/auth/drive');
      return fetch(narrowed);
    };
    const { missing } = await login(spec(byBrowser(some)));
    expect(missing.map(({ scope }) => scope.split('/').at(-1))).toEqual([
      'calendar.events',
      'classroom.courses.readonly',
      'classroom.announcements',
      'classroom.courseworkmaterials',
      'spreadsheets.readonly',
    ]);
    expect(missing[0]?.without).toContain('events');
  });
});

describe('by a device', () => {
  const byDevice = (answer: (userCode: string) => void): LoginSpec['by'] => ({
    kind: 'device',
    onCode: ({ userCode }) => answer(userCode),
    pause: async (seconds) => fake.advance(seconds),
  });

  it('waits as long as Google asks until the code is typed, and may touch files of its own alone', async () => {
    let code = '';
    let pauses = 0;
    const signedIn = await login(
      spec({
        kind: 'device',
        onCode: ({ userCode }) => (code = userCode),
        pause: async (seconds) => {
          fake.advance(seconds);
          pauses += 1;
          if (pauses === 3) fake.world.sign.answerDevice(code, email);
        },
      }),
    );
    expect(signedIn).toMatchObject({
      account: email,
      scopes: [expect.stringContaining('drive.file')],
      missing: [],
    });
    expect(fake.journal.of('oauth.token').map(({ status }) => status)).toEqual([428, 428, 200]);
  });

  it('goes on after a broken line and asks more slowly when told to', async () => {
    fake.script([{ on: { api: 'oauth.token' }, do: 'drop' }]);
    const signedIn = await login(spec(byDevice((code) => fake.world.sign.answerDevice(code, email))));
    expect(signedIn.account).toBe(email);
    expect(fake.unstruckFaults()).toEqual([]);
  });

  it('ends with what to do when the answer is no, or none comes', async () => {
    const refused = login(spec(byDevice((code) => fake.world.sign.answerDevice(code, null))));
    await expect(refused).rejects.toMatchObject({ type: 'AuthRejected' });
    await expect(login(spec(byDevice(() => undefined)))).rejects.toMatchObject({
      type: 'AuthRejected',
      message: expect.stringContaining('expired_token') as string,
    });
  });
});

describe('the token file', () => {
  it('lends its client to the next sign-in', async () => {
    await login(spec(byBrowser(agree)));
    const again = await login({ ...spec(byBrowser(agree)), clientFile: undefined });
    expect(again.account).toBe(email);
  });

  it('is asked for a client when there is none, and refuses a file that is no client', async () => {
    const unknown = login({ ...spec(byBrowser(agree)), clientFile: undefined });
    await expect(unknown).rejects.toMatchObject({
      type: 'InputInvalid',
      details: { remedy: expect.stringContaining('--client') },
    });
    await writeFile(clientFile, '{"type":"service_account"}');
    await expect(login(spec(byBrowser(agree)))).rejects.toMatchObject({ type: 'InputInvalid' });
    await expect(login({ ...spec(byBrowser(agree)), clientFile: '/nowhere' })).rejects.toMatchObject({
      type: 'NotFound',
    });
  });

  it('is shown without its secrets', async () => {
    await login(spec(byBrowser(agree)));
    const stored = JSON.parse(await readFile(tokenFile, 'utf8')) as Record<string, string>;
    const shown = JSON.stringify(await showLogin(tokenFile));
    expect(shown).toContain(email);
    for (const secret of [stored['refresh_token']!, client.clientSecret]) expect(shown).not.toContain(secret);
    await chmod(tokenFile, 0o644);
    await expect(showLogin(tokenFile)).rejects.toMatchObject({
      message: expect.stringContaining('chmod 600'),
    });
  });

  it('is gone after signing out, and Google takes its token no more', async () => {
    await login(spec(byBrowser(agree)));
    const kept = join(dir.path, 'kept.json');
    await writeFile(kept, await readFile(tokenFile), { mode: 0o600 });
    const signal = new AbortController().signal;
    expect(await logout({ tokenFile, apiUrl: fake.url, signal })).toEqual({ tokenFile, revoked: true });
    await expect(showLogin(tokenFile)).rejects.toMatchObject({ type: 'NotFound' });
    await expect(connectionOf(kept).drive.about.get({ fields: 'user' })).rejects.toThrow();
    expect((await logout({ tokenFile: kept, apiUrl: fake.url, signal })).revoked).toBe(false);
  });

  it('is kept when Google cannot be reached at signing out', async () => {
    await login(spec(byBrowser(agree)));
    fake.script([{ on: { api: 'oauth.revoke' }, do: 'drop' }]);
    const signal = new AbortController().signal;
    await expect(logout({ tokenFile, apiUrl: fake.url, signal })).rejects.toMatchObject({
      type: 'GoogleTransient',
    });
    expect((await showLogin(tokenFile)).account).toBe(email);
  });
});
