// From the code that people write to Classroom's number of the course.
import { aliasesOf, courseInTable, isCourseId, maybeEnrollmentCode } from '../domain/course-codes.ts';
import { Fault, isFault } from '../domain/fault.ts';
import type { CourseSources } from './classroom-types.ts';
import { askGoogle } from './google-fault.ts';
import type { GoogleConnection } from './google-types.ts';
import { readCourseTable } from './sheets.ts';

const oldRange = 'A2:B1000';
const coursesPerPage = 100;
/** Courses of one teacher, or of a whole domain where we are its administrator. */
const mostPages = 100;

/** One search; remembers what Google would not tell, because a code may mean a course that we may not see. */
interface Search {
  connection: GoogleConnection;
  code: string;
  sources: CourseSources;
  refusals: Fault[];
  /** Places that name a course which Google does not know. */
  stale: string[];
}

export async function findCourse(
  connection: GoogleConnection,
  given: string,
  sources: CourseSources,
): Promise<string> {
  const search: Search = {
    connection,
    code: given.normalize('NFC').trim(),
    sources,
    refusals: [],
    stale: [],
  };
  for (const look of [inCatalog, asAlias, inSheet, asNumber, asJoiningCode]) {
    const courseId = await look(search);
    if (courseId !== undefined) return courseId;
  }
  throw notFound(search);
}

function notFound({ code, refusals: [refusal], stale }: Search): Fault {
  if (refusal) return new Fault(refusal.type, `Course “${code}”: ${refusal.message}`, refusal.details);
  const why =
    stale.length > 0
      ? `${stale.join(' and ')} names a course that Google does not know`
      : 'no course has this code';
  return new Fault(
    'GonePermanently',
    `Course “${code}”: ${why}. Correct the code in the event, add it to the table of codes (\`longtake room course add\`) or to the sheet, or give the course the alias d:${code}.`,
  );
}

async function inCatalog(search: Search): Promise<string | undefined> {
  const named = await search.sources.known?.(search.code);
  return named === undefined ? undefined : namedBy(search, named, 'the table of codes');
}

async function inSheet(search: Search): Promise<string | undefined> {
  const { connection, code, sources } = search;
  if (!sources.sheet) return undefined;
  const { id: spreadsheetId, range = oldRange } = sources.sheet;
  const found = courseInTable(await readCourseTable(connection, { spreadsheetId, range }), code);
  if (found.kind === 'several')
    throw new Fault(
      'GonePermanently',
      `Course “${code}”: the sheet names several courses (${found.courseIds.slice(0, 5).join(', ')}). Leave one row with this code.`,
    );
  return found.kind === 'none' ? undefined : namedBy(search, found.courseId, 'the sheet');
}

async function asAlias(search: Search): Promise<string | undefined> {
  for (const alias of aliasesOf(search.code)) {
    const courseId = await courseAt(search, alias);
    if (courseId !== undefined) return courseId;
  }
  return undefined;
}

const asNumber = async (search: Search): Promise<string | undefined> =>
  isCourseId(search.code) ? courseAt(search, search.code) : undefined;

/** A table may say an alias in place of a number, and it may be out of date: then the other ways are tried. */
async function namedBy(search: Search, named: string, place: string): Promise<string | undefined> {
  const courseId = await courseAt(search, named);
  if (courseId === undefined) search.stale.push(place);
  return courseId;
}

/** The number of the course with this number or alias; undefined when Google knows none, or keeps it from us. */
async function courseAt({ connection, code, refusals }: Search, id: string): Promise<string | undefined> {
  try {
    const { data } = await askGoogle(`Looking for course ${code}`, () =>
      connection.classroom.courses.get({ id, fields: 'id' }),
    );
    return data.id ?? undefined;
  } catch (error) {
    if (isFault(error, 'AuthRejected') && error.details['status'] === 403) refusals.push(error);
    else if (!isFault(error, 'GonePermanently', 'InputInvalid')) throw error;
    return undefined;
  }
}

async function asJoiningCode({ connection, code }: Search): Promise<string | undefined> {
  if (!maybeEnrollmentCode(code)) return undefined;
  let pageToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { data } = await askGoogle(`Looking for course ${code} by its joining code`, () =>
      connection.classroom.courses.list({
        courseStates: ['ACTIVE'],
        pageSize: coursesPerPage,
        fields: 'nextPageToken,courses(id,enrollmentCode)',
        ...(pageToken !== undefined && { pageToken }),
      }),
    );
    const found = data.courses?.find(({ enrollmentCode }) => enrollmentCode === code);
    if (found?.id) return found.id;
    pageToken = data.nextPageToken ?? undefined;
    if (pageToken === undefined) break;
  }
  return undefined;
}
