// The Control API of a real MediaMTX: paths put up, replaced, taken down and listed, and what is said when that fails.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createControl, type Control, type PathState } from '../../src/mediamtx/control.ts';
import { freePort } from '../../src/embedded/free-ports.ts';
import { percentEncode } from '../../src/domain/url.ts';
import { startCamera, type LiveCamera } from '../fakes/live-camera.ts';
import { eventually } from '../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../setup/servers.ts';

const { signal } = new AbortController();
const password = 'cänary@:/%#"\\ 🐤-7f3';
const nowhere = 'rtsp://127.0.0.1:9/';
let camera: TestMediaMtx;
let pictures: LiveCamera;
let server: TestMediaMtx;
let control: Control;

beforeAll(async () => {
  camera = await startMediaMtx({ record: false });
  server = await startMediaMtx({ record: false });
  control = createControl({ baseUrl: server.apiUrl, credentials: server.users.api });
  pictures = await startCamera(camera.publishUrl('one'));
});
afterAll(async () => {
  await pictures?.stop();
  await server?.stop();
  await camera?.stop();
});

const put = (name: string, source: string, record = false): Promise<void> =>
  control.putPath({ name, config: { source, record }, signal });
const remove = (name: string): Promise<boolean> => control.deletePath({ name, signal });

const livePath = async (name: string): Promise<PathState> =>
  (await eventually(
    async () => {
      const path = await control.getPath({ name, signal });
      return path?.available && path.inboundBytes > 0 ? path : undefined;
    },
    { what: `pictures at ${name}` },
  ))!;

describe('a path', () => {
  test('is put up, delivers, and says what', async () => {
    await put('cam/live', camera.readUrl('one'));
    const path = await livePath('cam/live');
    expect(path).toMatchObject({ name: 'cam/live', available: true, online: true, readerCount: 0 });
    expect(path.tracks).toEqual([
      { codec: 'H264', width: 320, height: 180 },
      expect.objectContaining({ codec: 'G711' }),
    ]);
    expect(Date.parse(path.availableAt!)).toBeLessThanOrEqual(Date.now());
  });

  test('put up again as it is stays untouched, however often', async () => {
    const before = await livePath('cam/live');
    for (let round = 0; round < 5; round += 1) await put('cam/live', camera.readUrl('one'));
    const after = await livePath('cam/live');
    expect(after.availableAt).toBe(before.availableAt);
    expect(after.inboundBytes).toBeGreaterThanOrEqual(before.inboundBytes);
  });

  test('with another source delivers that one', async () => {
    const before = await livePath('cam/live');
    await put('cam/live', `${camera.readUrl('one')}?again`);
    const after = await eventually(async () => {
      const now = await livePath('cam/live');
      return now.availableAt !== before.availableAt ? now : undefined;
    });
    expect(after?.available).toBe(true);
    expect(await control.listConfigs(signal)).toContainEqual({
      ...{ name: 'cam/live', source: `${camera.readUrl('one')}?again`, record: false },
    });
  });

  test('is taken down once; what is not there is not taken down', async () => {
    expect(await remove('cam/live')).toBe(true);
    expect(await control.getPath({ name: 'cam/live', signal })).toBeUndefined();
    expect(await remove('cam/live')).toBe(false);
    expect(await remove('cam/never')).toBe(false);
  });

  test('keeps its source as it was given, with every character of a password', async () => {
    const source = `rtsp://us%40er:${percentEncode(password)}@127.0.0.1:9/a%20b/?c=d%20e&f=/`;
    await put('cam/odd', source, true);
    expect(await control.listConfigs(signal)).toContainEqual({ name: 'cam/odd', source, record: true });
    await remove('cam/odd');
  });
});

describe('a path that MediaMTX does not take', () => {
  const secret = percentEncode(password);
  test.each([
    ['without a host', 'cam/x', `rtsp://user:${secret}@/`],
    ['of another scheme', 'cam/x', `nosuch://user:${secret}@host/`],
    ['with a bad escape in the password', 'cam/x', `rtsp://user:${secret}%zz@host/`],
    ['with a bad port', 'cam/x', `rtsp://user:${secret}@host:po-7f3rt/`],
    ['with a bad name', 'cam/with space', `rtsp://user:${secret}@host/`],
    ['with a tilde in its name', 'cam/a~20b', `rtsp://user:${secret}@host/`],
  ])('%s is refused, and the refusal holds no password', async (_, name, source) => {
    const fault = await put(name, source).catch((error: unknown) => error as Error);
    expect(fault).toMatchObject({ type: 'InputInvalid' });
    expect(String((fault as Error).message)).toMatch(/^MediaMTX answers 400 \(.+\) at http/);
    expect(JSON.stringify(fault) + String((fault as Error).stack)).not.toMatch(/7f3-?|🐤|%F0%9F%90%A4/u);
    expect(await control.listConfigs(signal)).not.toContainEqual(expect.objectContaining({ name }));
  });
});

test('more paths than MediaMTX lists by itself are listed whole, in one look', async () => {
  const names = Array.from({ length: 150 }, (_, index) => `cam/many-${index}`);
  for (let at = 0; at < names.length; at += 10)
    await Promise.all(names.slice(at, at + 10).map((name) => put(name, nowhere)));
  // MediaMTX answers before it has made the path.
  await eventually(async () => {
    const listed = new Set((await control.listPaths(signal)).map(({ name }) => name));
    return names.every((name) => listed.has(name));
  });
  const configured = (await control.listConfigs(signal)).map(({ name }) => name);
  expect(configured.filter((name) => name.startsWith('cam/many-')).toSorted()).toEqual(names.toSorted());
});

describe('a server', () => {
  test('refuses another account', async () => {
    const credentials = { user: server.users.api.user, password: 'wrong-canary' };
    const stranger = createControl({ baseUrl: server.apiUrl, credentials });
    const asked = [
      stranger.listPaths(signal),
      stranger.listConfigs(signal),
      stranger.getPath({ name: 'cam/many-0', signal }),
      stranger.putPath({ name: 'cam/x', config: { source: nowhere, record: false }, signal }),
      stranger.deletePath({ name: 'cam/many-0', signal }),
    ];
    for (const one of await Promise.allSettled(asked)) {
      expect(one).toMatchObject({ status: 'rejected', reason: { type: 'AuthRejected' } });
      expect(JSON.stringify(one)).not.toContain('canary');
    }
    expect(await control.getPath({ name: 'cam/many-0', signal })).toMatchObject({ name: 'cam/many-0' });
  });

  test('that is away is unreachable, and a call that is cancelled ends with its reason', async () => {
    const away = createControl({ baseUrl: `http://127.0.0.1:${await freePort('127.0.0.1')}` });
    await expect(away.listPaths(signal)).rejects.toMatchObject({ type: 'SourceUnreachable' });
    const reason = new Error('cancelled by the test');
    await expect(away.listPaths(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
