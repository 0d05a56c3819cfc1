import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mediaMtxConfig } from '../../src/embedded/mediamtx-config.ts';
import { startMediaMtxServer, type MediaMtxServerSpec } from '../../src/embedded/mediamtx-server.ts';
import { identify, isAlive } from '../../src/embedded/process-identity.ts';
import { listeningSockets } from '../setup/listening-sockets.ts';
import { startMediaMtx, tempDir, testRun, testServer, type TestMediaMtx } from '../setup/servers.ts';

const basic = ({ user, password }: { user: string; password: string }): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** Publishes two seconds of a test picture; the exit code tells whether the server took it. */
async function publish(url: string): Promise<number | null> {
  const run = await testRun();
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=2'];
  const encode = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '10',
    '-f',
    'rtsp',
    '-rtsp_transport',
    'tcp',
  ];
  const args = ['-nostdin', '-v', 'error', '-re', ...source, ...encode, url];
  return (await run({ command: 'ffmpeg', args, signal: AbortSignal.timeout(30_000) })).exitCode;
}

describe('an embedded MediaMTX', () => {
  let server: TestMediaMtx;
  beforeAll(async () => {
    server = await startMediaMtx({ recordSegmentSeconds: 60 });
  });
  afterAll(() => server.stop());

  test('takes a publisher on any path, records it, and lists the recording for the reader', async () => {
    expect(await publish(server.publishUrl('hall/cam-1'))).toBe(0);
    expect(await readdir(join(server.recordingsDir, 'hall/cam-1'))).toHaveLength(1);
    const listUrl = `${server.playbackUrl}/list?path=${encodeURIComponent('hall/cam-1')}`;
    const spans = await vi.waitFor(async () => {
      const response = await fetch(listUrl, { headers: basic(server.users.reader) });
      expect(response.status).toBe(200);
      return (await response.json()) as { start: string; duration: number }[];
    });
    expect(spans[0]?.duration).toBeGreaterThan(1);
    expect(Math.abs(Date.parse(spans[0]!.start) - Date.now())).toBeLessThan(60_000);
  });

  test('names recorded files in UTC', async () => {
    const [name] = await readdir(join(server.recordingsDir, 'hall/cam-1'));
    const [date, time] = name!.split('_') as [string, string];
    const instantMs = Date.parse(`${date}T${time.slice(0, 8).replaceAll('-', ':')}Z`);
    expect(Math.abs(instantMs - Date.now())).toBeLessThan(60_000);
  });

  test('refuses a wrong password and a reader who publishes', async () => {
    const { rtspPort } = server;
    expect(await publish(`rtsp://publisher:wrong@127.0.0.1:${rtspPort}/x`)).not.toBe(0);
    expect(await publish(server.readUrl('x'))).not.toBe(0);
  });

  test('keeps each right to its account', async () => {
    const answer = async (url: string, headers: Record<string, string>): Promise<number> =>
      (await fetch(url, { headers })).status;
    expect(await answer(`${server.apiUrl}/v3/paths/list`, basic(server.users.api))).toBe(200);
    expect(await answer(`${server.apiUrl}/v3/paths/list`, basic(server.users.reader))).toBe(401);
    expect(await answer(`${server.playbackUrl}/list?path=x`, basic(server.users.api))).toBe(401);
    expect(await answer(`${server.playbackUrl}/list?path=x`, {})).toBe(401);
  });

  test('listens on nothing but its three loopback ports', () => {
    const ports = [server.apiUrl, server.playbackUrl, server.rtspUrl].map((url) => new URL(url).port);
    expect(listeningSockets(server.pid)).toEqual(ports.map((port) => `tcp 127.0.0.1:${port}`).sort());
  });
});

test('accounts last as long as the data directory, are private, and no password reaches the log', async () => {
  await using dir = await tempDir();
  const spec: MediaMtxServerSpec = {
    run: await testRun(),
    binary: await testServer('mediamtx'),
    dataDir: dir.path,
    mediaDir: join(dir.path, 'media'),
    logFile: join(dir.path, 'mediamtx.log'),
  };
  const first = await startMediaMtxServer(spec);
  const identity = identify(first.pid);
  await expect(startMediaMtxServer(spec)).rejects.toMatchObject({ type: 'ConfigInvalid' });
  await first.stop();
  expect(isAlive(identity)).toBe(false);
  const second = await startMediaMtxServer(spec);
  await second.stop();
  expect(second.users).toEqual(first.users);
  for (const name of ['users.json', 'mediamtx.json'])
    expect((await stat(join(dir.path, 'mediamtx', name))).mode & 0o077).toBe(0);
  expect(await readFile(spec.logFile, 'utf8')).not.toContain(first.users.publisher.password);
});

test('every door but RTSP, playback and API is shut', () => {
  const account = { user: 'u', password: 'p' };
  const config = mediaMtxConfig({
    ip: '127.0.0.1',
    ports: { rtsp: 1, api: 2, playback: 3 },
    users: { publisher: account, reader: account, api: account },
    record: true,
    recordingsDir: '/media/recordings',
    recordSegmentSeconds: 300,
  });
  expect(config).toMatchObject({
    ...{ rtmp: false, hls: false, webrtc: false, srt: false, moq: false, metrics: false, pprof: false },
    rtspTransports: ['tcp'],
    pathDefaults: { recordSegmentDuration: '300s', recordDeleteAfter: '0s', recordPartDuration: '1s' },
    paths: { all_others: {} },
  });
});
