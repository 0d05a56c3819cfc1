// Redaction: no secret survives in any spelling, plain text stays, and time grows with the length of the text only.
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './sample.ts';
import { redactText, redactUrl } from '../../src/domain/url.ts';

describe('redactText', () => {
  test.each([
    ['rtsp://admin:secret@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://admin:p@ss@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://admin:pa/ss@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://admin:12/34@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://admin:pa?ss#x@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://admin:pa ss@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://admin:p"q@cam/1', 'rtsp://***@cam/1'],
    ['rtsp://admin:sec', 'rtsp://***'],
    [
      "[rtsp @ 0x55] Error opening 'rtsp://a:b@h:554/x': Invalid data",
      "[rtsp @ 0x55] Error opening 'rtsp://***@h:554/x': Invalid data",
    ],
    ['from rtsp://a:b@h1/x to rtsp://c:d@h2/y', 'from rtsp://***@h1/x to rtsp://***@h2/y'],
    [
      '{"url":"rtsp://a:b@h1/x","mail":"me@example.org"}',
      '{"url":"rtsp://***@h1/x","mail":"me@example.org"}',
    ],
    ['https://TOKEN@host/x', 'https://***@host/x'],
    ['?url=rtsp%3A%2F%2Fa%3Ab%40h%2Fx&y=1', '?url=rtsp%3A%2F%2F***%40h%2Fx&y=1'],
    ['?url=rtsp%253A%252F%252Fa%253Ab%2540h%252Fx', '?url=rtsp%253A%252F%252F***%2540h%252Fx'],
    ['http://h/x?token=abcdef&n=1', 'http://h/x?token=***&n=1'],
    ['http://h/x?user=a&PassWord=abc#f', 'http://h/x?user=a&PassWord=***#f'],
    ['http://h/s/user=admin_password=abc_channel=1', 'http://h/s/user=admin_password=***'],
    ['Authorization: Basic YWRtaW46c2VjcmV0', 'Authorization: Basic ***'],
    ['authorization: Digest username="a", response="b"\nnext', 'authorization: Digest ***\nnext'],
  ])('hides the credentials of %j', (text, shown) => {
    expect(redactText({ text })).toBe(shown);
    expect(redactText({ text: shown })).toBe(shown);
  });

  test.each([
    'rtsp://cam.local:554/live?channel=1&subtype=0',
    'http://127.0.0.1:9997/v3/paths/get/cam@1',
    'http://[::1]:80/a@b',
    'https://www.example.org/calendars/abc@group.example.org/events',
    'see http://127.0.0.1:8233. Then (http://localhost:8080), or http://host:80: done',
    'me@example.org wrote: a://',
    'http://{host}/x and 50% of :// nothing',
    '',
  ])('leaves %j as it is', (text) => {
    expect(redactText({ text, secrets: ['', 'ab', 'not there at all'] })).toBe(text);
  });

  test.each([
    ['as it is', (secret: string) => secret],
    ['percent-encoded', (secret: string) => encodeURIComponent(secret)],
    ['percent-encoded in lower case', (secret: string) => encodeURIComponent(secret).toLowerCase()],
    [
      'every byte encoded',
      (secret: string) => [...Buffer.from(secret)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join(''),
    ],
    ['encoded twice', (secret: string) => encodeURIComponent(encodeURIComponent(secret))],
    ['JSON', (secret: string) => JSON.stringify(secret)],
    ['Base64', (secret: string) => Buffer.from(secret).toString('base64')],
    ['Basic credentials', (secret: string) => Buffer.from(`admin:${secret}`).toString('base64')],
    [
      'Basic credentials of another user',
      (secret: string) => Buffer.from(`me:${secret}`).toString('base64url'),
    ],
  ])('hides a given secret %s', (_, spell) => {
    const secret = 'pÄss@w:/%#"\\word';
    const shown = redactText({ text: `before ${spell(secret)} after`, secrets: [secret] });
    expect(shown).toContain('***');
    expect(shown).not.toContain(spell(secret));
    expect(shown).toMatch(/^before .* after$/);
    expect(shown.length).toBeLessThan(40);
  });

  test('hides overlapping and repeated secrets as one', () => {
    expect(redactText({ text: 'xababaxaba', secrets: ['aba'] })).toBe('x***x***');
    expect(redactText({ text: 'onetwo two', secrets: ['one', 'two'] })).toBe('*** ***');
  });

  test('lets no part of a password through, whatever it is made of', () => {
    const chunk = fc.constantFrom(
      '@',
      ':',
      '/',
      '%',
      '#',
      '?',
      '&',
      '=',
      'é',
      '密',
      '😀',
      'Zq7',
      'w%41',
      '%40',
      "'",
      '"',
      '://',
      'x.y',
      '12',
    );
    const password = fc
      .array(chunk, { minLength: 1, maxLength: 6 })
      .map((chunks) => `Kx9${chunks.join('')}Wv8`);
    const frame = fc.constantFrom<[string, string]>(
      ['', ''],
      ["Error opening 'rtsp://", "@cam.local:554/live': Invalid data"],
      ['{"input":"rtsps://', '@10.0.0.1/x","n":1}'],
      ['a http://h/1 b rtsp://', '@h/x and http://u:Kx9@h2/y'],
      ['http://u@x.org:80/ rtsp://', '@h\nnext line'],
    );
    const user = fc.constantFrom('', 'admin:', 'us%40er:', 'Zq7@x:', 'a/b:');
    fc.assert(
      fc.property(frame, user, password, fc.boolean(), ([before, after], name, secret, isKnown) => {
        fc.pre(name !== '' || isKnown);
        fc.pre(before !== '' || isKnown);
        // A bare quote ends an address in free text; such a password is hidden where it is known.
        fc.pre(isKnown || !secret.includes('"'));
        const text = `${before}${name}${secret}${after}`;
        const shown = redactText({ text, secrets: isKnown ? [secret] : [] });
        expect(shown).not.toContain('Kx9');
        expect(shown).not.toContain('Wv8');
      }),
      sample(3000),
    );
  });

  test('hides a known secret in any mixture of bare and encoded characters', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(
        secret,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }),
        (text, how) => {
          const characters = [...text];
          fc.pre(!text.includes('*') && text.length >= 4);
          const spelled = characters.map((character, index) => {
            const escaped = [...Buffer.from(character)]
              .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
              .join('');
            const choice = how[index % how.length];
            if (choice === 0) return character === '%' ? escaped : character;
            if (choice === 1) return escaped;
            if (choice === 2) return escaped.toUpperCase();
            return encodeURIComponent(escaped);
          });
          const shown = redactText({ text: `<${spelled.join('')}>`, secrets: [text] });
          expect(shown).toBe('<***>');
        },
      ),
      sample(1000),
    );
  });

  test('leaves text without addresses and secrets untouched', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        fc.pre(!/:\/\/|%3a%2f%2f|%253a/i.test(text));
        expect(redactText({ text, secrets: ['never-in-there-0815'] })).toBe(text);
      }),
      sample(100),
    );
  });

  const mebibyte = 1 << 20;
  test.each([
    ['a long line', 'x'.repeat(mebibyte)],
    ['nothing but ://', '://'.repeat(mebibyte / 3)],
    ['schemes without end', 'a://'.repeat(mebibyte / 4)],
    ['broken ports on one line', 'a://b:x '.repeat(mebibyte / 8)],
    ['at signs', `a://${'@'.repeat(mebibyte)}`],
    ['query keys', `a://h/?${'password='.repeat(mebibyte / 9)}`],
    ['almost query keys', `a://h/?${'_pass'.repeat(mebibyte / 5)}`],
    ['authorization', 'authorization: '.repeat(mebibyte / 15)],
    ['authorization headers', 'authorization: basic '.repeat(mebibyte / 21)],
    ['percent signs', '%'.repeat(mebibyte)],
    ['escapes of escapes', '%25'.repeat(mebibyte / 3)],
    ['encoded addresses', '%3A%2F%2Fa%3Ab'.repeat(mebibyte / 14)],
    ['almost the secret', 'a'.repeat(mebibyte)],
    ['the secret over and over', 'zzz'.repeat(mebibyte / 3)],
    ['punctuation after a host', `a://h${')'.repeat(mebibyte)}x`],
  ])('redacts 1 MiB of %s in linear time', (_, text) => {
    const secrets = [`${'a'.repeat(60)}b`, 'zzz'];
    redactText({ text: text.slice(0, 65_536), secrets });
    const startedMs = performance.now();
    redactText({ text, secrets });
    const elapsedMs = performance.now() - startedMs;
    // 50 ms on an idle core; a quadratic step would take minutes.
    expect(elapsedMs).toBeLessThan(1000);
  });
});

test('redactUrl shows where an address leads and not with what', () => {
  expect(redactUrl('rtsp://u:p@h:554/x?a=1')).toBe('rtsp://***@h:554/x?a=1');
  expect(redactUrl('http://h/x')).toBe('http://h/x');
});
