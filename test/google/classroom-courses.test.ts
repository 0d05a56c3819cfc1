// From the code in an event to the course: by every way that leads there, and clear words where none does.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { createClassroom, type Classroom } from '../../src/google/classroom.ts';
import { readCourseTable } from '../../src/google/sheets.ts';
import type { CourseSpec } from '../fakes/google/classroom-store.ts';
import { openSchool, takeScript, type School } from './school.ts';

let school: School;
let classroom: Classroom;

beforeAll(async () => {
  school = await openSchool();
  classroom = createClassroom(school.connection);
});
afterAll(() => school[Symbol.asyncDispose]());
afterEach(() => {
  expect(takeScript(school)).toEqual([]);
});

const addCourse = (spec: Partial<CourseSpec> = {}) =>
  school.fake.classroom.addCourse({ name: 'Algebra', owner: school.email, ...spec });
const sheetOf = (...rows: string[][]) =>
  school.fake.placeSheet(school.email, { Codes: [['code', 'course'], ...rows] });
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isFault(error)) throw new Error('It did not end with a fault', { cause: error });
  return error;
};

describe('a code', () => {
  it('of the catalog’s table comes first', async () => {
    const [meant] = [addCourse(), addCourse({ aliases: ['d:FIRST'] })];
    const known = (code: string) => Promise.resolve(code === 'FIRST' ? meant!.id : undefined);
    expect(await classroom.findCourse('FIRST', { known })).toBe(meant!.id);
  });

  it('may be an alias of the domain or the project, with or without its letter', async () => {
    const [domain, project] = [addCourse({ aliases: ['d:БИВ 201'] }), addCourse({ aliases: ['p:PRO/1'] })];
    expect(await classroom.findCourse(' БИВ 201 ')).toBe(domain.id);
    expect(await classroom.findCourse('PRO/1')).toBe(project.id);
    expect(await classroom.findCourse('d:БИВ 201')).toBe(domain.id);
    expect(await classroom.findCourse('p:PRO/1')).toBe(project.id);
  });

  it('may stand in the sheet, with spaces around it', async () => {
    const course = addCourse();
    const id = sheetOf(['OTHER', '1'], [' SHEET1 ', `${course.id} `]);
    expect(await classroom.findCourse('SHEET1', { sheet: { id } })).toBe(course.id);
    expect(await classroom.findCourse('SHEET1', { sheet: { id, range: 'Codes!A2:B' } })).toBe(course.id);
    expect(school.fake.journal.of('sheets.spreadsheets.values.get')[0]!.path).toContain('A2%3AB1000');
  });

  it('may be the number of the course', async () => {
    const course = addCourse();
    expect(await classroom.findCourse(course.id)).toBe(course.id);
  });

  it('may be the code by which students join, on whatever page it is listed', async () => {
    const course = addCourse({ enrollmentCode: 'abc7xyz' });
    for (let index = 0; index < 120; index += 1) addCourse();
    expect(await classroom.findCourse('abc7xyz')).toBe(course.id);
    expect(school.fake.journal.of('classroom.courses.list').length).toBe(2);
  });

  it('that a table explains by an alias means the number behind it', async () => {
    const course = addCourse({ aliases: ['d:NICK'] });
    const known = () => Promise.resolve('d:NICK');
    expect(await classroom.findCourse('X1', { known })).toBe(course.id);
  });

  it('for which the table is out of date is looked for on', async () => {
    const course = addCourse({ aliases: ['d:STALE'] });
    const known = () => Promise.resolve('999999');
    expect(await classroom.findCourse('STALE', { known })).toBe(course.id);
  });
});

describe('a code without a course', () => {
  it.each(['NOBODY1', 'нет такого', 'a'.repeat(200), '../../courses', '12345', '%2e%2e', '😀'])(
    '%j is named, with what to do',
    async (code) => {
      const fault = await faultOf(classroom.findCourse(code));
      expect(fault.type).toBe('GonePermanently');
      expect(fault.message).toContain(`“${code}”`);
      expect(fault.message).toContain('longtake room course add');
    },
  );

  it('in tables that are out of date says which', async () => {
    const id = sheetOf(['OLD', '111']);
    const known = () => Promise.resolve('222');
    const fault = await faultOf(classroom.findCourse('OLD', { known, sheet: { id } }));
    expect(fault.message).toContain('the table of codes and the sheet');
  });

  it('is told from one that means several', async () => {
    const id = sheetOf(['TORN', '111'], ['TORN', '222']);
    const fault = await faultOf(classroom.findCourse('TORN', { sheet: { id } }));
    expect(fault.type).toBe('GonePermanently');
    expect(fault.message).toContain('111, 222');
  });

  it('is told from one whose course we may not see', async () => {
    school.fake.accounts.addPerson('other@school.test');
    addCourse({ owner: 'other@school.test', aliases: ['d:THEIRS'] });
    const fault = await faultOf(classroom.findCourse('THEIRS'));
    expect(fault.type).toBe('AuthRejected');
    expect(fault.message).toContain('“THEIRS”');
  });
});

describe('trouble', () => {
  it.each([
    ['classroom.courses.get', { do: 'drop' } as const, 'GoogleTransient'],
    ['classroom.courses.get', { do: 'error', name: 'resourceExhausted' } as const, 'GoogleTransient'],
    ['classroom.courses.get', { do: 'cutAnswerAfterBytes', bytes: 6 } as const, 'GoogleTransient'],
    ['sheets.spreadsheets.values.get', { do: 'error', name: 'backendError' } as const, 'GoogleTransient'],
    ['classroom.courses.list', { do: 'drop' } as const, 'GoogleTransient'],
  ])('of %s by %j is no word that there is no course', async (api, fault, type) => {
    addCourse({ aliases: ['d:abc1234'] });
    const id = sheetOf();
    school.fake.script([{ on: { api }, ...fault }]);
    const code = api === 'classroom.courses.get' ? 'abc1234' : 'zzz9999';
    expect((await faultOf(classroom.findCourse(code, { sheet: { id } }))).type).toBe(type);
  });

  it('a sheet that is gone says so', async () => {
    const fault = await faultOf(
      readCourseTable(school.connection, { spreadsheetId: 'no-sheet', range: 'A2:B9' }),
    );
    expect([fault.type, fault.message.includes('no-sheet')]).toEqual(['GonePermanently', true]);
  });
});
