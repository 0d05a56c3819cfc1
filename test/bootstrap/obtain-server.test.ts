import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { locateServer } from '../../bootstrap/locate.js';
import { pinnedVersions } from '../../bootstrap/server-tools.js';
import { runToSuccess } from '../setup/run-to-success.ts';
import { tempDir, testRun, type TempDir } from '../setup/servers.ts';

const pinned = pinnedVersions.mediamtx;
let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => dir.remove());

/** A program that answers a version, as far from the real server as a test of the way to it needs. */
async function fakeServer(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho v${version}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('locateServer', () => {
  const cachePath = (): string =>
    join(dir.path, 'cache', 'longtake', 'tools', `mediamtx-${pinned}`, 'mediamtx');
  const environment = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: `${join(dir.path, 'bin')}:/usr/bin:/bin`,
    XDG_CACHE_HOME: join(dir.path, 'cache'),
    ...more,
  });

  test('takes the path named in the environment whatever its version', async () => {
    const path = await fakeServer(join(dir.path, 'mine'), '9.9.9');
    await fakeServer(cachePath(), pinned);
    const found = await locateServer('mediamtx', environment({ LONGTAKE_MEDIAMTX: path }));
    expect(found).toEqual({ path, from: 'LONGTAKE_MEDIAMTX' });
  });

  test('refuses a named path that does not run, with the remedy', async () => {
    await expect(
      locateServer('mediamtx', environment({ LONGTAKE_MEDIAMTX: '/nowhere' })),
    ).rejects.toMatchObject({ remedy: expect.stringContaining('LONGTAKE_MEDIAMTX') as string });
  });

  test('takes a program on PATH only at exactly the pinned version', async () => {
    const onPath = await fakeServer(join(dir.path, 'bin', 'mediamtx'), '1.0.0');
    expect(await locateServer('mediamtx', environment())).toBeUndefined();
    const cached = await fakeServer(cachePath(), pinned);
    expect(await locateServer('mediamtx', environment())).toEqual({ path: cached, from: 'cache' });
    await fakeServer(onPath, pinned);
    expect(await locateServer('mediamtx', environment())).toEqual({ path: onPath, from: 'PATH' });
  });
});

describe('obtainServer', () => {
  let http: Server;
  let answer: (response: ServerResponse) => Promise<void> | void;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    http = createServer((request, response) => {
      requests.push(request.url ?? '');
      void answer(response);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  afterEach(async () => {
    http.closeAllConnections();
    http.close();
    await once(http, 'close');
  });

  async function archiveOf(version: string): Promise<Buffer> {
    await fakeServer(join(dir.path, 'pack', 'mediamtx'), version);
    const archive = join(dir.path, 'pack.tar.gz');
    await runToSuccess(await testRun(), {
      command: 'tar',
      args: ['-czf', archive, '-C', join(dir.path, 'pack'), 'mediamtx'],
    });
    return readFile(archive);
  }

  /** Runs the set-up step in a process of its own, with a Go that reaches nothing. */
  async function obtain(): Promise<{ code: number; said: string }> {
    const module = new URL('../../bootstrap/obtain-server.js', import.meta.url).href;
    const progress = new URL('../../bootstrap/progress.js', import.meta.url).href;
    const script = `
      import { obtainServer } from ${JSON.stringify(module)};
      import { step } from ${JSON.stringify(progress)};
      await step('MediaMTX', async (say) => (await obtainServer('mediamtx', say)).outcome).catch(() => process.exit(1));`;
    const address = http.address() as { port: number };
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: {
        PATH: await fewTools(),
        HOME: dir.path,
        XDG_CACHE_HOME: join(dir.path, 'cache'),
        LONGTAKE_DOWNLOAD_MIRROR: `http://127.0.0.1:${address.port}/mirror/`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>]);
    return { code, said };
  }

  /** A PATH with nothing but what unpacking needs, and a Go without network. */
  async function fewTools(): Promise<string> {
    const bin = join(dir.path, 'few-tools');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'go'), '#!/bin/sh\necho no module proxy\nexit 1\n', { mode: 0o755 });
    for (const name of ['tar', 'gzip', 'sh'])
      await symlink(`/bin/${name}`, join(bin, name)).catch(() => undefined);
    return bin;
  }

  const cacheContents = (): Promise<string[]> => readdir(join(dir.path, 'cache', 'longtake', 'tools'));

  test('downloads, tries the binary out and caches it; the second time nothing is asked', async () => {
    const archive = await archiveOf(pinned);
    answer = (response) => void response.end(archive);
    expect(await obtain()).toMatchObject({
      code: 0,
      said: expect.stringContaining('downloaded, cached') as string,
    });
    expect(await obtain()).toMatchObject({ code: 0, said: expect.stringContaining('from cache') as string });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatch(new RegExp(`^/mirror/mediamtx-${pinned}-linux-`));
    expect(await cacheContents()).toEqual([`mediamtx-${pinned}`]);
  });

  test('two clones at once both end with the same cached binary, fetched once', async () => {
    const archive = await archiveOf(pinned);
    answer = (response) => void response.end(archive);
    const ends = await Promise.all([obtain(), obtain(), obtain()]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(requests).toHaveLength(1);
    expect(await cacheContents()).toEqual([`mediamtx-${pinned}`]);
  });

  test('takes over the lock of a set-up that was killed', async () => {
    const archive = await archiveOf(pinned);
    answer = (response) => void response.end(archive);
    const tools = join(dir.path, 'cache', 'longtake', 'tools');
    await mkdir(tools, { recursive: true });
    await writeFile(join(tools, `.mediamtx-${pinned}.lock`), '999999999');
    expect((await obtain()).code).toBe(0);
    expect(await cacheContents()).toEqual([`mediamtx-${pinned}`]);
  });

  test.each([
    ['answers 404', (response: ServerResponse) => void response.writeHead(404).end(), 'answered 404'],
    [
      'breaks off',
      (response: ServerResponse) => void response.write('x', () => response.destroy()),
      'terminated',
    ],
    ['serves no archive', (response: ServerResponse) => void response.end('<html>'), 'cannot be unpacked'],
  ])('a server that %s leaves no trace, and the failure names every way tried', async (_, how, reason) => {
    answer = how;
    const { code, said } = await obtain();
    expect(code).toBe(1);
    expect(said).toContain(reason);
    expect(said).toContain('no module proxy');
    expect(said).toMatch(/What to do: install Go .*LONGTAKE_MEDIAMTX/);
    expect(await cacheContents()).toEqual([]);
  });

  test('a binary of another version than the pinned one is not cached', async () => {
    const archive = await archiveOf('0.0.1');
    answer = (response) => void response.end(archive);
    const { code, said } = await obtain();
    expect(code).toBe(1);
    expect(said).toContain(`says version 0.0.1 instead of ${pinned}`);
    expect(await cacheContents()).toEqual([]);
  });
});
