// What a camera row may hold.
import { describe, expect, test } from 'vitest';
import { cameraColumns, cameraDocument, cameraId, cameraRow } from '../../src/contract/camera.ts';

const live = { id: 'cam-1', liveUrl: 'rtsp://10.0.0.1/s' };
const accepts = (row: Record<string, unknown>) => cameraRow.safeParse(row).success;

test.each(['cam-1', '77-1234', 'Зал 3', 'a', 'A.b_c-d', '摄像头1', 'x'.repeat(120), '7'])(
  '%s is a camera id',
  (id) => {
    expect(cameraId.safeParse(id).success).toBe(true);
  },
);

test.each([
  '',
  '../x',
  'a/b',
  'a\\b',
  'a\nb',
  'a\0b',
  "a'b",
  'a"b',
  '-rf',
  '.hidden',
  ' a',
  'a ',
  'a.',
  '🎥'.repeat(75),
  'x'.repeat(121),
  'я'.repeat(61),
  'a\u202eb',
  '\ud800',
])('%j is no camera id', (id) => {
  expect(cameraId.safeParse(id).success).toBe(false);
});

describe('a row', () => {
  test('needs an id and one source; the rest has defaults', () => {
    expect(cameraRow.parse(live)).toEqual({ ...live, timeZone: 'UTC', tags: [], enabled: true });
    expect(accepts({ id: 'cam-1' })).toBe(false);
    expect(accepts({ liveUrl: 'rtsp://h/s' })).toBe(false);
  });

  test('has archive kind and archive URL together or not at all', () => {
    const archiveUrl = 'https://h/{externalId}/{startUnix}.flv';
    expect(accepts({ id: 'a', archiveKind: 'http', archiveUrl })).toBe(true);
    expect(accepts({ id: 'a', archiveUrl })).toBe(false);
    expect(accepts({ ...live, archiveKind: 'http' })).toBe(false);
    expect(accepts({ ...live, archiveKind: 'ftp', archiveUrl })).toBe(false);
  });

  test('holds no unknown field', () => {
    expect(accepts({ ...live, password: 'x' })).toBe(false);
  });

  test.each(['rtsp://u:p@h/s', 'rtsp://u@h/s', 'rtsp://:p@h/s', 'rtsp://a@b@h/s'])(
    'refuses credentials in %s',
    (liveUrl) => {
      expect(accepts({ id: 'a', liveUrl })).toBe(false);
    },
  );

  test('may hold an @ where it is no credential', () => {
    expect(accepts({ id: 'a', liveUrl: 'http://h/stream@hd?x=a@b' })).toBe(true);
  });

  test.each(['Europe/Moscow', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3', '+03:00', '-09:30'])(
    'takes the zone %s',
    (timeZone) => expect(accepts({ ...live, timeZone })).toBe(true),
  );

  test.each(['', 'Europe/', '+3', '+25:00', '../etc', 'Europe/Mos cow', '3'])(
    'refuses the zone %j',
    (timeZone) => {
      expect(accepts({ ...live, timeZone })).toBe(false);
    },
  );

  test.each([['a;b'], ['x'.repeat(61)], [''], ['a\nb']])('refuses the tag %j', (tag) => {
    expect(accepts({ ...live, tags: [tag] })).toBe(false);
  });

  test('refuses names with line breaks and half characters', () => {
    expect(accepts({ ...live, name: 'a\nb' })).toBe(false);
    expect(accepts({ ...live, name: 'a\ud800' })).toBe(false);
    expect(accepts({ ...live, name: 'Зал «А» 🎥 "x"' })).toBe(true);
  });
});

test('a camera document has a place for whether credentials exist, and none for credentials', () => {
  const shown = {
    ...cameraRow.parse(live),
    hasCredentials: true,
    revision: 3,
    updatedAt: '2026-09-13T08:00:00Z',
  };
  expect(cameraDocument.parse(shown)).toEqual(shown);
  expect(cameraDocument.safeParse({ ...shown, password: 'x' }).success).toBe(false);
});

test('the columns of an import are those that are documented', () => {
  expect(cameraColumns.join(',')).toBe(
    'id,name,region,station,time_zone,live_url,archive_kind,archive_url,external_id,tags,enabled',
  );
});
