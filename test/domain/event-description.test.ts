// Descriptions of events as people, old programs and calendars write them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDescription } from '../../src/domain/event-description.ts';
import { sample } from './sample.ts';

describe('the codes of a description', () => {
  it.each<[string, string[]]>([
    ['поток: БИВ201', ['БИВ201']],
    ['Поток:БИВ201', ['БИВ201']],
    ['ПОТОК :  БИВ201  ', ['БИВ201']],
    ['Лектор: Иванов\nпоток: БИВ201\nhttps://zoom.us/j/1?pwd=a:b', ['БИВ201']],
    ['Лектор: Иванов\r\nПоток: БИВ201\r\n', ['БИВ201']],
    ['Лектор: Иванов<br>поток: БИВ201<br/>Тема: графы', ['БИВ201']],
    ['<p>Лектор: Иванов</p><p>поток: БИВ201</p>', ['БИВ201']],
    ['<html-blob>Лектор: Иванов<br>поток: БИВ201</html-blob>', ['БИВ201']],
    ['<ul><li>поток: БИВ201</li><li>тема: x</li></ul>', ['БИВ201']],
    ['<b>Поток</b>: <i>БИВ201</i>', ['БИВ201']],
    ['<b>Поток:</b>&nbsp;БИВ201', ['БИВ201']],
    ['<span style="color:red">поток</span>: БИВ201', ['БИВ201']],
    ['поток: <a href="https://classroom.google.com/c/1">БИВ201</a>', ['БИВ201']],
    ['поток:\u00a0БИВ201\u200b', ['БИВ201']],
    ['\ufeffпо\u00adток: БИ\u200dВ2\ufeff01', ['БИВ201']],
    ['\u202bпоток: БИВ201\u202c', ['БИВ201']],
    ['поток: БИВ201, БИВ202,БИВ203', ['БИВ201', 'БИВ202', 'БИВ203']],
    ['поток: БИВ201; БИВ202', ['БИВ201; БИВ202']],
    ['поток: , ,БИВ201,,', ['БИВ201']],
    ['поток: БИВ201\nпоток: БИВ202\nкурс: БИВ201', ['БИВ201', 'БИВ202']],
    ['курс: ALG1', ['ALG1']],
    ['Course: ALG1', ['ALG1']],
    ['Courses: ALG1, ALG2', ['ALG1', 'ALG2']],
    ['поток: d:ALG1', ['d:ALG1']],
    ['- поток: ALG1', ['ALG1']],
    ['  * поток: ALG1', ['ALG1']],
    ['• поток: ALG1', ['ALG1']],
    ['поток： ALG1', ['ALG1']],
    ['поток: R&amp;D', ['R&D']],
    ['поток&#58; A&#x41;', ['AA']],
    ['поток: &lt;b&gt;A', ['<b>A']],
    ['поток: &amp;lt;', ['&lt;']],
    ['поток: A&unknown;', ['A&unknown;']],
    ['поток: A\u2028тема: y', ['A']],
    ['поток: и\u0306', ['й']],
    ['поток: a\tb', ['a b']],
    [`поток: ${'x'.repeat(201)}, ALG1`, ['ALG1']],
    ['', []],
    ['поток', []],
    ['поток:', []],
    [': ALG1', []],
    ['мой поток: ALG1', []],
    ['потоки сознания', []],
    ['поток - ALG1', []],
  ])('%j', (text, courses) => {
    expect(readDescription(text).courses).toEqual(courses);
  });

  it.each<[string, string[]]>([
    ['курс: 2', []],
    ['Курс: 2 курс', []],
    ['курс: 1-2', []],
    ['курс: 1–2, бакалавриат', []],
    ['курсы: 3, 4', []],
    ['курс: 2-й', []],
    ['курс: II', []],
    ['курс: 1 маг.', []],
    ['Курс: второй', []],
    ['<b>Курс:</b> 3 курс (бакалавриат)', []],
    ['Course: 2nd year', []],
    ['course: 1 master', []],
    ['курс: 2 курса магистратуры', []],
    ['поток: БИВ201\nкурс: 2', ['БИВ201']],
    ['курс: 2, БИВ201', ['БИВ201']],
    ['курс: 7', ['7']],
    ['курс: 123456789012', ['123456789012']],
    ['курс: 2А', ['2А']],
    ['курс: БПИ-2', ['БПИ-2']],
    ['course: CS 2', ['CS 2']],
    ['курс: Теория графов 2', ['Теория графов 2']],
    // The old form names nothing but codes.
    ['поток: 2', ['2']],
  ])('are not years of study: %j', (text, courses) => {
    expect(readDescription(text).courses).toEqual(courses);
  });

  it('are what the table of courses has, though they look like a year', () => {
    expect(readDescription('курс: 2, 3', new Set(['2'])).courses).toEqual(['2']);
  });

  it('are no more than a lecture takes', () => {
    const codes = Array.from({ length: 50 }, (_, index) => `C${index}`);
    expect(readDescription(`поток: ${codes.join(',')}`).courses).toEqual(codes.slice(0, 20));
  });

  it('are none where nothing is written', () => {
    expect(readDescription(undefined)).toEqual({ courses: [], fields: {} });
  });
});

describe('the fields of a description', () => {
  it.each<[string, Record<string, string>]>([
    ['начало: 10:30', { начало: '10:30' }],
    ['Ссылка: https://zoom.us/j/1', { ссылка: 'https://zoom.us/j/1' }],
    ['https://zoom.us/j/1', {}],
    ['Тема: a\nтема: b', { тема: 'b' }],
    ['1 < 2: true', { '1 < 2': 'true' }],
    ['пусто:', { пусто: '' }],
  ])('%j', (text, fields) => {
    expect(readDescription(text).fields).toEqual(fields);
  });

  it('may have any name without touching what every object has', () => {
    const { fields } = readDescription('__proto__: x\nconstructor: y');
    expect(Object.entries(fields)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('are bounded in number and length', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `k${index}: ${'v'.repeat(50)}`);
    expect(Object.keys(readDescription(lines.join('\n')).fields)).toHaveLength(200);
    expect(readDescription(`k: ${'v'.repeat(60_000)}`).fields.k).toHaveLength(2000);
    expect(readDescription(`${'k'.repeat(101)}: v`).fields).toEqual({});
  });
});

describe('garbage', () => {
  it('of any kind is read without an error, into codes that a lecture can hold', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<', '>', '<br', '<p>', '</', '&#', '&#x110000;', '&#xd800;', ':', ',', 'поток:', '\n'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const code of readDescription(pieces.join('')).courses) {
          expect(code).toMatch(/^[^\p{Cc}]{1,200}$/u);
          expect(code.isWellFormed()).toBe(true);
          expect(code).toBe(code.trim());
        }
      }),
      sample(300),
    );
  });

  it.each(['<', '<a ', '<br', '&#', '&amp', '<!--', '<p <', ' \u00a0', 'x:'])(
    'of %j a million times over is read no further than it may be',
    (piece) => {
      const { courses, fields } = readDescription(`${piece.repeat(1_000_000)}\nпоток: ALG1`);
      expect(courses).toEqual([]);
      expect(Object.keys(fields).length).toBeLessThanOrEqual(1);
    },
  );
});
