// Codes of courses: their forms, and a table of them.
import { describe, expect, it } from 'vitest';
import {
  aliasesOf,
  courseInTable,
  courseRows,
  isCourseId,
  maybeEnrollmentCode,
} from '../../src/domain/course-codes.ts';

describe('a table of codes', () => {
  const rows = courseRows([
    ['ALG1 ', ' 101'],
    ['ALG2', 102],
    ['', '103'],
    ['ALG4'],
    [],
    ['TWICE', '105'],
    ['TWICE', '105'],
    ['TORN', '106'],
    ['TORN', '107'],
    [null, {}],
  ]);

  it.each([
    ['ALG1', { kind: 'one', courseId: '101' }],
    [' ALG1', { kind: 'one', courseId: '101' }],
    ['ALG2', { kind: 'one', courseId: '102' }],
    ['TWICE', { kind: 'one', courseId: '105' }],
    ['TORN', { kind: 'several', courseIds: ['106', '107'] }],
    ['alg1', { kind: 'none' }],
    ['ALG', { kind: 'none' }],
    ['ALG4', { kind: 'none' }],
    ['', { kind: 'none' }],
  ])('says of %j %j', (code, expected) => {
    expect(courseInTable(rows, code)).toEqual(expected);
  });
});

describe('a code', () => {
  it.each([
    ['ALG1', ['d:ALG1', 'p:ALG1']],
    ['d:ALG1', ['d:ALG1']],
    ['p:ALG1', ['p:ALG1']],
    ['d:', ['d:d:', 'p:d:']],
    ['x'.repeat(255), []],
  ])('%j may be known as %j', (code, aliases) => {
    expect(aliasesOf(code)).toEqual(aliases);
  });

  it.each([
    ['123456789012', true, false],
    ['1234567', true, true],
    ['abc12de', false, true],
    ['БИВ201', false, false],
    ['a b c d e', false, false],
    ['../x', false, false],
  ])('%j: number %s, joining code %s', (code, isId, isJoining) => {
    expect([isCourseId(code), maybeEnrollmentCode(code)]).toEqual([isId, isJoining]);
  });
});
