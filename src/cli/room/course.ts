// `room course add`, `list` and `rm`.
import { addCourse as addToCatalog, removeCourse as removeFromCatalog } from '../../client/room-course.ts';
import type { courseDocument, courseList, courseRemoved } from '../../contract/course.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';

export const addCourse = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const [code = '', courseId = ''] = args;
    const course = await addToCatalog(catalog, { code, courseId });
    if (json) return printJson<typeof courseDocument>(terminal, course);
    terminal.out(`The code ${course.code} means the course ${course.courseId}.`);
  });

export const listCourses = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, catalog }) => {
    const courses = await catalog.courseCodes.list();
    if (json) return printJson<typeof courseList>(terminal, courses);
    if (courses.length === 0) return terminal.out('No codes. Add one with: longtake room course add --help');
    terminal.out(
      renderTable(
        ['code', 'course'],
        courses.map(({ code, courseId }) => [code, courseId]),
      ),
    );
  });

export const removeCourse = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const [code = ''] = args;
    await removeFromCatalog(catalog, code);
    if (json) return printJson<typeof courseRemoved>(terminal, { code, removed: true });
    terminal.out(`The code ${code} is forgotten.`);
  });
