// `restream map` and the trigger's commands from flags to database: what is printed, what is stored, what is never shown.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { connectCatalog } from '../../src/catalog/connect.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import { mapCommand, triggerCommands } from '../../src/cli/restream-map.ts';
import { loadConfigWithSources } from '../../src/config/load.ts';
import { configDocumentOf, redactConfig } from '../../src/config/redact.ts';
import { chooseDsn } from '../../src/client/camera-map.ts';
import {
  cameraMapDocument,
  cameraMapRemoved,
  cameraMapShown,
  triggerDocument,
} from '../../src/contract/camera-map.ts';
import { asOwner, insertRows, oldTable } from '../camera-table/user-database.ts';
import { startPostgres, tempDir, type TempDir, type TestPostgres } from '../setup/servers.ts';

const password = 'CANARY-p@ss';
const template = 'rtsp://{login}:{password}@{ip}:{port}/Streaming/Channels/101';
let server: TestPostgres;
let dir: TempDir;
let dsn: string;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
beforeEach(async () => {
  dir = await tempDir();
  dsn = await server.newDatabaseUrl();
  await asOwner(dsn, oldTable);
  await insertRows(dsn, [
    { id: 1, ip: '10.0.0.1', port: '554', login: 'admin', password, type: 'hikvision' },
    { id: 2, ip: '10.0.0.2', login: 'admin', password, type: 'hikvision', enabled: false },
    { id: 3, ip: '10.0.0.3', port: '0', login: 'admin', password, type: 'hikvision' },
  ]);
  vi.stubEnv('PG_DSN', dsn);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await dir.remove();
});

/** `longtake restream …` in the data directory of the test. */
async function restream(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    draw: () => {},
    stdin: Readable.from(['']) as NodeJS.ReadStream,
    asks: false,
    isTerminal: false,
    drawsProgress: false,
    columns: 100,
  };
  const program = new Command('restream').addCommand(mapCommand(terminal));
  for (const command of triggerCommands(terminal)) program.addCommand(command);
  const error = await program.parseAsync([...args, '--data', dir.path], { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const text = [...out, ...err, String(error)].join('\n');
  expect(text).not.toContain('CANARY');
  expect(text).not.toContain(server.password);
  return {
    code: terminal.exitCode,
    out: out.join('\n'),
    err: err.join('\n'),
    error,
    json: () => JSON.parse(out.join('\n')) as unknown,
  };
}

async function stored() {
  const catalog = await connectCatalog({
    kind: 'sqlite',
    file: join(dir.path, 'catalog.sqlite'),
    keyFile: join(dir.path, 'credentials.key'),
  });
  try {
    return { map: (await catalog.cameraMap.get())?.map, dsn: await catalog.cameraMap.dsn() };
  } finally {
    await catalog.close();
  }
}

test('the old table is mapped by one line, with a preview and the rows that are wrong', async () => {
  const { code, json } = await restream(
    'map',
    '--table',
    'cameras',
    '--template',
    `hikvision=${template}`,
    '--json',
  );
  const document = cameraMapDocument.parse(json());
  expect(code).toBe(1);
  expect(document).toMatchObject({
    cameras: 1,
    disabled: 1,
    database: expect.stringMatching(/^127\.0\.0\.1:\d+\/test_/),
  });
  expect(document.preview).toEqual([
    { id: '1', url: 'rtsp://10.0.0.1:554/Streaming/Channels/101', hasCredentials: true, enabled: true },
    { id: '2', url: 'rtsp://10.0.0.2/Streaming/Channels/101', hasCredentials: true, enabled: false },
  ]);
  expect(document.problems).toEqual([
    { row: 3, id: '3', field: 'port', message: 'is no port from 1 to 65535' },
  ]);
  expect(await stored()).toEqual({ map: document.map, dsn });
});

test('people read a table of cameras and one of problems, and what is stored can be shown and forgotten', async () => {
  const { out } = await restream('map', '--table', 'cameras', '--template', `default=${template}`);
  expect(out).toMatch(/^1 +rtsp:\/\/10\.0\.0\.1:554\/Streaming\/Channels\/101 +stored apart +yes$/m);
  expect(out).toMatch(/^ +3 +3 +port +is no port/m);
  expect(out).toContain('Map stored: 1 camera to relay, 1 switched off, 1 problem.');
  vi.stubEnv('PG_DSN', '');
  expect(cameraMapShown.parse((await restream('map', '--show', '--json')).json()).map.table).toBe('cameras');
  expect((await restream('map', '--show')).out).toContain(`default: ${template}`);
  expect(cameraMapRemoved.parse((await restream('map', '--remove', '--json')).json())).toEqual({
    removed: true,
  });
  expect((await restream('map', '--show')).error).toMatchObject({ type: 'NotFound' });
});

test('a file holds the map, flags win over it, and a later run knows the database', async () => {
  await asOwner(
    dsn,
    'create view live as select id as camera_id, ip, true as active from cameras where id = 1',
  );
  const file = join(dir.path, 'map.yaml');
  await writeFile(
    file,
    'table: nowhere\ncolumns: { id: camera_id }\nurlTemplates:\n  default: rtsp://{ip}/a\n',
  );
  const flags = ['--file', file, '--view', 'live', '--enabled', 'active', '--time-zone', 'Europe/Moscow'];
  expect((await restream('map', ...flags, '--json')).code).toBe(0);
  expect((await stored()).map).toEqual({
    table: 'live',
    columns: { id: 'camera_id', enabled: 'active' },
    urlTemplates: { default: 'rtsp://{ip}/a' },
    timeZone: 'Europe/Moscow',
  });
  vi.stubEnv('PG_DSN', '');
  expect((await restream('map', ...flags)).code).toBe(0);
});

test('PG_DSN wins over --pg-dsn, and says so', async () => {
  const flags = ['map', '--table', 'cameras', '--template', `default=${template}`];
  const { err, code } = await restream(...flags, '--pg-dsn', 'postgres://127.0.0.1:1/none');
  expect([err, code]).toEqual(['PG_DSN is set and wins over --pg-dsn.', 1]);
  vi.stubEnv('PG_DSN', '');
  expect((await restream(...flags, '--pg-dsn', 'postgres://127.0.0.1:1/none')).error).toMatchObject({
    type: 'SourceUnreachable',
  });
  expect(chooseDsn({ environment: 'a', flag: 'b', file: 'c', stored: 'd' })).toBe('a');
  expect(chooseDsn({ flag: 'b', file: 'c', stored: 'd' })).toBe('b');
  expect(chooseDsn({ file: 'c', stored: 'd' })).toBe('c');
  expect(() => chooseDsn({})).toThrow(/not known where/);
});

test('the configuration takes PG_DSN by its own name, over the longer one, and shows no password of it', () => {
  const env = {
    HOME: '/nowhere',
    PG_DSN: 'postgres://u:CANARY@a/d',
    LONGTAKE_RESTREAM_PG_DSN: 'postgres://b/d',
  };
  const loaded = loadConfigWithSources({ env, cwd: '/nowhere' });
  expect(loaded.config.restream.pgDsn).toBe(env.PG_DSN);
  expect(JSON.stringify([configDocumentOf(loaded), redactConfig(loaded.config)])).not.toContain('CANARY');
  expect(() => loadConfigWithSources({ env: { ...env, PG_DSN: 'mysql://CANARY' }, cwd: '/nowhere' })).toThrow(
    /^restream\.pgDsn \(PG_DSN\): (?!.*CANARY)/m,
  );
});

test.each([
  ['nothing', [], /Name the table/],
  ['both table and view', ['--table', 'a', '--view', 'b'], /are the same/],
  ['a column without a field', ['--table', 'cameras', '--column', 'ip'], /--column takes FIELD=COLUMN/],
  ['a field that is none', ['--table', 'cameras', '--column', 'adress=ip'], /adress/],
  [
    'a password in a template',
    ['--table', 'cameras', '--template', 'default=rtsp://a:CANARY@{ip}/'],
    /a password stands/,
  ],
  [
    'a table that is absent',
    ['--table', 'camera', '--template', `default=${template}`],
    /The closest: cameras/,
  ],
  [
    'a map by which no row is right',
    ['--table', 'cameras', '--template', 'default=rtsp://{login} {ip}/'],
    /refused/,
  ],
])('%s is refused, and nothing is stored', async (_, flags, message) => {
  const { error } = await restream('map', ...flags);
  expect(error).toMatchObject({ type: 'InputInvalid', message: expect.stringMatching(message) });
  expect((await stored()).map).toBeUndefined();
});

test('rows that are all wrong leave the stored map as it was', async () => {
  await asOwner(dsn, `update cameras set port = 'x'`);
  const { error } = await restream('map', '--table', 'cameras', '--template', `default=${template}`);
  expect(error).toMatchObject({ type: 'InputInvalid', message: expect.stringContaining('row 1 (1), port:') });
  expect((await stored()).map).toBeUndefined();
});

test('the trigger is shown, and run only when agreed to', async () => {
  await restream('map', '--table', 'cameras', '--template', `default=${template}`);
  const shown = await restream('install-trigger');
  expect(shown.out).toContain(
    'create trigger "longtake_cameras_changed" after insert or update or delete or truncate',
  );
  expect(shown.error).toMatchObject({
    type: 'InputInvalid',
    message: 'Nothing was run on "public"."cameras".',
  });
  const installed = triggerDocument.parse((await restream('install-trigger', '--yes', '--json')).json());
  expect(installed).toMatchObject({ table: '"public"."cameras"', installed: true });
  const again = await restream('install-trigger', '--yes');
  expect(again.out).toContain('drop trigger if exists');
  expect(again.out).toContain('longtake restream remove-trigger');
  const removed = triggerDocument.parse(
    (await restream('remove-trigger', '--table', 'cameras', '--yes', '--json')).json(),
  );
  expect(removed.installed).toBe(false);
});
