// The closed grammar of source addresses, their credentials and their templates.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './sample.ts';
import { isFault } from '../../src/domain/fault.ts';
import {
  expandTemplate,
  parseSourceUrl,
  serializeUrl,
  type SourceUrl,
  stripCredentials,
  templatePlaceholders,
  withCredentials,
} from '../../src/domain/url.ts';

const fault = (type: 'ForbiddenUrl' | 'InputInvalid' | 'UnsafeName') =>
  expect.toSatisfy((error) => isFault(error, type), `a Fault ${type}`);

describe('parseSourceUrl', () => {
  test.each<[string, SourceUrl]>([
    ['rtsp://cam.local/live', { scheme: 'rtsp', host: 'cam.local', path: '/live', query: '' }],
    ['RTSP://Cam.LOCAL:8554', { scheme: 'rtsp', host: 'cam.local', port: 8554, path: '', query: '' }],
    [
      'rtsp://admin:p%40ss%3A%2F%25%23@10.0.0.7:554/cam?channel=1&subtype=0',
      {
        scheme: 'rtsp',
        host: '10.0.0.7',
        port: 554,
        path: '/cam',
        query: 'channel=1&subtype=0',
        user: 'admin',
        password: 'p@ss:/%#',
      },
    ],
    [
      'rtsp://admin:p@ss@cam/1',
      { scheme: 'rtsp', host: 'cam', path: '/1', query: '', user: 'admin', password: 'p@ss' },
    ],
    [
      'rtsp://admin:a:b@cam/1',
      { scheme: 'rtsp', host: 'cam', path: '/1', query: '', user: 'admin', password: 'a:b' },
    ],
    ['https://token@host/x', { scheme: 'https', host: 'host', path: '/x', query: '', user: 'token' }],
    ['http://[2001:DB8::1]:80/a', { scheme: 'http', host: '[2001:db8::1]', port: 80, path: '/a', query: '' }],
    ['http://h/a b/é?q=ü', { scheme: 'http', host: 'h', path: '/a%20b/%C3%A9', query: 'q=%C3%BC' }],
    ['file:///archive/cam-1/1.flv', { scheme: 'file', host: '', path: '/archive/cam-1/1.flv', query: '' }],
    ['rtsp://@cam/1', { scheme: 'rtsp', host: 'cam', path: '/1', query: '' }],
    ['http://h/x@y:z', { scheme: 'http', host: 'h', path: '/x@y:z', query: '' }],
  ])('reads %s', (text, url) => {
    expect(parseSourceUrl(text)).toEqual(url);
    expect(parseSourceUrl(serializeUrl(url))).toEqual(url);
  });

  test.each([
    '',
    'cam.local/live',
    '//cam/live',
    'ftp://h/x',
    'javascript://h/x',
    'concat:a|b',
    'subfile,,start,0,,:x',
    'rtsp:/h/x',
    'rtsp://',
    'rtsp:///x',
    'rtsp://h/\nx',
    'rtsp://h/\0',
    ' rtsp://h/x',
    'rtsp://h\\@evil/x',
    'http://good\\.evil/x',
    'rtsp://-oProxyCommand=x/y',
    'rtsp://-h/x',
    'rtsp://h-/x',
    'rtsp://a..b/x',
    'rtsp://.a/x',
    'rtsp://a./x',
    'rtsp://h:/x',
    'rtsp://h:0/x',
    'rtsp://h:65536/x',
    'rtsp://h:0554/x',
    'rtsp://h:5x/x',
    'rtsp://u:pa/ss@h/x',
    'rtsp://u:pa?ss@h/x',
    'rtsp://u:pa#ss@h/x',
    'rtsp://u:p%zz@h/x',
    'rtsp://u:p%@h/x',
    'rtsp://u:%ff@h/x',
    'http://2130706433/x',
    'http://127.1/x',
    'http://0177.0.0.1/x',
    'http://0x7f.0.0.1/x',
    'http://127.0.0.0x1/x',
    'http://256.1.1.1/x',
    'http://1.2.3.4.5/x',
    'http://127.0.0.1./x',
    'http://１２７.0.0.1/x',
    'http://ⓔvil/x',
    'http://h%2eevil/x',
    'http://[::1/x',
    'http://[::1%25eth0]/x',
    'http://[1::2::3]/x',
    'http://[1:2:3]/x',
    'http://[::127.0.0.01]/x',
    'http://h/a/../b',
    'http://h/a/%2e%2E/b',
    'http://h/./b',
    'http://h/a#f',
    'http://h/a%0ab',
    'http://h/a%00',
    'http://h/a%5cb',
    'http://h/%zz',
    'http://h/{id}',
    'file://host/x',
    'file:///',
    'file:///a/',
    'file:///a/../b',
    'file:///a/%2e%2e%2fb',
    'file:///a?b',
    'file://u:p@/x',
    `http://h/${'x'.repeat(5000)}`,
    'http://h/\ud800',
  ])('refuses %j', (text) => {
    expect(() => parseSourceUrl(text)).toThrow(fault('ForbiddenUrl'));
  });

  test('takes only the schemes that are asked for, and shows no password in its refusal', () => {
    expect(() => parseSourceUrl('rtsp://h/x', ['http', 'https'])).toThrow(/not one of http, https/);
    for (const text of [
      'ftp://u:hunter22@h/x',
      'rtsp://u:hunter22/z@h/x',
      'rtsp://u:hunter22@h:x/y',
      'rtsp://u:hunter22%@h',
    ]) {
      expect(() => parseSourceUrl(text)).toThrow(fault('ForbiddenUrl'));
      expect(() => parseSourceUrl(text)).not.toThrow(/hunter22/);
    }
  });

  test('reads back what it writes, for any parts', () => {
    const label = fc
      .stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
      .filter((text) => !/^(\d+|0x[0-9a-f]*)$/.test(text));
    const host = fc.oneof(
      fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')),
      fc.ipV4(),
    );
    const secret = fc.string({ unit: 'grapheme', maxLength: 20 });
    const url = fc.record({
      scheme: fc.constantFrom('rtsp', 'rtsps', 'http', 'https'),
      host,
      path: fc.webPath().filter((path) => !/\/\.{1,2}(\/|$)|%(0|1|7f|5c)|\/%2e/i.test(path)),
      query: fc.webQueryParameters(),
      port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
      credentials: fc.option(fc.record({ user: secret.filter((text) => text !== ''), password: secret }), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(url, ({ credentials, port, ...parts }) => {
        const whole = { ...parts, ...(port === undefined ? {} : { port }), ...credentials } as SourceUrl;
        const text = serializeUrl(whole);
        expect(parseSourceUrl(text)).toEqual(whole);
        expect(serializeUrl(parseSourceUrl(text))).toBe(text);
        const { url: bare, credentials: taken } = stripCredentials(text);
        expect(taken).toEqual(credentials);
        expect(parseSourceUrl(bare)).not.toHaveProperty('password');
        expect(withCredentials(bare, taken)).toBe(text);
      }),
      sample(1000),
    );
  });

  test('whatever it accepts is one host, as the platform reads it too', () => {
    const part = fc.constantFrom(
      'http',
      '://',
      '@',
      ':',
      '/',
      '?',
      '#',
      '%',
      '\\',
      'a',
      'evil',
      '127.0.0.1',
      '[::1]',
      '.',
      '80',
      '-',
      '\t',
      '%40',
      '0x7f',
      'é',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const text = `http://${parts.join('')}`;
        let parsed: SourceUrl;
        try {
          parsed = parseSourceUrl(text, ['http']);
        } catch (error) {
          expect(isFault(error, 'ForbiddenUrl')).toBe(true);
          return;
        }
        const platform = new URL(serializeUrl(parsed));
        expect(platform.hostname).toBe(parsed.host);
        expect(decodeURIComponent(platform.password)).toBe(parsed.password ?? '');
        expect(platform.port).toBe(
          parsed.port === undefined || parsed.port === 80 ? '' : String(parsed.port),
        );
      }),
      sample(3000),
    );
  });
});

describe('stripCredentials', () => {
  test.each([
    ['rtsp://u:p%23@h/x', 'rtsp://h/x', { user: 'u', password: 'p#' }],
    [
      'http://u:p@h:81/{id}?from={startUnix}',
      'http://h:81/{id}?from={startUnix}',
      { user: 'u', password: 'p' },
    ],
    ['http://u@{externalId}.nvr/x', 'http://{externalId}.nvr/x', { user: 'u', password: '' }],
    ['http://:p@h/x', 'http://h/x', { user: '', password: 'p' }],
    ['http://h/x', 'http://h/x', undefined],
    ['file:///a/{id}.flv', 'file:///a/{id}.flv', undefined],
  ])('takes the credentials off %s', (text, url, credentials) => {
    expect(stripCredentials(text)).toEqual(credentials === undefined ? { url } : { url, credentials });
  });

  test('refuses what has two readings', () => {
    for (const text of ['rtsp://u:a/b@h/x', 'rtsp://u:12/b@h', 'rtsp://u:a#b@h/x']) {
      if (text.includes(':12/')) expect(stripCredentials(text).url).toBe(text);
      else expect(() => stripCredentials(text)).toThrow(fault('ForbiddenUrl'));
    }
  });
});

describe('expandTemplate', () => {
  const values = {
    id: 'cam/1 é',
    externalId: 77,
    startUnix: 1_789_275_600,
    startAt: '2026-09-13T08:00:00+03:00',
    hh: '08',
  };
  test('fills placeholders with encoded values', () => {
    expect(expandTemplate('http://h/{id}/{externalId}?t={startUnix}&a={startAt}&h={hh}&h={hh}', values)).toBe(
      'http://h/cam%2F1%20%C3%A9/77?t=1789275600&a=2026-09-13T08%3A00%3A00%2B03%3A00&h=08&h=08',
    );
  });
  test.each([
    ['http://h/{camera}', 'InputInvalid'],
    ['http://h/{}', 'InputInvalid'],
    ['http://h/{id', 'InputInvalid'],
    ['http://h/id}', 'InputInvalid'],
    ['http://h/{{id}}', 'InputInvalid'],
    ['http://h/{constructor}', 'InputInvalid'],
    ['http://h/{mm}', 'InputInvalid'],
  ] as const)('refuses %s', (template, type) => {
    expect(() => expandTemplate(template, values)).toThrow(fault(type));
  });
  test('refuses values that are dot segments', () => {
    expect(() => expandTemplate('http://h/{id}/x', { id: '..' })).toThrow(fault('UnsafeName'));
  });
  test('lists the placeholders of a template', () => {
    expect(templatePlaceholders('http://h/{id}/{startUnix}')).toEqual(['id', 'startUnix']);
  });
  test('no value leaves its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (id) => {
        fc.pre(!/^\.{1,2}$/.test(id));
        const text = expandTemplate('http://host/a/{id}/b?c={id}', { id });
        expect(text).toMatch(/^http:\/\/host\/a\/[A-Za-z0-9%._~-]+\/b\?c=[A-Za-z0-9%._~-]+$/);
      }),
      sample(100),
    );
  });
});
