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

/** Classroom’s limit. */
const mostAliasCharacters = 256;
const isAlias = (code: string): boolean => /^[dp]:./.test(code);

const textOf = (cell: unknown): string =>
  typeof cell === 'string' || typeof cell === 'number' ? String(cell).normalize('NFC').trim() : '';
