import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probePlaylist } from '../../../src/activities/restream/probe-playlist.ts';
import { createDownloader, type Downloader } from '../../../src/transfer/http-download.ts';
import { loadConfig } from '../../../src/config/load.ts';

const { download } = loadConfig({ env: {}, cwd: '/' });
const canary = 'c@nary:/%#';
let base: string;
let downloader: Downloader;
const server = createServer((request, response) => {
  const login = `Basic ${Buffer.from(`viewer:${canary}`).toString('base64')}`;
  if (request.url === '/silent') return;
  if (request.url === '/login' && request.headers.authorization !== login)
    return void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  const texts: Record<string, string> = {
    '/live.m3u8': '#EXTM3U\n',
    '/login': '#EXTM3U\n',
    '/page': '<html>',
  };
  const text = texts[request.url ?? ''];
  response.writeHead(text === undefined ? 404 : 200).end(text);
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  downloader = createDownloader({ ...download, total: 4 });
});
afterAll(async () => {
  await downloader.close();
  server.closeAllConnections();
  server.close();
});

const probe = (url: string, timeoutSeconds = 5) =>
  probePlaylist(downloader, { url, timeoutSeconds, signal: new AbortController().signal });

describe('a camera that sends HLS', () => {
  test('is there when it has a playlist, with a login of any characters too', async () => {
    await expect(probe(`${base}/live.m3u8`)).resolves.toMatchObject({ videos: 1 });
    const login = `viewer:${encodeURIComponent(canary)}@`;
    await expect(probe(`${base.replace('//', `//${login}`)}/login`)).resolves.toMatchObject({ videos: 1 });
  });

  test.each([
    ['/absent', 'SourceMissing'],
    ['/page', 'MediaUnreadable'],
    ['/login', 'AuthRejected'],
  ])('at %s is refused as %s, without its password in the message', async (path, type) => {
    const failing = probe(`${base.replace('//', '//viewer:c%40nary-wrong@')}${path}`);
    await expect(failing).rejects.toMatchObject({ type });
    await expect(failing).rejects.not.toThrow(/c@nary|c%40nary/);
  });

  test('that says nothing is unreachable in time', async () => {
    await expect(probe(`${base}/silent`, 0.5)).rejects.toMatchObject({ type: 'SourceUnreachable' });
  });
});
