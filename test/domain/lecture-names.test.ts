// File names of lectures for names of every kind, and the titles of their chapters.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lectureChapters } from '../../src/domain/chapters.ts';
import { lectureFileNames, lecturePath } from '../../src/domain/lecture-names.ts';
import { sample } from './sample.ts';

const mainOf = (name: string): string =>
  lectureFileNames({ name, startLocal: '10:10', endLocal: '11:40', date: '2026-09-14' }).main;

describe('lectureFileNames', () => {
  test('are those of NVR Merger without colons', () => {
    const hours = { startLocal: '10:10', endLocal: '11:40', date: '2026-09-14' };
    expect(lectureFileNames({ ...hours, name: 'Теория графов 2' })).toEqual({
      main: 'Теория_графов_2_10-10_11-40.mp4',
      backup: 'Теория_графов_2_10-10_11-40_backup.mp4',
      poster: 'Теория_графов_2_10-10_11-40_poster.jpg',
      thumbnails: 'Теория_графов_2_10-10_11-40_thumbnails.jpg',
    });
  });

  test.each([
    ['a slash', 'Сети/лаб. 3', /^Сети_лаб._3-[0-9a-f]{16}_10-10_11-40\.mp4$/],
    ['a way out', '../../etc/passwd', /^etc_passwd-[0-9a-f]{16}_/],
    ['a colon and quotes', 'C++: "Введение"', /^C_Введение-[0-9a-f]{16}_/],
    ['an option', '-rf *', /^rf-[0-9a-f]{16}_/],
    ['a hidden file', '.htaccess', /^htaccess-[0-9a-f]{16}_/],
    ['the word of a device', 'nul', /^nul-[0-9a-f]{16}_/],
    ['nothing but an emoji', '🎓', /^lecture-2026-09-14-[0-9a-f]{16}_/],
    ['nothing at all', '', /^lecture-2026-09-14-[0-9a-f]{16}_/],
    ['a line break', 'a\nb', /^a_b-[0-9a-f]{16}_/],
  ])('of a name with %s are one harmless path segment', (_, name, pattern) => {
    expect(mainOf(name)).toMatch(pattern);
  });

  test('of a name of 300 bytes fit every file system', () => {
    const names = lectureFileNames({
      name: 'ъ'.repeat(150),
      startLocal: '10:10',
      endLocal: '11:40',
      date: '2026-09-14',
    });
    for (const name of Object.values(names)) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(160);
  });

  test.each([
    ['Теория графов', 'Теория_графов'],
    ['a b', 'a_b'],
    ['a_b', 'a_b/'],
    ['a/b', 'a:b'],
    ['🎓', '🎉'],
  ])('of %s and %s differ', (one, other) => {
    expect(mainOf(one)).not.toBe(mainOf(other));
  });

  test('two names never give the same file, and every file is one path segment', () => {
    const character = fc.constantFrom(...'aA _-./:"\'\\\0é🎓'.match(/./gsu)!);
    const name = fc.array(character, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(mainOf(one)).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*\.mp4$/u);
        if (one !== other) expect(mainOf(one)).not.toBe(mainOf(other));
      }),
      sample(2000),
    );
  });
});

test('a lecture lies under its room and day', () => {
  expect(lecturePath({ roomId: 'Ауд. 101', date: '2026-09-14', fileName: 'a_10-10_11-40.mp4' })).toBe(
    'lectures/Ауд. 101/2026-09-14/a_10-10_11-40.mp4',
  );
  expect(lecturePath({ roomId: '../x', date: '2026-09-14', fileName: 'a.mp4' })).toMatch(
    /^lectures\/x-[0-9a-f]{16}\/2026-09-14\/a\.mp4$/,
  );
});

describe('lectureChapters', () => {
  const slots = [
    { index: 0, fromAt: '2026-09-14T07:10:00Z' },
    { index: 1, fromAt: '2026-09-14T07:30:00Z' },
    { index: 2, fromAt: '2026-09-14T08:00:00Z' },
    { index: 3, fromAt: '2026-09-14T08:30:00Z' },
  ];
  test('begin with each slot and say what is seen, by the clock of the room', () => {
    const chapters = lectureChapters({
      startMs: Date.parse('2026-09-14T07:10:00Z'),
      timeZone: 'Europe/Moscow',
      slots,
      choices: [
        { index: 1, left: 'none', right: 'board' },
        { index: 0, left: 'lecturer', right: 'screen' },
        { index: 2, left: 'lecturer', right: 'screen-still' },
        { index: 3, left: 'none', right: 'filler' },
      ],
    });
    expect(chapters).toEqual([
      { startSeconds: 0, title: '10:10 lecturer and screen' },
      { startSeconds: 1200, title: '10:30 board' },
      { startSeconds: 3000, title: '11:00 lecturer and last picture of the screen' },
      { startSeconds: 4800, title: '11:30 no picture' },
    ]);
  });
});
