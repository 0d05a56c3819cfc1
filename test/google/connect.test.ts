// Who we are at Google: key and token files, delegation, tokens that age or are revoked, and lines that fail.
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectGoogle } from '../../src/google/connect.ts';
import { askGoogle, googleFault } from '../../src/google/google-fault.ts';
import type { GoogleSettings } from '../../src/google/google-types.ts';
import { writeTokenFile } from '../../src/google/token-file.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import type { KeyFile } from '../fakes/google/accounts.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const driveScope = 'https://www.googleapis.com/auth/drive';
const person = 'lectures@school.test';

let fake: GoogleFake;
let dir: TempDir;
let key: KeyFile;
let refreshToken: string;
let client: { clientId: string; clientSecret: string };
let base: Pick<GoogleSettings, 'apiUrl' | 'requestSeconds' | 'useDefaultCredentials'>;

beforeAll(async () => {
  fake = await startGoogle();
  key = fake.accounts.addRobot('longtake', { delegatedScopes: [driveScope] });
});
afterAll(() => fake.close());

beforeEach(async () => {
  dir = await tempDir();
  fake.clearScript();
  fake.journal.clear();
  fake.accounts.addPerson(person);
  client = fake.accounts.addClient();
  ({ refreshToken } = fake.accounts.grant({
    clientId: client.clientId,
    email: person,
    scopes: [driveScope],
  }));
  base = { apiUrl: fake.url, requestSeconds: 5, useDefaultCredentials: false };
});
afterEach(() => dir.remove());

async function file(name: string, content: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(dir.path, name);
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

const keyFile = (mode?: number) => file('key.json', JSON.stringify(key), mode);

async function tokenFile(): Promise<string> {
  const path = join(dir.path, 'token.json');
  await writeTokenFile(path, { ...client, refreshToken });
  return path;
}

/** One cheap call in the connection's name. */
const ask = (settings: GoogleSettings) => {
  const { drive } = connectGoogle(settings);
  return askGoogle('Looking', () => drive.about.get({ fields: 'user(emailAddress)' }));
};

describe('a connection', () => {
  it('speaks as a service account', async () => {
    const settings = { ...base, credentialsFile: await keyFile() };
    expect((await ask(settings)).data.user?.emailAddress).toBe(key.client_email);
    expect(await connectGoogle(settings).account()).toBe(`the service account ${key.client_email}`);
  });

  it('speaks in the name of a user of the domain', async () => {
    const settings = { ...base, credentialsFile: await keyFile(), subject: person };
    expect((await ask(settings)).data.user?.emailAddress).toBe(person);
    expect(await connectGoogle(settings).account()).toContain(`in the name of ${person}`);
  });

  it('keeps Drive working when other scopes are not delegated', async () => {
    const settings = { ...base, credentialsFile: await keyFile(), subject: person };
    const { calendar } = connectGoogle(settings);
    await ask(settings);
    await expect(
      askGoogle('Reading the calendar', () => calendar.events.list({ calendarId: 'room' })),
    ).rejects.toMatchObject({
      type: 'AuthRejected',
      message: expect.stringContaining('delegate the scopes') as string,
    });
  });

  it('speaks as a person who signed in', async () => {
    const settings = { ...base, tokenFile: await tokenFile() };
    expect(await connectGoogle(settings).account()).toBe(`the account ${person}`);
  });

  it('asks for one token, however many calls begin at once', async () => {
    const { drive } = connectGoogle({ ...base, tokenFile: await tokenFile() });
    await Promise.all(Array.from({ length: 10 }, () => drive.about.get({ fields: 'user' })));
    expect(fake.journal.of('oauth.token')).toHaveLength(1);
  });

  it.each(['tokenFile', 'credentialsFile'] as const)('renews a token of %s that aged early', async (kind) => {
    const path = kind === 'tokenFile' ? await tokenFile() : await keyFile();
    const connection = connectGoogle({ ...base, [kind]: path });
    const look = () => connection.drive.about.get({ fields: 'user' });
    await look();
    fake.accounts.tokens.clear();
    expect((await look()).status).toBe(200);
    fake.accounts.tokens.clear();
    const fetched = await connection.fetch('/drive/v3/about?fields=user');
    expect(fetched.status).toBe(200);
    await fetched.body?.cancel();
    expect(fake.journal.of('oauth.token')).toHaveLength(3);
  });

  it('repeats nothing by itself: not a 503, not a limit of the rate, not at the token endpoint', async () => {
    const path = await tokenFile();
    const api = 'drive.about.get';
    for (const name of ['backendError', 'userRateLimitExceeded', 'tooManyRequests'] as const) {
      fake.script([{ on: { api }, do: 'error', name, retryAfterSeconds: 7 }]);
      await expect(ask({ ...base, tokenFile: path })).rejects.toMatchObject({
        type: 'GoogleTransient',
        details: { retryAfterSeconds: 7 },
      });
    }
    expect(fake.journal.of(api)).toHaveLength(3);
    fake.journal.clear();
    fake.script([{ on: { api: 'oauth.token' }, do: 'status', status: 503 }]);
    await expect(ask({ ...base, tokenFile: path })).rejects.toMatchObject({ type: 'GoogleTransient' });
    expect(fake.journal.of('oauth.token')).toHaveLength(1);
  });

  it.each(['drive.about.get', 'oauth.token'])('gives up when %s does not answer', async (api) => {
    const settings = { ...base, requestSeconds: 0.3, tokenFile: await tokenFile() };
    fake.script([{ on: { api }, do: 'hang' }]);
    await expect(ask(settings)).rejects.toMatchObject({
      type: 'GoogleTransient',
      message: expect.stringContaining('in time') as string,
    });
  });

  it('takes a token file that was replaced after the permission was revoked', async () => {
    const path = await tokenFile();
    const { drive } = connectGoogle({ ...base, tokenFile: path });
    const look = () => askGoogle('Looking', () => drive.about.get({ fields: 'user' }));
    await look();
    fake.accounts.revoke(refreshToken);
    await expect(look()).rejects.toMatchObject({
      type: 'AuthRejected',
      details: { reason: 'invalid_grant' },
      message: expect.stringContaining('longtake google login') as string,
    });
    ({ refreshToken } = fake.accounts.grant({
      clientId: client.clientId,
      email: person,
      scopes: [driveScope],
    }));
    await tokenFile();
    expect((await look()).status).toBe(200);
  });

  it('says that nobody listens, and that a name does not resolve', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const settings = { ...base, apiUrl: `http://127.0.0.1:${port}`, tokenFile: await tokenFile() };
    await expect(ask(settings)).rejects.toMatchObject({
      type: 'GoogleTransient',
      message: expect.stringContaining('refuses the connection') as string,
    });
    await expect(ask({ ...settings, apiUrl: 'http://google.invalid' })).rejects.toMatchObject({
      type: 'GoogleTransient',
    });
  });

  it('sends its token to Google alone', async () => {
    const { fetch } = connectGoogle({ ...base, tokenFile: await tokenFile() });
    await expect(fetch('http://127.0.0.1:9/upload')).rejects.toMatchObject({ type: 'ForbiddenUrl' });
    await expect(fetch('https://googleapis.com.evil.test/upload')).rejects.toMatchObject({
      type: 'ForbiddenUrl',
    });
  });
});

describe('a file of credentials', () => {
  const refused = async (settings: Partial<GoogleSettings>, message: RegExp) =>
    expect(ask({ ...base, ...settings })).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(message) as string,
    });

  it('that others can read is refused with the command that mends it', async () => {
    const path = await keyFile(0o640);
    await refused({ credentialsFile: path }, new RegExp(`mode 0640.*chmod 600 ${path}`));
  });

  it.each([
    ['protocol 4', Buffer.from('80049517000000000000007d94288c05746f6b656e948c0178947355752e', 'hex')],
    ['protocol 0', Buffer.from('ccopy_reg\n_reconstructor\np0\n(cgoogle.oauth2.credentials\n')],
  ])('that is a pickle of %s is not read', async (_, bytes) => {
    await refused({ tokenFile: await file('token.pickle', bytes) }, /pickle.*longtake google login/);
  });

  it('of another kind is named as what it is', async () => {
    await refused({ credentialsFile: await tokenFile() }, /google\.tokenFile/);
    const oauthClient = JSON.stringify({ installed: { client_id: 'x' } });
    await refused({ tokenFile: await file('client.json', oauthClient) }, /OAuth client.*google login/);
    await refused({ tokenFile: await file('half.json', '{"refresh_') }, /holds no JSON/);
    await refused({ tokenFile: join(dir.path, 'none.json') }, /is not there/);
  });

  it('with a key that is none says so', async () => {
    const broken = {
      ...key,
      private_key: ['-----BEGIN', 'PRIVATE KEY-----\nAAAA\n-----END', 'PRIVATE KEY-----\n'].join(' '),
    };
    await refused({ credentialsFile: await file('bad.json', JSON.stringify(broken)) }, /private key/);
  });

  it('must be one, and belong to the account that is meant', () => {
    expect(() => connectGoogle(base)).toThrow('No Google account is configured');
    expect(() => connectGoogle({ ...base, tokenFile: 'a', credentialsFile: 'b' })).toThrow('not both');
    expect(() => connectGoogle({ ...base, tokenFile: 'a', subject: person })).toThrow('service account');
  });

  it('of Python’s google-auth serves as it is', async () => {
    const { clientId: client_id, clientSecret: client_secret } = client;
    const document = { token: 'old', refresh_token: refreshToken, client_id, client_secret, scopes: [] };
    const path = await file('token.json', JSON.stringify(document));
    expect((await ask({ ...base, tokenFile: path })).data.user?.emailAddress).toBe(person);
  });
});

describe('an error of a call', () => {
  const refusal = (status: number, error: unknown) => ({ response: { status, data: { error } } });
  const old = (reason: string, domain = 'global') => ({ message: 'm', errors: [{ reason, domain }] });

  it.each([
    [403, old('rateLimitExceeded', 'usageLimits'), 'GoogleTransient'],
    [403, old('quotaExceeded', 'usageLimits'), 'GoogleTransient'],
    [403, old('quotaExceeded'), 'QuotaExceeded'],
    [403, old('sharingRateLimitExceeded'), 'QuotaExceeded'],
    [403, old('storageQuotaExceeded'), 'QuotaExceeded'],
    [403, old('insufficientFilePermissions'), 'AuthRejected'],
    [403, old('cannotShareTeamDriveTopFolderWithAnyoneOrDomains'), 'AuthRejected'],
    [401, old('authError'), 'AuthRejected'],
    [400, 'invalid_grant', 'AuthRejected'],
    [401, 'invalid_client', 'AuthRejected'],
    [404, old('notFound'), 'GonePermanently'],
    [410, old('fullSyncRequired'), 'GonePermanently'],
    [412, old('conditionNotMet'), 'Conflict'],
    [409, old('duplicate'), 'Conflict'],
    [400, old('invalid'), 'InputInvalid'],
    [413, old('uploadTooLarge'), 'InputInvalid'],
    [408, {}, 'GoogleTransient'],
    [429, { status: 'RESOURCE_EXHAUSTED' }, 'GoogleTransient'],
    [500, {}, 'GoogleTransient'],
    [403, { status: 'PERMISSION_DENIED', message: '@ProjectPermissionDenied no' }, 'AuthRejected'],
  ])('%s with %j is %s', (status, error, type) => {
    expect(googleFault('Asking', refusal(status, error))).toMatchObject({ type, details: { status } });
  });

  it('of Classroom has its reason in front of the message', () => {
    const error = { status: 'FAILED_PRECONDITION', message: '@AttachmentNotVisible cannot see' };
    expect(googleFault('Posting', refusal(400, error))).toMatchObject({
      type: 'InputInvalid',
      message: 'Posting: Google answers 400 AttachmentNotVisible: cannot see.',
      details: { reason: 'AttachmentNotVisible' },
    });
  });

  it('that is a page, or nothing at all, is told by its status', () => {
    const page = { response: { status: 502, data: '<!DOCTYPE html><title>Bad</title>' } };
    expect(googleFault('Asking', page)).toMatchObject({ type: 'GoogleTransient' });
  });

  it('that is a bug of ours is no fault of Google', () => {
    expect(googleFault('Asking', new TypeError('x is undefined'))).toBeUndefined();
  });
});
