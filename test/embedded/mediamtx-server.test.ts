import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateServer, type GateServerSpec } from '../../src/embedded/gate-server.ts';
import { mediaMtxConfig } from '../../src/embedded/mediamtx-config.ts';
import { startMediaMtxServer, type MediaMtxServerSpec } from '../../src/embedded/mediamtx-server.ts';
import { identify, isAlive } from '../../src/embedded/process-identity.ts';
import { eventually } from '../setup/eventually.ts';
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
    // Its last part is written after the publisher has gone.
    const spans = await eventually(async () => {
      const response = await fetch(listUrl, { headers: basic(server.users.reader) });
      expect(response.status).toBe(200);
      const listed = (await response.json()) as { start: string; duration: number }[];
      expect(listed[0]?.duration).toBeGreaterThan(1);
      return listed;
    });
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

test('accounts last as long as the data directory, are private, and no password reaches a log', async () => {
  await using dir = await tempDir();
  const gateLog = join(dir.path, 'gate.log');
  const gateSpec: GateServerSpec = {
    ...{ ip: '127.0.0.1', port: 0, apiUrl: 'http://127.0.0.1:9', dataDir: dir.path, logFile: gateLog },
  };
  const gate = await startGateServer(gateSpec);
  const spec: MediaMtxServerSpec = {
    run: await testRun(),
    binary: await testServer('mediamtx'),
    gate,
    dataDir: dir.path,
    mediaDir: join(dir.path, 'media'),
    logFile: join(dir.path, 'mediamtx.log'),
  };
  const first = await startMediaMtxServer(spec);
  const identity = identify(first.pid);
  await expect(startMediaMtxServer(spec)).rejects.toMatchObject({ type: 'ConfigInvalid' });
  await first.stop();
  expect(isAlive(identity)).toBe(false);
  await gate.close();
  const secondGate = await startGateServer(gateSpec);
  const second = await startMediaMtxServer({ ...spec, gate: secondGate });
  await second.stop();
  await secondGate.close();
  expect(second.users).toEqual(first.users);
  for (const name of ['users.json', 'mediamtx.json'])
    expect((await stat(join(dir.path, 'mediamtx', name))).mode & 0o077).toBe(0);
  const logs = (await readFile(spec.logFile, 'utf8')) + (await readFile(gateLog, 'utf8'));
  for (const { password } of [first.users.publisher, first.users.reader, first.users.api])
    expect(logs).not.toContain(password);
});

test('an accounts file of an earlier version keeps its passwords and gets a key for tokens', async () => {
  await using dir = await tempDir();
  const account = (user: string) => ({ user, password: `${user}-password` });
  const known = { publisher: account('publisher'), reader: account('reader'), api: account('api') };
  const path = join(dir.path, 'mediamtx', 'users.json');
  await mkdir(dirname(path));
  await writeFile(path, JSON.stringify(known));
  const spec: GateServerSpec = {
    ...{ ip: '127.0.0.1', port: 0, apiUrl: 'http://127.0.0.1:9', dataDir: dir.path },
    logFile: join(dir.path, 'gate.log'),
  };
  const gate = await startGateServer(spec);
  await gate.close();
  expect(gate.accounts).toEqual({ ...known, gateKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(gate.accounts);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('every door but RTSP, playback and API is shut', () => {
  const config = mediaMtxConfig({
    ip: '127.0.0.1',
    ports: { rtsp: 1, api: 2, playback: 3 },
    authUrl: 'http://127.0.0.1:4/auth',
    pathPrefix: 'cam/',
    record: true,
    recordingsDir: '/media/recordings',
    recordSegmentSeconds: 300,
  });
  expect(config).toMatchObject({
    ...{ rtmp: false, hls: false, webrtc: false, srt: false, moq: false, metrics: false, pprof: false },
    ...{ authMethod: 'http', authHTTPAddress: 'http://127.0.0.1:4/auth', authHTTPExclude: [] },
    rtspTransports: ['tcp'],
    pathDefaults: { recordSegmentDuration: '300s', recordDeleteAfter: '0s', recordPartDuration: '1s' },
    paths: { all_others: {} },
  });
});
