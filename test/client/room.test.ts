// Rooms as callers make them: fields, sources, courses, webhooks, pictures of no signal.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { addCourse, removeCourse } from '../../src/client/room-course.ts';
import { removeBlank, storeBlank } from '../../src/client/room-blank.ts';
import { addRoomSource, removeRoomSource } from '../../src/client/room-source.ts';
import { addWebhook, removeWebhook } from '../../src/client/room-webhook.ts';
import { putRoom } from '../../src/client/room.ts';
import { roomDocument } from '../../src/contract/room.ts';
import { webhookDocument } from '../../src/contract/webhook.ts';
import { addTarget } from '../../src/client/target.ts';
import { cameraRow } from '../catalog/rows.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { openCatalog } from './lecture-callers.ts';

let dir: TempDir;
let catalog: Catalog;

beforeAll(async () => {
  dir = await tempDir();
  catalog = await openCatalog(dir.path);
});
afterAll(async () => {
  await catalog.close();
  await dir.remove();
});
beforeEach(() => putRoom(catalog, { id: 'A101', timeZone: 'Europe/Moscow' }));
afterEach(() => catalog.rooms.remove('A101'));

describe('a room', () => {
  test('has the defaults of its contract, and keeps what a change does not name', async () => {
    const added = roomDocument.parse(await putRoom(catalog, { id: 'A101', name: 'Physics', frameRate: 30 }));
    expect(added).toMatchObject({ timeZone: 'Europe/Moscow', slotSeconds: 1800, share: { kind: 'none' } });
    const folder = 'https://drive.google.com/drive/folders/1AbCdEf?resourcekey=x';
    const changed = await putRoom(catalog, { id: 'A101', folderId: folder, layout: 'single' });
    expect(changed).toMatchObject({ name: 'Physics', frameRate: 30, folderId: '1AbCdEf', layout: 'single' });
    const without = await putRoom(catalog, { id: 'A101', folderId: undefined, name: undefined });
    expect(without).not.toHaveProperty('folderId');
    expect(without).not.toHaveProperty('name');
    expect(without.frameRate).toBe(30);
  });

  test('may export to targets that are there', async () => {
    await expect(putRoom(catalog, { id: 'A101', exports: ['nowhere'] })).rejects.toMatchObject({
      type: 'NotFound',
    });
    await addTarget(catalog, { name: 'archive', spec: { kind: 'local', path: dir.path } });
    expect(await putRoom(catalog, { id: 'A101', exports: ['archive'] })).toMatchObject({
      exports: ['archive'],
    });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['a path for a name', { id: '../x' }, /id: letters, digits/],
    ['a zone that is none', { timeZone: 'Europe/Atlantis' }, /timeZone: "Europe\/Atlantis" is no IANA zone/],
    ['an odd pane', { paneWidth: 641 }, /paneWidth/],
    ['a feed with a password', { calendarFeed: 'https://u:p@h/x.ics' }, /calendarFeed/],
    ['a calendar and a feed', { calendarId: 'c@x', calendarFeed: '/srv/x.ics' }, /not both/],
    ['sharing with a domain that is none', { share: { kind: 'domain', domain: 'a b' } }, /share\.domain/],
    ['a field of another thing', { colour: 'red' }, /colour/],
  ])('with %s is refused and stays as it was', async (_, fields, message) => {
    const before = await catalog.rooms.require('A101');
    await expect(putRoom(catalog, { id: 'A101', ...fields })).rejects.toMatchObject({
      type: 'InputInvalid',
      message: expect.stringMatching(message) as string,
    });
    expect(await catalog.rooms.require('A101')).toEqual(before);
  });
});

describe('a source', () => {
  const archive = {
    kind: 'file',
    url: 'file:///mnt/nvr/{date}_{hh}:{mm}_A101_{externalId}.mp4',
    externalId: '42',
  };

  test('is made of an archive as a camera in the room’s zone; again, it is corrected', async () => {
    const room = await addRoomSource(catalog, { room: 'A101', role: 'lecturer', archive });
    expect(room.sources).toEqual([{ role: 'lecturer', camera: 'A101-lecturer' }]);
    expect(await catalog.cameras.require('A101-lecturer')).toMatchObject({
      timeZone: 'Europe/Moscow',
      archiveKind: 'file',
      archiveUrl: archive.url,
      externalId: '42',
    });
    const corrected = { ...archive, externalId: '43' };
    const again = await addRoomSource(catalog, { room: 'A101', role: 'lecturer', archive: corrected });
    expect(again.sources).toEqual(room.sources);
    expect((await catalog.cameras.require('A101-lecturer')).externalId).toBe('43');
  });

  test('keeps the login of its address apart', async () => {
    const url = 'http://user:canary-9@10.0.0.1/{startUnix}.mp4';
    const made = { kind: 'http', url };
    const room = await addRoomSource(catalog, { room: 'A101', role: 'board', archive: made });
    expect(JSON.stringify([room, await catalog.cameras.require('A101-board')])).not.toContain('canary-9');
  });

  test('several in a role stand in their order, and one is taken away alone', async () => {
    await addRoomSource(catalog, { room: 'A101', role: 'screen', archive });
    await addRoomSource(catalog, { room: 'A101', role: 'screen', camera: 'spare', archive });
    const { sources } = await removeRoomSource(catalog, { room: 'A101', role: 'screen' });
    expect(sources).toEqual([{ role: 'screen', camera: 'spare' }]);
    expect(await catalog.cameras.require('A101-screen')).toBeDefined();
    await expect(removeRoomSource(catalog, { room: 'A101', role: 'screen' })).rejects.toThrow(/is no screen/);
  });

  test.each<[string, Parameters<typeof addRoomSource>[1], RegExp]>([
    ['an unknown room', { room: 'B1', role: 'lecturer', archive }, /longtake room list/],
    ['an unknown camera', { room: 'A101', role: 'lecturer', camera: 'never' }, /never/],
    ['a camera without an archive', { room: 'A101', role: 'lecturer', camera: 'live' }, /has no archive/],
    ['a role that is none', { room: 'A101', role: 'audience', archive }, /role/],
    [
      'a template with a wrong word',
      { room: 'A101', role: 'lecturer', archive: { ...archive, url: 'file:///{day}' } },
      /archiveUrl.*\{day\}/,
    ],
    [
      'an archive of no kind',
      { room: 'A101', role: 'lecturer', archive: { kind: 'ftp', url: 'ftp://h' } },
      /archiveKind/,
    ],
  ])('with %s is refused', async (_, addition, message) => {
    await catalog.cameras.upsertMany({ rows: [cameraRow('live')], credentials: [] });
    await expect(addRoomSource(catalog, addition)).rejects.toThrow(message);
    expect((await catalog.rooms.require('A101')).sources).toEqual([]);
  });
});

test('a code means the course that was named last, and is forgotten once', async () => {
  await addCourse(catalog, { code: 'БИ-241', courseId: '1' });
  await addCourse(catalog, { code: ' БИ-241 ', courseId: 'd:bi' });
  expect(await catalog.courseCodes.list()).toEqual([{ code: 'БИ-241', courseId: 'd:bi' }]);
  await expect(addCourse(catalog, { code: 'x', courseId: 'a b/c' })).rejects.toThrow(/courseId/);
  await removeCourse(catalog, 'БИ-241');
  await expect(removeCourse(catalog, 'БИ-241')).rejects.toMatchObject({ type: 'NotFound' });
});

describe('a webhook', () => {
  const url = 'https://hooks.slack.test/services/canary-1';

  test('never shows its address and its secret', async () => {
    const request = {
      name: 'chat',
      kind: 'generic',
      url,
      secret: 'Bearer canary-2',
      rooms: ['A101'],
      events: ['ready'],
    };
    const document = webhookDocument.parse(await addWebhook(catalog, request));
    expect(document).toMatchObject({ host: 'hooks.slack.test', hasSecret: true, rooms: ['A101'] });
    expect(JSON.stringify(document)).not.toContain('canary');
    expect(await catalog.webhooks.get('chat')).toMatchObject({ url, secret: 'Bearer canary-2' });
    await removeWebhook(catalog, 'chat');
    await expect(removeWebhook(catalog, 'chat')).rejects.toMatchObject({ type: 'NotFound' });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['an address that is none', { url: 'canary://x' }, /url: an http\(s\) address/],
    ['a port that is none', { url: 'http://h:99999/canary' }, /url: an http\(s\) address/],
    ['a login in its address', { url: 'https://u:canary@h/x' }, /url: an http\(s\) address without a login/],
    ['Zulip without a login', { kind: 'zulip' }, /secret: is needed for zulip/],
    ['Zulip with a key alone', { kind: 'zulip', secret: 'canary' }, /secret: is user:key/],
    ['an event that is none', { events: ['canary'] }, /events\.0/],
    ['a secret of two lines', { secret: 'canary\nx: y' }, /secret: one line/],
    ['a template with a wrong word', { template: 'See {canary}' }, /\{canary\}/],
    ['a room that is not there', { rooms: ['B1'] }, /longtake room list/],
  ])('with %s is refused', async (_, more, message) => {
    const request = { name: 'chat', kind: 'slack', url, ...more };
    await expect(addWebhook(catalog, request)).rejects.toThrow(message);
    expect(await catalog.webhooks.list()).toEqual([]);
  });
});

test('the same picture of no signal is stored once for a room and once for all', async () => {
  const pixels = new Uint8Array(6912).fill(7);
  const all = await storeBlank(catalog, { pixels });
  expect((await storeBlank(catalog, { pixels })).id).toBe(all.id);
  const own = await storeBlank(catalog, { pixels, room: 'A101' });
  expect(own.id).not.toBe(all.id);
  expect(await catalog.noSignalPictures.list()).toHaveLength(2);
  await expect(storeBlank(catalog, { pixels, room: 'B1' })).rejects.toMatchObject({ type: 'NotFound' });
  await removeBlank(catalog, own.id);
  await expect(removeBlank(catalog, own.id)).rejects.toMatchObject({ type: 'NotFound' });
  expect((await catalog.noSignalPictures.list()).map(({ id }) => id)).toEqual([all.id]);
});
