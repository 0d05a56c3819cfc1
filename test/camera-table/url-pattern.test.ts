// URL templates: every value in its place, and no way out of it.
import { describe, expect, test } from 'vitest';
import { cameraId } from '../../src/contract/camera.ts';
import { isCameraId } from '../../src/camera-table/camera-id.ts';
import { closestNames } from '../../src/camera-table/closest-names.ts';
import { parseRelationName, quoted, readable } from '../../src/camera-table/relation-name.ts';
import { readAddress, urlPattern } from '../../src/camera-table/url-pattern.ts';

const full = 'rtsp://{user}:{password}@{host}:{port}/cam/{channel}?sub={channel}';
const fill = (template: string, values: Record<string, string | null>) =>
  urlPattern(template).fill((name) => values[name] ?? null);
const row = { user: 'admin', password: 'pw', host: '10.0.0.1', port: '554', channel: '1' };

describe('a template', () => {
  test.each(['p@ss:/%#?word', 'пароль 🎥', '{host}', '%40', 'a b+c&d=e', "';--", '[::1]', '\\', ''])(
    'keeps the password %j apart, as it is',
    (password) => {
      expect(fill(full, { ...row, password })).toEqual({
        url: 'rtsp://10.0.0.1:554/cam/1?sub=1',
        credentials: { user: 'admin', password },
        problems: [],
      });
    },
  );

  test.each([
    ['10.0.0.1', 'rtsp://10.0.0.1/x'],
    [' Cam-1.Example ', 'rtsp://cam-1.example/x'],
    ['10.0.0.1/32', 'rtsp://10.0.0.1/x'],
    ['fe80::1', 'rtsp://[fe80::1]/x'],
    ['fe80::1/128', 'rtsp://[fe80::1]/x'],
  ])('writes the host %j as %s', (host, url) => {
    expect(fill('rtsp://{host}/x', { host }).url).toBe(url);
  });

  test.each([
    null,
    '',
    'a b',
    'evil@host',
    'host:80',
    'host/../x',
    '0x7f.1',
    '127.1',
    'host\n',
    'хост',
    '10.0.0.1/24',
  ])('refuses the host %j', (host) => {
    const { url, problems } = fill('rtsp://{host}:554/x', { host });
    if (host === 'host\n') expect(url).toBe('rtsp://host:554/x');
    else expect([url, problems.map(({ name }) => name)]).toEqual([undefined, ['host']]);
  });

  test.each(['0', '65536', '-1', '554a', '5 54', '0554', '1e3', '554.0'])('refuses the port %j', (port) => {
    expect(fill(full, { ...row, port }).problems).toEqual([
      { name: 'port', message: 'is no port from 1 to 65535' },
    ]);
  });

  test('without a port in the row leaves it to the scheme, and without a login asks for none', () => {
    expect(fill(full, { host: 'h', channel: '2' })).toEqual({ url: 'rtsp://h/cam/2?sub=2', problems: [] });
  });

  test.each([
    ['rtsp://{host}/{path}', '/live/ch 1?x=1', 'rtsp://h/live/ch%201?x=1'],
    ['rtsp://{host}{path}', 'live/ch1', 'rtsp://h/live/ch1'],
    ['rtsp://{host}/{other}', 'a/../b?c#d', 'rtsp://h/a%2F..%2Fb%3Fc%23d'],
    ['rtsp://{host}/{path}', null, 'rtsp://h/'],
  ])('%s with %j is %s', (template, value, url) => {
    expect(fill(template, { host: 'h', path: value, other: value }).url).toBe(url);
  });

  test.each(['..', '../x', 'a#b', 'a%zz', 'a\u0000b', 'a\\b'])('refuses the path %j', (path) => {
    expect(fill('rtsp://{host}/{path}', { host: 'h', path }).problems).toHaveLength(1);
  });

  test.each([
    ['control characters in a login', { ...row, user: 'a\nb' }, 'user'],
    ['an empty value that its place needs', { ...row, channel: ' ' }, 'channel'],
    ['an encoded control character', { ...row, channel: 'a\nb' }, 'url'],
  ])('refuses %s', (_, values, name) => {
    expect(new Set(fill(full, values).problems.map((problem) => problem.name))).toEqual(new Set([name]));
  });

  test.each([
    ['ftp://{host}/x', /begins with none of rtsp:/],
    ['file:///etc/passwd', /begins with none of rtsp:/],
    ['{scheme}://{host}/', /form scheme/],
    ['rtsp://{host/x', /brace/],
    ['rtsp://{host}/a#b', /fragment/],
    ['rtsp://{host}:99999/x', /port/],
    ['rtsp://admin:CANARY@{host}/x', /a password stands in it/],
  ])('%s is refused when the map is made', (template, message) => {
    expect(() => urlPattern(template)).toThrow(message);
    expect(() => urlPattern(template)).not.toThrow(/CANARY/);
  });
});

test.each([
  ['rtsp://u:p%40@h/x', { url: 'rtsp://h/x', credentials: { user: 'u', password: 'p@' } }],
  ['rtsp://h/x', { url: 'rtsp://h/x', credentials: { user: 'beside', password: 'CANARY' } }],
])('of a whole address %s, its own credentials win over those beside it', (text, read) => {
  expect(readAddress(text, { user: 'beside', password: 'CANARY' })).toEqual({ ...read, problems: [] });
});

test.each([
  'ftp://u:CANARY-9@h/x',
  'rtsp://u:CANARY-9/x@h/x',
  'rtsp://u:CANARY-9%zz@h/x',
  'http://h/x?user=u&password=CANARY-9',
  'rtsp://u:CANARY-9%0A@h/x',
  'CANARY-9://',
])('a whole address that is refused shows no password: %s', (text) => {
  const { url, problems } = readAddress(text);
  expect([url, problems.length]).toEqual([undefined, 1]);
  if (text !== 'CANARY-9://') expect(JSON.stringify(problems)).not.toContain('CANARY-9');
});

test('camera ids of the table are those that the inventory takes', () => {
  const ids = [
    '1',
    'cam-1',
    'Зал 1',
    'a.b_c',
    '',
    ' a',
    'a ',
    '.a',
    'a/b',
    'a\n',
    '-a',
    'a.',
    'é'.repeat(60),
    'é'.repeat(61),
    'x'.repeat(121),
  ];
  expect(ids.map(isCameraId)).toEqual(ids.map((id) => cameraId.safeParse(id).success));
});

test.each([
  ['cameras', { name: 'cameras' }, '"cameras"', 'cameras'],
  ['public.Cams', { schema: 'public', name: 'Cams' }, '"public"."Cams"', 'Cams'],
  ['"a.b"."c""d"', { schema: 'a.b', name: 'c"d' }, '"a.b"."c""d"', '"a.b"."c""d"'],
  [
    '"x""; drop table y; --"',
    { name: 'x"; drop table y; --' },
    '"x""; drop table y; --"',
    '"x""; drop table y; --"',
  ],
])('the table name %s is read and quoted', (text, name, sql, shown) => {
  expect(parseRelationName(text)).toEqual(name);
  expect([quoted(name), readable(name)]).toEqual([sql, shown]);
});

test('the names most like the one asked for come first', () => {
  expect(closestNames('camra_id', ['name', 'ip', 'camera_id', 'id'])[0]).toBe('camera_id');
});
