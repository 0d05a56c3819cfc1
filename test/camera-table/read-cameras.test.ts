// The user's table, read from a real PostgreSQL: what is served, what is a problem, and that nothing is ever changed.
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { completeAgainst, readCameras } from '../../src/camera-table/read-cameras.ts';
import type { CameraMap } from '../../src/contract/camera-map.ts';
import { eventually } from '../setup/eventually.ts';
import { startPostgres, type TestPostgres } from '../setup/servers.ts';
import { silenceable } from './silent-wire.ts';
import { asOwner, insertRows, oldMap, oldTable, readerOf } from './user-database.ts';

let server: TestPostgres;
let owner: string;
const { signal } = new AbortController();

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
beforeEach(async () => {
  owner = await server.newDatabaseUrl();
  await asOwner(owner, oldTable);
});

const read = (map: CameraMap = oldMap, dsn = owner) => readCameras({ dsn, map, signal });
const good = { ip: '10.0.0.1', port: '554', login: 'admin', password: 'pw', type: 'hikvision' };

describe('reading', () => {
  test('makes cameras of rows by the template of their type, with credentials apart', async () => {
    await insertRows(owner, [
      { id: 2, ...good, type: 'axis', name: 'Вход' },
      { id: 1, ...good, type: 'Hikvision ', password: 'p@ss:/%#?&ä🎥' },
      { id: 3, ...good, enabled: false },
    ]);
    const { cameras, disabled, disabledRows, problems } = await read();
    expect(problems).toEqual([]);
    expect(cameras).toEqual([
      {
        cameraId: '1',
        spec: { url: 'rtsp://10.0.0.1:554/Streaming/Channels/101' },
        credentials: { user: 'admin', password: 'p@ss:/%#?&ä🎥' },
        timeZone: 'Europe/Moscow',
      },
      {
        cameraId: '2',
        spec: { name: 'Вход', url: 'rtsp://10.0.0.1:554/live' },
        credentials: { user: 'admin', password: 'pw' },
        timeZone: 'Europe/Moscow',
      },
    ]);
    expect([disabled.map(({ cameraId }) => cameraId), disabledRows]).toEqual([['3'], 1]);
  });

  test('names all problems at once, without passwords, and serves the other rows', async () => {
    const password = 'CANARY-4711';
    await insertRows(owner, [
      { ...good, id: 1, password, ip: null },
      { ...good, id: 2, password, port: '0' },
      { ...good, id: 3, password, port: '65536' },
      { ...good, id: 4, password, port: 'rtsp', ip: 'no host' },
      { ...good, id: null, password },
      { ...good, id: 6, password: `${password}\n` },
      { ...good, id: 7, password, name: 'a\u0007b' },
      { ...good, id: 8, password },
      { ...good, id: 9, password },
      { ...good, id: 9, password, ip: '10.0.0.2' },
      { ...good, id: 5, password },
      { ...good, id: 5, password },
      { ...good, id: 10, password, type: 'unheard' },
    ]);
    const { default: _, ...urlTemplates } = oldMap.urlTemplates;
    const { cameras, problems } = await read({ ...oldMap, urlTemplates });
    expect(cameras.map(({ cameraId }) => cameraId)).toEqual(['5', '8']);
    expect(problems.map(({ id, field, message }) => `${id ?? '-'} ${field}: ${message}`)).toEqual([
      '1 ip: is empty: the camera has no host',
      '10 type: "unheard" has no template',
      '2 port: is no port from 1 to 65535',
      '3 port: is no port from 1 to 65535',
      '4 ip: is no plain host name or address',
      '4 port: is no port from 1 to 65535',
      '5 id: "5" stands in row 6 already',
      '6 password: holds a control character',
      '7 name: is longer than 200 characters or holds a control character',
      '9 id: "9" stands in row 11 already',
      '- id: is empty',
    ]);
    expect(JSON.stringify(problems)).not.toContain('CANARY');
  });

  test('takes whole addresses, and refuses schemes outside the grammar', async () => {
    await insertRows(owner, [
      { id: 1, uri: 'rtsps://u:p%40ss@cam.example:322/a' },
      { id: 2, uri: 'ftp://u:CANARY-1@h/x' },
      { id: 3, uri: 'file:///etc/passwd' },
      { id: 4, uri: 'http://h/video.mjpg', login: 'bob', password: 'p:w' },
      { id: 5, uri: 'rtsp://h/x y\nz' },
      { id: 6 },
    ]);
    const { cameras, problems } = await read({
      table: 'public.cameras',
      columns: { id: 'id', url: 'uri', user: 'login', password: 'password' },
      urlTemplates: {},
      timeZone: 'UTC',
    });
    expect(cameras.map(({ cameraId, spec, credentials }) => [cameraId, spec.url, credentials])).toEqual([
      ['1', 'rtsps://cam.example:322/a', { user: 'u', password: 'p@ss' }],
      ['4', 'http://h/video.mjpg', { user: 'bob', password: 'p:w' }],
    ]);
    expect(problems.map(({ id, field }) => `${id} ${field}`)).toEqual(['2 uri', '3 uri', '5 uri', '6 uri']);
    expect(JSON.stringify(problems)).not.toContain('CANARY');
  });

  test('understands switches, engines and zones of every type of column', async () => {
    await asOwner(
      owner,
      `create schema "Video.1"`,
      `create table "Video.1"."Cams ""A""" ("Camera Id" uuid, addr inet, active text, rec int, engine text, srv text, tz text)`,
      `insert into "Video.1"."Cams ""A""" values
        ('00000000-0000-0000-0000-000000000001', '10.1.1.1', 'Yes', 1, 'FFmpeg', 'mtx-2', '+03:00'),
        ('00000000-0000-0000-0000-000000000002', 'fe80::1', '1', 0, null, '', null),
        ('00000000-0000-0000-0000-000000000003', '10.1.1.3', 'maybe', 7, 'vlc', null, 'Mars/Olympus'),
        ('00000000-0000-0000-0000-000000000004', '10.1.1.4', 'off', null, null, null, null),
        ('00000000-0000-0000-0000-000000000005', '10.1.1.5', null, null, null, null, null)`,
    );
    const { cameras, disabledRows, problems } = await read({
      table: '"Video.1"."Cams ""A"""',
      columns: {
        id: 'Camera Id',
        host: 'addr',
        enabled: 'active',
        record: 'rec',
        engine: 'engine',
        server: 'srv',
        timeZone: 'tz',
      },
      urlTemplates: { default: 'rtsp://{host}/live' },
      timeZone: 'UTC',
    });
    expect(cameras.map(({ spec, timeZone }) => ({ ...spec, timeZone }))).toEqual([
      { url: 'rtsp://10.1.1.1/live', engine: 'ffmpeg', server: 'mtx-2', record: true, timeZone: '+03:00' },
      { url: 'rtsp://[fe80::1]/live', record: false, timeZone: 'UTC' },
    ]);
    expect(disabledRows).toBe(2);
    expect(problems.map(({ field }) => field)).toEqual(['active', 'engine', 'rec', 'tz']);
  });

  test('takes 10,000 rows in seconds', async () => {
    await asOwner(
      owner,
      `insert into cameras select n, '10.0.' || n / 250 || '.' || 1 + n % 250, case when n % 100 = 0 then 'x' else '554' end,
        'admin', 'p@' || n, 'hikvision' from generate_series(1, 10000) n`,
    );
    const beganMs = performance.now();
    const { cameras, problems } = await read();
    expect([cameras.length, problems.length]).toEqual([9900, 100]);
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });
});

describe('the user’s database', () => {
  const slowView = 'create view slow as select id, pg_sleep(60)::text as type from (values (1)) v(id)';
  const slowMap = {
    ...oldMap,
    table: 'slow',
    columns: { id: 'id', type: 'type' },
    urlTemplates: { default: 'rtsp://h/x' },
  };
  const isSleeping = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: owner });
    await client.connect();
    try {
      const { rows } = await client.query(
        `select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
      );
      return rows.length > 0;
    } finally {
      await client.end();
    }
  };

  test('is read by a login that may only select', async () => {
    await insertRows(owner, [{ id: 1, ...good }]);
    const reader = await readerOf(server, owner);
    await expect(asOwner(reader, 'delete from cameras')).rejects.toThrow(/permission denied/);
    expect((await read(oldMap, reader)).cameras).toHaveLength(1);
  });

  test('is not changed, not even by a view that writes', async () => {
    await asOwner(
      owner,
      `create function spoil() returns integer language sql volatile as 'insert into cameras (id) values (99) returning 1'`,
      `create view spoiling as select id, spoil() as type from (values (1)) v(id)`,
    );
    const map = {
      ...oldMap,
      table: 'spoiling',
      columns: { id: 'id', type: 'type' },
      urlTemplates: { default: 'rtsp://h/x' },
    };
    await expect(read(map)).rejects.toMatchObject({
      type: 'InputInvalid',
      message: expect.stringContaining('25006'),
    });
    expect((await read()).problems).toEqual([]);
  });

  test('with a view that takes a minute is left alone after the time-out', async () => {
    await asOwner(owner, slowView);
    const beganMs = performance.now();
    await expect(readCameras({ dsn: owner, map: slowMap, signal, timeoutSeconds: 2 })).rejects.toMatchObject({
      type: 'SourceStalled',
      message: expect.stringMatching(/at most 2 s.*57014/),
    });
    expect(performance.now() - beganMs).toBeLessThan(20_000);
    await eventually(async () => !(await isSleeping()), { what: 'the server to break the query off' });
  });

  test('is let go at once when the reading is cancelled, while connecting and while it works', async () => {
    await asOwner(owner, slowView);
    const early = new AbortController();
    const connecting = readCameras({ dsn: owner, map: slowMap, signal: early.signal });
    early.abort(new Error('enough'));
    await expect(connecting).rejects.toThrow('enough');
    const late = new AbortController();
    const working = readCameras({ dsn: owner, map: slowMap, signal: late.signal });
    working.catch(() => {});
    await eventually(isSleeping, { what: 'the view to be read' });
    late.abort(new Error('enough'));
    await expect(working).rejects.toThrow('enough');
  });

  test('that freezes while it works is given up, though it cannot say so itself', async () => {
    await asOwner(owner, slowView);
    await using wire = await silenceable(server);
    const url = new URL(owner);
    url.port = String(wire.port);
    const reading = readCameras({ dsn: url.href, map: slowMap, signal, timeoutSeconds: 2 });
    reading.catch(() => {});
    await eventually(isSleeping, { what: 'the view to be read' });
    wire.silence();
    await expect(reading).rejects.toMatchObject({ type: 'SourceStalled' });
  });

  test.each([
    [{ table: 'camras' }, /no table or view "camras"\. The closest: cameras/],
    [{ table: 'Cameras' }, /The closest: cameras/],
    [
      { columns: { ...oldMap.columns, host: 'ipp', user: 'logn' } },
      /host: .*"ipp"; it has ip, .*\nuser: .*"logn"; it has login/,
    ],
    [
      { urlTemplates: { default: 'rtsp://{adress}/x', axis: 'nonsense' } },
      /axis: .*form scheme[^]*default: .*"adress"/,
    ],
    [
      { urlTemplates: { default: 'rtsp://{login}:{password}@{ip}/x?p={password}' } },
      /\{password\} is a password/,
    ],
    [{ urlTemplates: { default: 'rtsp://a:{login}@{ip}/{login}' } }, /\{login\} is a password/],
    [{ timeZone: 'Mars/Olympus' }, /is no time zone/],
  ])('and a map that does not fit it are told what is wrong: %j', async (change, message) => {
    await expect(read({ ...oldMap, ...change } as CameraMap)).rejects.toMatchObject({
      type: 'InputInvalid',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['away', (url: URL) => (url.port = '1'), 'SourceUnreachable'],
    ['refusing the login', (url: URL) => (url.password = 'CANARY-wrong'), 'AuthRejected'],
    ['without such a database', (url: URL) => (url.pathname = '/absent'), 'NotFound'],
    ['with an address of another kind', (url: URL) => (url.protocol = 'mysql:'), 'ConfigInvalid'],
  ])('%s is reported as such', async (_, change, type) => {
    const url = new URL(owner);
    change(url);
    const failed = await read(oldMap, url.href).catch((error: unknown) => error);
    expect(failed).toMatchObject({ type });
    expect(String(failed)).not.toMatch(new RegExp(`CANARY|${server.password}`));
  });

  test('that takes the connection and never answers is given up', async () => {
    const silent = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    const dsn = `postgres://u:CANARY@127.0.0.1:${port}/d`;
    try {
      await expect(readCameras({ dsn, map: oldMap, signal, timeoutSeconds: 2 })).rejects.toMatchObject({
        type: 'SourceUnreachable',
      });
    } finally {
      await new Promise((resolve) => silent.close(resolve));
    }
  });

  test('without the right to select is told which one is missing', async () => {
    const reader = await readerOf(server, owner);
    await asOwner(owner, `create table other (id int)`);
    const map = { ...oldMap, table: 'other', columns: { id: 'id' }, urlTemplates: { default: 'rtsp://h/x' } };
    await expect(read(map, reader)).rejects.toMatchObject({
      type: 'AuthRejected',
      details: { remedy: expect.stringContaining('SELECT') },
    });
  });

  test('quotes nothing of a row when a view stumbles over it', async () => {
    await asOwner(owner, `create view broken as select id, password::int as type from cameras`);
    await insertRows(owner, [{ id: 1, password: 'CANARY "x"' }]);
    const map = {
      ...oldMap,
      table: 'broken',
      columns: { id: 'id', type: 'type' },
      urlTemplates: { default: 'rtsp://h/x' },
    };
    const failed = await read(map).catch((error: unknown) => error);
    expect(failed).toMatchObject({ type: 'InputInvalid' });
    expect(String(failed)).not.toContain('CANARY');
  });
});

describe('a map', () => {
  const complete = (map: object) =>
    completeAgainst({
      dsn: owner,
      signal,
      map: { table: 'cameras', columns: {}, urlTemplates: {}, timeZone: 'UTC', ...map },
    });

  test('of three lines is enough for the old table: columns that bear their field’s name need no word', async () => {
    const { columns } = await complete({
      urlTemplates: { default: 'rtsp://{login}:{password}@{ip}:{port}/live' },
    });
    expect(columns).toEqual({
      id: 'id',
      type: 'type',
      port: 'port',
      password: 'password',
      name: 'name',
      enabled: 'enabled',
    });
  });

  test('that says nowhere how an address is made, or has no id, is refused', async () => {
    await expect(complete({})).rejects.toMatchObject({
      type: 'InputInvalid',
      details: { remedy: expect.stringContaining('--template') },
    });
    await asOwner(owner, 'alter table cameras rename id to camera_id');
    const map = { urlTemplates: { default: 'rtsp://{ip}/x' } };
    await expect(complete(map)).rejects.toMatchObject({
      details: { remedy: expect.stringContaining('camera_id') },
    });
  });
});
