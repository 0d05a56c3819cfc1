// The import of an old NVR from a real PostgreSQL into a catalog.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { connectCatalog } from '../../src/catalog/connect.ts';
import { importNvr } from '../../src/client/nvr-import.ts';
import { Fault } from '../../src/domain/fault.ts';
import { expandTemplate } from '../../src/domain/url.ts';
import { startPostgres, tempDir, type TempDir, type TestPostgres } from '../setup/servers.ts';
import { fillNvr, folderUrl, nvrDatabase } from './nvr-database.ts';

let server: TestPostgres;
let dir: TempDir;
const opened: Catalog[] = [];
beforeAll(async () => {
  dir = await tempDir();
  server = await startPostgres();
});
afterEach(async () => {
  for (const catalog of opened.splice(0)) await catalog.close();
});
afterAll(async () => {
  await server.stop();
  await dir.remove();
});

let count = 0;
async function newCatalog(): Promise<Catalog> {
  const own = join(dir.path, `catalog-${++count}`);
  const keyFile = join(own, 'credentials.key');
  const catalog = await connectCatalog({ kind: 'sqlite', file: join(own, 'catalog.sqlite'), keyFile });
  opened.push(catalog);
  return catalog;
}

const timeZone = 'Europe/Moscow';

const contentOf = async ({ rooms, cameras, lectures, publications }: Catalog) => {
  const list = await lectures.list({});
  return {
    rooms: await rooms.list(),
    cameras: await cameras.list(),
    lectures: list,
    publications: await Promise.all(list.map(({ id }) => publications.listOf(id))),
  };
};

test('a room comes with its sources in roles, whose archive is its Drive folder with the old names', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  const catalog = await newCatalog();
  expect(await importNvr(catalog, { dsn: nvr.dsn, timeZone })).toEqual({
    rooms: 1,
    cameras: 4,
    lectures: 3,
    skipped: [],
  });
  const room = await catalog.rooms.require('504');
  expect(room.spec).toMatchObject({
    timeZone,
    folderId: '1AbCdEfGhIjKlMnOp',
    calendarId: 'c_504@group.calendar.google.com',
    intake: true,
  });
  expect(room.sources.map(({ role, camera }) => `${role} ${camera}`).sort()).toEqual([
    'board 504-26',
    'lecturer 504-24',
    'screen 504-25',
    'sound 504-24',
  ]);
  const lecturer = await catalog.cameras.require('504-24');
  expect(lecturer).toMatchObject({
    name: 'Камера',
    timeZone,
    archiveKind: 'drive',
    archiveUrl: `${folderUrl}?name={date}_{hh}:{mm}_504_24.mp4`,
    externalId: 'e24',
    liveUrl: 'rtsp://172.18.191.24:554/0',
  });
  expect(await catalog.credentials.get('504-24', 'live')).toEqual({ user: 'admin', password: 'canary' });
  expect((await catalog.cameras.require('504-26')).liveUrl).toBe('rtsp://172.18.191.26/1');
});

test('records become lectures in the room’s zone, with their state, event, video and users', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  const catalog = await newCatalog();
  await importNvr(catalog, { dsn: nvr.dsn, timeZone });
  const [failed, complete, pending] = await catalog.lectures.list({});
  expect(failed).toMatchObject({ state: 'failed', spec: { name: 'Физика', source: 'api' } });
  expect(failed?.reason).toBeDefined();
  expect(complete).toMatchObject({
    roomId: '504',
    startMs: Date.parse('2021-03-04T10:30:00+03:00'),
    endMs: Date.parse('2021-03-04T11:50:00+03:00'),
    event: { calendarId: 'c_504@group.calendar.google.com', eventId: 'event100' },
    spec: { name: 'Матан: «ряды»', source: 'calendar' },
    state: 'complete',
  });
  expect(await catalog.publications.listOf(complete?.id ?? '')).toMatchObject([
    {
      kind: 'drive',
      target: 'main',
      state: 'done',
      externalId: '1ZyXwVuTsRqPoNm',
      url: 'https://drive.google.com/file/d/1ZyXwVuTsRqPoNm/preview',
    },
  ]);
  expect(pending).toMatchObject({
    startMs: Date.parse('2021-03-04T09:00:00+03:00'),
    spec: { name: '504 2021-03-04 9:00', users: ['teacher@example.edu'] },
    state: 'pending',
  });
  expect(pending).not.toHaveProperty('event');
});

test('a second import changes nothing, nor does it take back what people changed in between', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  const catalog = await newCatalog();
  await importNvr(catalog, { dsn: nvr.dsn, timeZone });
  const nothing = { rooms: 0, cameras: 0, lectures: 0, skipped: [] };
  const first = await contentOf(catalog);
  expect(await importNvr(catalog, { dsn: nvr.dsn, timeZone })).toEqual(nothing);
  expect(await contentOf(catalog)).toEqual(first);
  const [, complete, pending] = first.lectures;
  await catalog.lectures.change(complete!.id, { endMs: complete!.endMs + 60_000 });
  await catalog.lectures.record(pending!.id, { state: 'cancelled' });
  await catalog.rooms.put({ ...first.rooms[0]!.spec, calendarId: 'other@example.com', layout: 'single' });
  const changed = await contentOf(catalog);
  expect(await importNvr(catalog, { dsn: nvr.dsn, timeZone })).toEqual(nothing);
  expect(await contentOf(catalog)).toEqual(changed);
});

test('an import that was broken off is finished by the next, and two at once leave what one leaves', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  const broken = await newCatalog();
  const breaking: Catalog = {
    ...broken,
    lectures: { ...broken.lectures, record: () => Promise.reject(new Fault('CatalogUnavailable', 'gone')) },
  };
  await expect(importNvr(breaking, { dsn: nvr.dsn, timeZone })).rejects.toMatchObject({
    type: 'CatalogUnavailable',
  });
  const twice = await newCatalog();
  await importNvr(broken, { dsn: nvr.dsn, timeZone });
  await Promise.all([1, 2].map(() => importNvr(twice, { dsn: nvr.dsn, timeZone })));
  const states = async ({ lectures, rooms }: Catalog) => ({
    lectures: (await lectures.list({})).map(({ id, state }) => [id, state]),
    sources: (await rooms.require('504')).sources,
  });
  expect((await states(broken)).lectures.map(([, state]) => state)).toEqual([
    'failed',
    'complete',
    'pending',
  ]);
  expect(await states(twice)).toEqual(await states(broken));
});

test('rows that cannot be read are named with the reason, all at once, and the others come', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  await nvr.insert(
    'rooms',
    { id: 2, name: '' },
    { id: 3, name: 'Зал/1 & {a}#', drive: folderUrl, main_source: '10.0.0.300', auto_control: false },
    { id: 4, name: '504', drive: 'https://drive.google.com/open?id=x y', calendar: 'no calendar' },
  );
  await nvr.insert(
    'sources',
    { id: 20, ip: null, room_id: 1 },
    { id: 21, ip: 'canary.example', room_id: 1 },
    { id: 22, ip: '10.0.0.24', room_id: 1, rtsp: 'gopher://user:canary@10.0.0.24/' },
    { id: 23, ip: '10.0.0.5', room_id: 3, merge: 'right' },
    { id: 24, ip: '10.0.0.6', room_id: 4 },
    { id: 25, ip: '10.0.0.7', room_id: 99 },
  );
  const hours = { start_time: '15:10', end_time: '16:30' };
  await nvr.insert(
    'records',
    { id: 200, date: '2021-02-30', ...hours, room_id: 1 },
    { id: 201, date: '2021-03-05', start_time: '16:30', end_time: '15:10', room_id: 1 },
    { id: 202, date: '2021-03-05', start_time: 'после обеда', end_time: '16:00', room_id: 1 },
    { id: 203, date: '05.03.2021', ...hours, room_id: 1 },
    { id: 204, date: '2021-03-05', ...hours, room_id: 99 },
    { id: 205, date: null, ...hours, room_id: 1 },
    { id: 206, date: '2021-03-06', ...hours, room_id: 3, event_name: ' a\tb\n"; drop table rooms; --🎓 ' },
    { id: 207, date: '2021-03-05', ...hours, room_id: 3, done: true, drive_file_url: 'javascript:alert(1)' },
    { id: 208, date: '2021-03-05', ...hours, room_id: 4, event_name: 'x'.repeat(5000) },
  );
  await nvr.insert('users', { id: 6, email: 'no mail' });
  await nvr.insert('user_records', { user_id: 6, record_id: 208 });
  const catalog = await newCatalog();
  const { rooms, cameras, lectures, skipped } = await importNvr(catalog, { dsn: nvr.dsn, timeZone });
  expect(JSON.stringify(skipped)).not.toContain('canary');
  const places = skipped.map(({ table, id }) => `${table} ${id}`).sort();
  expect(places).toEqual(
    ['200', '201', '202', '203', '204', '205', '207', '208']
      .map((id) => `records ${id}`)
      .concat(['rooms 2', 'rooms 3', 'rooms 4', 'rooms 4'])
      .concat(['sources 20', 'sources 21', 'sources 22', 'sources 24', 'sources 25']),
  );
  for (const { reason } of skipped) expect(reason).toMatch(/\S{2,}.*[^.]\.$/s);
  expect({ rooms, cameras, lectures }).toEqual({ rooms: 3, cameras: 6, lectures: 6 });
  const hall = (await catalog.rooms.list()).find(({ spec }) => spec.name === 'Зал/1 & {a}#');
  expect(hall).toMatchObject({ spec: { intake: false }, sources: [{ role: 'board' }] });
  const { archiveUrl = '' } = await catalog.cameras.require(hall?.sources[0]?.camera ?? '');
  const filled = expandTemplate(archiveUrl, { date: '2021-03-05', hh: '15', mm: '00' });
  expect(new URL(filled).searchParams.get('name')).toBe('2021-03-05_15:00_Зал/1 & {a}#_5.mp4');
  expect((await catalog.rooms.require('504-4')).spec).not.toHaveProperty('folderId');
  // The same last octet in one room: both keep a camera of their own.
  expect((await catalog.cameras.require('504-24-22')).archiveUrl).toContain('_504_24.mp4');
  const later = await catalog.lectures.list({ fromMs: Date.parse('2021-03-05') });
  expect(later.map(({ spec }) => spec.name).sort()).toEqual(
    ['a b "; drop table rooms; --🎓', 'x'.repeat(1000), 'Зал/1 & {a}# 2021-03-05 15:10'].sort(),
  );
  const again = await importNvr(catalog, { dsn: nvr.dsn, timeZone });
  expect(again).toEqual({ rooms: 0, cameras: 0, lectures: 0, skipped });
});

test('of two records for one lecture the one that came to something stays, whichever is older', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  const hours = { date: '2021-03-09', start_time: '10:00', end_time: '11:00', room_id: 1 };
  await nvr.insert(
    'records',
    { id: 300, ...hours, event_name: 'nothing' },
    { id: 301, ...hours, event_name: 'done', done: true },
  );
  const catalog = await newCatalog();
  for (const lectures of [4, 0]) {
    const answer = await importNvr(catalog, { dsn: nvr.dsn, timeZone });
    expect(answer).toMatchObject({ lectures, skipped: [{ table: 'records', id: '300' }] });
  }
  const [newest] = await catalog.lectures.list({});
  expect(newest).toMatchObject({ state: 'complete', spec: { name: 'done' } });
});

test('tables of other versions are read too: fewer columns, no users, dates and times of their own types', async () => {
  const nvr = await nvrDatabase(server);
  await nvr.run(
    'drop table rooms, sources, records, users, user_records',
    'create table rooms (id bigint, name varchar, drive text)',
    'create table sources (id bigint, ip inet, room_id bigint)',
    'create table records (id bigint, date date, start_time time, end_time time, room_id bigint, done smallint)',
    `insert into rooms values (1, 'A', '${folderUrl}')`,
    `insert into sources values (1, '10.0.0.9', 1)`,
    `insert into records values (1, '2021-07-01', '10:00', '11:30:30.5', 1, 1)`,
  );
  const catalog = await newCatalog();
  const answer = await importNvr(catalog, { dsn: nvr.dsn, timeZone: '+05:00' });
  expect(answer).toEqual({ rooms: 1, cameras: 1, lectures: 1, skipped: [] });
  expect((await catalog.lectures.list({}))[0]).toMatchObject({
    startMs: Date.parse('2021-07-01T10:00:00+05:00'),
    endMs: Date.parse('2021-07-01T11:30:30+05:00'),
    state: 'complete',
  });
});
