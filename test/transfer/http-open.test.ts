import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestAuthorization, parseDigestChallenge } from '../../src/domain/authorization.ts';
import { isFault } from '../../src/domain/fault.ts';
import { refusalOf, resolveAllowed } from '../../src/transfer/address-policy.ts';
import { createDownloader, type DownloaderSettings } from '../../src/transfer/http-download.ts';
import { startArchive, type Archive } from '../fakes/archive.ts';

let base: string;
let archive: Archive;
let other: Archive;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'longtake-open-'));
  await writeFile(join(base, 'file'), 'twelve bytes');
  [archive, other] = [await startArchive(), await startArchive()];
  archive.serve('/file', join(base, 'file'));
  other.serve('/file', join(base, 'file'));
});
afterEach(async () => {
  await Promise.all([archive.close(), other.close()]);
  await rm(base, { recursive: true, force: true });
});

const credentials = { user: 'viewer', password: 'p@ss:word/ü' };

/** Downloads one URL; the size or the type of the fault. */
async function outcome(
  url: string,
  over: Partial<DownloaderSettings> & { credentials?: typeof credentials } = {},
) {
  const { credentials: given, ...settings } = over;
  const downloader = createDownloader({
    perHost: 1,
    total: 1,
    stallSeconds: 2,
    connectSeconds: 2,
    ...settings,
  });
  try {
    const request = { url, toPath: join(base, 'to'), signal: AbortSignal.timeout(5000) };
    return (await downloader.download({ ...request, ...(given && { credentials: given }) })).sizeBytes;
  } catch (error) {
    return isFault(error) ? error.type : String(error);
  } finally {
    await downloader.close();
  }
}

describe('redirects', () => {
  test('on the same host are followed, with the credentials', async () => {
    archive.protect({ scheme: 'basic', ...credentials });
    archive.script('/a', { do: 'redirect', location: '/file' }, { do: 'redirect', location: '/file' });
    expect(await outcome(`${archive.url}/a`, { credentials })).toBe(12);
  });

  test('to another host or port are refused unless listed', async () => {
    archive.always('/a', { do: 'redirect', location: `${other.url}/file` });
    expect(await outcome(`${archive.url}/a`)).toBe('ForbiddenUrl');
    expect(other.requests).toHaveLength(0);
    expect(await outcome(`${archive.url}/a`, { allowedRedirectHosts: [`127.0.0.1:${other.port}`] })).toBe(12);
  });

  test('never carry the credentials to another host', async () => {
    const elsewhere = `http://localhost:${other.port}/file`;
    archive.always('/a', { do: 'redirect', location: elsewhere });
    expect(await outcome(`${archive.url}/a`, { credentials, allowedRedirectHosts: ['localhost'] })).toBe(12);
    expect(other.requests.map((request) => request.headers.authorization)).toEqual([undefined]);
  });

  test.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/x',
    'http://169.254.169.254/latest/meta-data',
    '//0.0.0.0/x',
    'http://[::ffff:169.254.169.254]/',
  ])('to %s are refused', async (location) => {
    archive.always('/a', { do: 'redirect', location });
    const allowed = ['169.254.169.254', '0.0.0.0', '[::ffff:a9fe:a9fe]'];
    expect(await outcome(`${archive.url}/a`, { allowedRedirectHosts: allowed })).toBe('ForbiddenUrl');
  });

  test('in a circle end', async () => {
    archive.always('/a', { do: 'redirect', location: '/a' });
    expect(await outcome(`${archive.url}/a`)).toBe('SourceUnreachable');
    expect(archive.requests.length).toBeLessThan(10);
  });
});

describe('credentials', () => {
  test('are sent as Basic after the first challenge, and at once the next time', async () => {
    archive.protect({ scheme: 'basic', ...credentials });
    const downloader = createDownloader({ perHost: 1, total: 1, stallSeconds: 2, connectSeconds: 2 });
    const request = { url: `${archive.url}/file`, signal: AbortSignal.timeout(5000), credentials };
    await downloader.download({ ...request, toPath: join(base, 'one') });
    await downloader.download({ ...request, toPath: join(base, 'two') });
    await downloader.close();
    expect(archive.requests.map((seen) => seen.headers.authorization !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test.each(['MD5', 'SHA-256'] as const)('answer a Digest challenge with %s', async (algorithm) => {
    archive.protect({ scheme: 'digest', ...credentials, algorithm });
    expect(await outcome(`${archive.url}/file?a=b`, { credentials })).toBe(12);
    expect(archive.requests.some((seen) => seen.headers.authorization?.startsWith('Basic'))).toBe(false);
  });

  test('may stand in the URL', async () => {
    archive.protect({ scheme: 'basic', user: 'u', password: 'p:w' });
    expect(await outcome(`http://u:p%3Aw@127.0.0.1:${archive.port}/file`)).toBe(12);
  });

  test.each(['basic', 'digest'] as const)('that are wrong are tried once with %s', async (scheme) => {
    archive.protect({ scheme, user: 'viewer', password: 'another' });
    expect(await outcome(`${archive.url}/file`, { credentials })).toBe('AuthRejected');
    expect(archive.requests).toHaveLength(2);
  });

  test('the example of RFC 7616 gives its response', () => {
    const header =
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
    const challenge = parseDigestChallenge(header);
    expect(challenge?.algorithm).toBe('SHA-256');
    const authorization = digestAuthorization({
      challenge: challenge ?? { realm: '', nonce: '' },
      credentials: { user: 'Mufasa', password: 'Circle of Life' },
      method: 'GET',
      target: '/dir/index.html',
      clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      hash,
    });
    expect(authorization).toContain('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  });

  test.each(['Basic realm="x"', '', 'Digest realm="x"', 'Digest nonce="n", algorithm=WHIRLPOOL'])(
    'no Digest answer is given to %j',
    (header) => expect(parseDigestChallenge(header)).toBeUndefined(),
  );
});

describe('addresses', () => {
  test.each([
    '169.254.169.254',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '::a9fe:a9fe',
    '100.100.100.200',
  ])('%s is refused always', (address) => expect(refusalOf(address, true)).toBeDefined());

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.64',
    '::1',
    'fd12::1',
    '::ffff:127.0.0.1',
    '100.64.1.1',
  ])('%s is allowed only where private addresses are', (address) => {
    expect(refusalOf(address, true)).toBeUndefined();
    expect(refusalOf(address, false)).toBeDefined();
  });

  test.each(['93.184.216.34', '2606:4700::1111', '172.32.0.1'])('%s is allowed', (address) =>
    expect(refusalOf(address, false)).toBeUndefined(),
  );

  test('a name is judged by what it resolves to', async () => {
    expect(await resolveAllowed('localhost', true)).toMatchObject({ address: '127.0.0.1' });
    await expect(resolveAllowed('localhost', false)).rejects.toMatchObject({ type: 'ForbiddenUrl' });
    expect(await outcome(`${archive.url}/file`, { allowPrivate: false })).toBe('ForbiddenUrl');
    expect(archive.requests).toHaveLength(0);
  });

  test.each(['http://2852039166/', 'http://0xa9fea9fe/', 'gopher://x/', 'http://a b/', 'http://h/#x'])(
    'the URL %s is refused',
    async (url) => expect(['ForbiddenUrl', 'SourceUnreachable']).toContain(await outcome(url)),
  );
});
