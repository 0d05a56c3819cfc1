// Which course a code means: what its form may be, and what a table of codes says of it.

export interface CourseRow {
  code: string;
  courseId: string;
}

/** `several`: the table names different courses for one code. */
export type CourseInTable =
  { kind: 'none' } | { kind: 'one'; courseId: string } | { kind: 'several'; courseIds: string[] };

/** Rows of cells, code in the first column and course in the second, as the old table has them; incomplete rows are left out. */
export function courseRows(cells: readonly (readonly unknown[])[]): CourseRow[] {
  return cells
    .map(([code, courseId]) => ({ code: textOf(code), courseId: textOf(courseId) }))
    .filter(({ code, courseId }) => code !== '' && courseId !== '');
}

/** The course of a code: exact, but for spaces around it. */
export function courseInTable(rows: readonly CourseRow[], code: string): CourseInTable {
  const wanted = textOf(code);
  const courseIds = [...new Set(rows.filter((row) => row.code === wanted).map((row) => row.courseId))];
  const [courseId] = courseIds;
  if (courseId === undefined) return { kind: 'none' };
  return courseIds.length === 1 ? { kind: 'one', courseId } : { kind: 'several', courseIds };
}

/** Aliases under which Classroom may know the code: the domain’s before the project’s. An alias itself is its own. */
export const aliasesOf = (code: string): string[] =>
  isAlias(code) ? [code] : [`d:${code}`, `p:${code}`].filter((alias) => alias.length <= mostAliasCharacters);

/** True for a number that Classroom gives to a course. */
export const isCourseId = (code: string): boolean => /^\d{1,20}$/.test(code);

/** True when it could be the code by which students join a course. */
export const maybeEnrollmentCode = (code: string): boolean => /^[a-z\d]{5,10}$/i.test(code);

/**
 * True for a year of study, which a line `курс:` often names instead of a course: `2`, `II`, `1–2`, `2-й курс`, `3 курс бакалавриата`, `2nd
 * year`, and for the level alone, `магистратура`. Years are 1 to 6.
 */
export function isYearOfStudy(code: string): boolean {
  const tokens = code.toLowerCase().match(/\d+|\p{L}+/gu) ?? [];
  const says = (words: RegExp): boolean => tokens.some((token) => words.test(token));
  return (
    tokens.every((token) => yearNumbers.test(token) || yearWords.test(token) || levelWords.test(token)) &&
    (says(yearNumbers) || says(levelWords))
  );
}

const yearNumbers =
  /^(?:[1-6]|i{1,3}|i?v|vi|(?:перв|втор|трет|четв[её]рт|пят|шест)(?:ый|ой|ий|ого|ьего|ом|ьем|ые|ьи)|first|second|third|fourth|fifth|sixth)$/;
const yearWords =
  /^(?:курс|курса|курсе|курсы|курсов|год|года|обучения|семестр|модуль|и|й|ый|ой|ий|го|ого|его|м|ом|е|st|nd|rd|th|years?|of|study|and|semester|module|s)$/;
const levelWords =
  /^(?:бак|бакалавр(?:ы|иат|иата)?|маг|магистр(?:ы|атура|атуры)?|спец|специалитета?|аспирант(?:ы|ура|уры)?|bachelors?|masters?|phd)$/;

/** Classroom’s limit. */
const mostAliasCharacters = 256;
const isAlias = (code: string): boolean => /^[dp]:./.test(code);

const textOf = (cell: unknown): string =>
  typeof cell === 'string' || typeof cell === 'number' ? String(cell).normalize('NFC').trim() : '';
