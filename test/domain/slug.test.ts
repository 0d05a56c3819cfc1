// Names as path segments: always one, always safe, never shared by two names.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from './sample.ts';
import { coveragePath, gapReportPath, mergedName, mergedPath, segmentPath } from '../../src/domain/names.ts';
import { cutIntoSegments, segmentStem } from '../../src/domain/segment.ts';
import { sha256Hex } from '../../src/domain/sha256.ts';
import { slugOf } from '../../src/domain/slug.ts';
import { utf8Bytes } from '../../src/domain/utf8.ts';
import { parseLocalWindow } from '../../src/domain/window.ts';

const hostile = [
  '',
  '.',
  '..',
  '../../etc/passwd',
  '%2e%2e%2f',
  'a/b',
  'a\\b',
  'a\0b',
  'line\nbreak',
  "it's",
  "x'\nfile '/etc/passwd",
  '-rf',
  '.hidden',
  ' lead',
  'trail ',
  'trail.',
  'CON',
  'con.txt',
  'COM1',
  'lpt9.x',
  'nul',
  '\u202eevil',
  '\ud800',
  '\udfff',
  '😀'.repeat(75),
  'я'.repeat(200),
  'e\u0301',
  'cam-0123456789abcdef',
  '~user',
  '$(reboot)',
  '`id`',
  '*',
  'a:b',
  'a|b',
  '\u00a0',
  'x'.repeat(121),
];

function expectOneSafeSegment(slug: string): void {
  expect(slug).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N} ._-]*$/u);
  expect(slug).not.toMatch(/[ .]$/);
  expect(slug).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
  expect(slug.normalize('NFC')).toBe(slug);
  const bytes = Buffer.byteLength(slug);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(120);
}

describe('slugOf', () => {
  test.each([
    'cam-1',
    '77-1234',
    'a',
    'Room 12',
    'Кабинет 3',
    'x.y_z-1',
    '_private',
    'a..b',
    'x'.repeat(120),
    '123-12345678',
  ])('leaves %s as it is', (name) => expect(slugOf(name)).toBe(name));

  test.each(hostile)('makes one safe segment of %j', (name) => {
    const slug = slugOf(name);
    expectOneSafeSegment(slug);
    expect(slug).not.toBe(name);
    expect(slug).toMatch(/-[0-9a-f]{16}$/);
  });

  test('gives the hostile names slugs of their own', () => {
    expect(new Set(hostile.map(slugOf)).size).toBe(hostile.length);
  });

  test('is safe for any text, and no two names share a slug', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom(...'./\\-_ ~aA1%\n\0é\u0301😀'), maxLength: 12 }),
      fc.constantFrom(...hostile, 'con', 'a', 'A'),
      fc.constantFrom(...hostile).map(slugOf),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 20 }), (names) => {
        const slugs = names.map(slugOf);
        slugs.forEach(expectOneSafeSegment);
        expect(new Set(slugs).size).toBe(names.length);
      }),
      sample(1000),
    );
  });

  test('does not depend on when it is asked', () => {
    expect(slugOf('камера/1')).toBe(slugOf('камера/1'));
    expect(slugOf('камера/1')).toMatch(/^камера_1-[0-9a-f]{16}$/);
  });
});

describe('sha256Hex', () => {
  test('agrees with the platform for every length around block edges', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Array.from({ length }, (_, index) => (index * 7 + length) & 255);
      expect(sha256Hex(bytes)).toBe(createHash('sha256').update(Uint8Array.from(bytes)).digest('hex'));
    }
  });
});

test('utf8Bytes agrees with the platform for well-formed text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(utf8Bytes(text)).toEqual([...Buffer.from(text)]);
    }),
    sample(100),
  );
});

describe('names of files', () => {
  const window = parseLocalWindow('07:45-20:00');
  test('carry the window, the part and the length', () => {
    const key = { cameraId: 'cam-1', date: '2026-09-13', window };
    expect(mergedName(key)).toBe('cam-1-2026-09-13-0745-2000.mp4');
    expect(mergedPath({ ...key, part: 2 })).toBe('merged/cam-1/cam-1-2026-09-13-0745-2000.part2.mp4');
    expect(segmentPath({ cameraId: 'cam-1', startUnix: 1_789_275_600, seconds: 900 }, 'flv')).toBe(
      'downloaded/cam-1/cam-1-1789275600.flv',
    );
    expect(segmentStem({ cameraId: 'cam-1', startUnix: 1_789_275_600, seconds: 60 })).toBe(
      'cam-1-1789275600-60s',
    );
    expect(gapReportPath('a.flv')).toBe('a.flv.gapreport.json');
    expect(coveragePath('a.mp4')).toBe('a.mp4.coverage.json');
  });

  test('stay in place and below 255 bytes for any camera', () => {
    for (const cameraId of hostile) {
      const path = coveragePath(mergedPath({ cameraId, date: '2026-09-13', window, part: 12 }));
      expect(path.split('/')).toHaveLength(3);
      expect(Buffer.byteLength(path.split('/')[2]!)).toBeLessThan(255);
      expect(segmentPath({ cameraId, startUnix: 1, seconds: 1 }, 'ts').split('/')).toHaveLength(3);
      expect(segmentStem({ cameraId, startUnix: 1, seconds: 1 })).not.toMatch(/[/\n'\0]/);
    }
  });
});

test('cutIntoSegments tiles a window, the last piece shorter', () => {
  expect(cutIntoSegments({ startMs: 0, endMs: 2_000_000 }, 900)).toEqual([
    { startUnix: 0, seconds: 900 },
    { startUnix: 900, seconds: 900 },
    { startUnix: 1800, seconds: 200 },
  ]);
  expect(cutIntoSegments({ startMs: 5000, endMs: 5000 }, 900)).toEqual([]);
});
