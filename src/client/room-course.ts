// The table of course codes that stand in descriptions of events.
import type { Catalog } from '../catalog/catalog.ts';
import { courseDocument, type CourseDocument } from '../contract/course.ts';
import { Fault } from '../domain/fault.ts';

type Courses = Pick<Catalog, 'courseCodes'>;

/** Adds or replaces. Throws Fault InputInvalid. */
export async function addCourse({ courseCodes }: Courses, course: CourseDocument): Promise<CourseDocument> {
  const { success, data, error } = courseDocument.safeParse(course);
  if (!success) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}.`);
    throw new Fault('InputInvalid', problems.join('\n'));
  }
  await courseCodes.put(data.code, data.courseId);
  return data;
}

/** Throws Fault NotFound. */
export async function removeCourse({ courseCodes }: Courses, code: string): Promise<void> {
  if (await courseCodes.remove(code)) return;
  throw new Fault('NotFound', `No course has the code ${JSON.stringify(code)}.`, {
    remedy: '`longtake room course list` shows those there are.',
  });
}
