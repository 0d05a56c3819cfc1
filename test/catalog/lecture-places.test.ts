// Rooms, and what Google, calendars and webhooks need remembered.
import { readFile, rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { forEachDatabase } from './databases.ts';
import { newLecture, roomSpec } from './lecture-rows.ts';
import { runSql } from './relay-sql.ts';
import { cameraRow } from './rows.ts';

const notFound = (part: string) => ({
  type: 'NotFound',
  message: expect.stringContaining(part) as string,
});

forEachDatabase(({ open, newOptions }) => {
  test('a room is replaced by id, keeps its sources, and its revision grows with changes only', async () => {
    const { rooms, cameras } = await open();
    await cameras.upsertMany({ rows: [cameraRow('a'), cameraRow('b')] });
    expect(await rooms.put(roomSpec('504'))).toMatchObject({ id: '504', sources: [], revision: 1 });
    expect((await rooms.put(roomSpec('504'))).revision).toBe(1);
    await rooms.addSource('504', { role: 'screen', camera: 'b' });
    await rooms.addSource('504', { role: 'screen', camera: 'a' });
    await rooms.addSource('504', { role: 'lecturer', camera: 'a' });
    const spec = roomSpec('504', {
      name: 'Ауд. 504',
      folderId: 'https://drive.google.com/drive/folders/abcdef',
    });
    const room = await rooms.put(spec);
    expect(room).toMatchObject({ spec, revision: 5 });
    expect(room.sources).toEqual([
      { role: 'screen', camera: 'b' },
      { role: 'screen', camera: 'a' },
      { role: 'lecturer', camera: 'a' },
    ]);
    expect(await rooms.addSource('504', { role: 'screen', camera: 'b' })).toEqual(room);
    await rooms.put(roomSpec('12'));
    expect((await rooms.list()).map(({ id, sources }) => [id, sources.length])).toEqual([
      ['12', 0],
      ['504', 3],
    ]);
  });

  test('a source needs a room and a camera, and goes with its camera', async () => {
    const { rooms, cameras } = await open();
    await cameras.upsertMany({ rows: [cameraRow('a'), cameraRow('b')] });
    await rooms.put(roomSpec('504'));
    const source = { role: 'board', camera: 'a' } as const;
    await expect(rooms.addSource('505', source)).rejects.toMatchObject(notFound('longtake room list'));
    await expect(rooms.addSource('504', { ...source, camera: 'z' })).rejects.toMatchObject(notFound('"z"'));
    expect((await rooms.require('504')).revision).toBe(1);
    await rooms.addSource('504', source);
    await rooms.addSource('504', { role: 'sound', camera: 'b' });
    await cameras.remove('b');
    expect((await rooms.require('504')).sources).toEqual([source]);
    expect(await rooms.removeSource('504', source)).toBe(true);
    expect(await rooms.removeSource('504', source)).toBe(false);
    expect((await rooms.require('504')).sources).toEqual([]);
  });

  test('a removed room leaves its lectures, and its calendar is read from the beginning when it comes back', async () => {
    const { rooms, lectures, calendarCursors } = await open();
    await rooms.put(roomSpec('504'));
    await lectures.add(newLecture('l1'));
    await calendarCursors.put({
      roomId: '504',
      source: 'c@example.com',
      syncToken: 't',
      fullSyncedMs: 2 ** 41,
    });
    expect(await calendarCursors.get('504')).toEqual({
      roomId: '504',
      source: 'c@example.com',
      syncToken: 't',
      fullSyncedMs: 2 ** 41,
    });
    await calendarCursors.put({ roomId: '504', source: 'd@example.com' });
    expect(await calendarCursors.get('504')).toEqual({ roomId: '504', source: 'd@example.com' });
    expect(await rooms.remove('504')).toBe(true);
    expect(await rooms.remove('504')).toBe(false);
    expect(await calendarCursors.get('504')).toBeUndefined();
    await expect(rooms.require('504')).rejects.toMatchObject(notFound('longtake room list'));
    expect(await lectures.list({ roomId: '504' })).toHaveLength(1);
  });

  test('a folder has the id that was reserved first, until that one is forgotten', async () => {
    const { driveFolders } = await open();
    const folder = { parentId: 'p', name: '14 сентября 2026' };
    expect(await driveFolders.get(folder)).toBeUndefined();
    expect(await driveFolders.reserve({ ...folder, folderId: 'one' })).toBe('one');
    expect(await driveFolders.reserve({ ...folder, folderId: 'two' })).toBe('one');
    expect(await driveFolders.reserve({ parentId: 'q', name: folder.name, folderId: 'two' })).toBe('two');
    await driveFolders.forget({ ...folder, folderId: 'two' });
    expect(await driveFolders.get(folder)).toBe('one');
    await driveFolders.forget({ ...folder, folderId: 'one' });
    expect(await driveFolders.reserve({ ...folder, folderId: 'three' })).toBe('three');
  });

  test('upload sessions and webhooks come back, and nothing in the database shows their secrets', async () => {
    const options = await newOptions();
    const { uploadSessions, webhooks } = await open(options);
    const session = { sessionUrl: 'https://up.example/?upload_id=canary', sizeBytes: 2 ** 40, sha256: 'ab' };
    await uploadSessions.put('f1', { ...session, sessionUrl: 'https://up.example/?upload_id=old' });
    await uploadSessions.put('f1', session);
    const hook = {
      name: 'зулип',
      kind: 'zulip',
      url: 'https://canary.example/api',
      secret: 'bot@example.com:canary',
      rooms: ['504'],
      events: ['ready', 'failed'],
      template: '{lecture}: {url}',
      to: 'lectures>504',
    } as const;
    await webhooks.put({ ...hook, rooms: [], events: [] });
    await webhooks.put({ ...hook, rooms: [...hook.rooms], events: [...hook.events] });
    const bare = {
      name: 'a',
      kind: 'slack',
      url: 'https://hooks.example/canary',
      rooms: [],
      events: ['ready'],
    };
    await webhooks.put({ ...bare, kind: 'slack' });
    const later = await open(options);
    expect(await later.uploadSessions.get('f1')).toEqual(session);
    expect(await later.webhooks.get('зулип')).toMatchObject(hook);
    const { updatedMs: _, ...listed } = (await later.webhooks.list())[0] ?? { updatedMs: 0 };
    expect(listed).toEqual(bare);
    expect(await later.webhooks.list()).toHaveLength(2);
    for (const table of ['upload_sessions', 'webhooks']) {
      const rows = await runSql(options, `select * from ${table}`);
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain('canary');
    }
    await uploadSessions.remove('f1');
    expect(await uploadSessions.get('f1')).toBeUndefined();
    expect(await webhooks.remove('зулип')).toBe(true);
    expect(await webhooks.get('зулип')).toBeUndefined();
    expect(await webhooks.remove('зулип')).toBe(false);
  });

  test('a sealed address moved to another row does not open, and a lost key is named', async () => {
    const options = await newOptions();
    const { uploadSessions } = await open(options);
    const session = { sessionUrl: 'https://up.example/1', sizeBytes: 1, sha256: 'ab' };
    await uploadSessions.put('f1', session);
    await uploadSessions.put('f2', session);
    await runSql(
      options,
      `update upload_sessions set sealed = (select sealed from upload_sessions where file_id = 'f2') where file_id = 'f1'`,
    );
    await expect(uploadSessions.get('f1')).rejects.toMatchObject({ type: 'ConfigInvalid' });
    expect(await readFile(options.keyFile ?? '', 'utf8')).not.toBe('');
    await rm(options.keyFile ?? '');
    const { webhooks } = await open(options);
    const put = webhooks.put({ name: 'a', kind: 'generic', url: 'https://x.example', rooms: [], events: [] });
    await expect(put).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringContaining('does not exist') as string,
    });
  });

  test('no-signal pictures are those of the room and of all rooms, pixel by pixel', async () => {
    const { noSignalPictures } = await open();
    const pixels = Uint8Array.from({ length: 6912 }, (_, index) => index % 256);
    await noSignalPictures.put({ id: 'all', pixels: new Uint8Array(6912) });
    await noSignalPictures.put({ id: 'all', pixels });
    await noSignalPictures.put({ id: 'own', roomId: '504', pixels: new Uint8Array(6912) });
    await noSignalPictures.put({ id: 'strange', roomId: '505', pixels });
    const own = await noSignalPictures.listFor('504');
    expect(own.map(({ id, roomId }) => [id, roomId])).toEqual([
      ['all', undefined],
      ['own', '504'],
    ]);
    expect(own[0]?.pixels).toEqual(pixels);
    expect(await noSignalPictures.list()).toHaveLength(3);
    expect(await noSignalPictures.remove('all')).toBe(true);
    expect(await noSignalPictures.remove('all')).toBe(false);
  });

  test('a course code is replaced, listed in order and removed', async () => {
    const { courseCodes } = await open();
    await courseCodes.put('МА-2', '12');
    await courseCodes.put('МА-1', '10');
    await courseCodes.put('МА-1', '11');
    expect(await courseCodes.get('МА-1')).toBe('11');
    expect(await courseCodes.get('ма-1')).toBeUndefined();
    expect(await courseCodes.list()).toEqual([
      { code: 'МА-1', courseId: '11' },
      { code: 'МА-2', courseId: '12' },
    ]);
    expect(await courseCodes.remove('МА-1')).toBe(true);
    expect(await courseCodes.remove('МА-1')).toBe(false);
  });
});
