// Whether we teach a course and may post there: drafts that nobody sees are made and deleted again.
import { askGoogle } from './google-fault.ts';
import { probeName } from './probe-scopes-drive.ts';
import { failed, passed, type ProbeRow, type ProbeWorld } from './probe-scopes-row.ts';

/** Without a course: whether the API and the scopes are there. */
export async function probeClassroomApi(world: ProbeWorld): Promise<ProbeRow> {
  const name = 'Classroom';
  try {
    const { data } = await askGoogle('Listing the courses that we teach', () =>
      world.google.classroom.courses.list({ teacherId: 'me', pageSize: 1 }),
    );
    const none = world.isRobot
      ? 'A service account teaches no course: set google.subject to a teacher, or sign in as one.'
      : `Add ${world.account} as a teacher where posts are wanted; nothing, if none are.`;
    if (data.courses?.length) return passed(name, 'Classroom answers; --course CODE proves a course.');
    return { name, result: 'warn', finding: 'Classroom answers, but we teach no course.', remedy: none };
  } catch (error) {
    return failed({ world, name, api: 'classroom' }, error);
  }
}

/** @param code id or alias of the course; a bare code is taken for an alias of the domain */
export async function probeCourse(world: ProbeWorld, code: string): Promise<ProbeRow[]> {
  const { classroom } = world.google;
  const teach = world.isRobot
    ? 'A service account teaches no course: set google.subject to a teacher of it, or sign in as one.'
    : `Add ${world.account} as a teacher of the course.`;
  const absent =
    'Check the id (in the address of the course) or the alias of the domain; a stranger is told the same.';
  const subject = (name: string) =>
    ({ world, name, api: 'classroom', remedies: { notFound: absent, forbidden: teach } }) as const;
  let courseId: string;
  const rows: ProbeRow[] = [];
  try {
    const id = /^(?:\d+$|[dp]:)/.test(code) ? code : `d:${code}`;
    const { data } = await askGoogle(`Reading the course ${code}`, () => classroom.courses.get({ id }));
    courseId = data.id ?? id;
    rows.push(passed('Course', `“${data.name}” is read.`));
  } catch (error) {
    return [failed(subject('Course'), error)];
  }
  for (const [name, probe] of [
    ['Announcement', draftAnnouncement],
    ['Material', draftMaterial],
  ] as const) {
    try {
      await probe(world, courseId);
      rows.push(passed(name, 'A draft was made and deleted again.'));
    } catch (error) {
      rows.push(failed(subject(name), error));
    }
  }
  return rows;
}

async function draftAnnouncement({ google }: ProbeWorld, courseId: string): Promise<void> {
  const { announcements } = google.classroom.courses;
  const requestBody = { text: probeName, state: 'DRAFT' };
  const { data } = await askGoogle('Drafting an announcement', () =>
    announcements.create({ courseId, requestBody }),
  );
  await askGoogle('Deleting the draft', () => announcements.delete({ courseId, id: data.id ?? '' }));
}

async function draftMaterial({ google }: ProbeWorld, courseId: string): Promise<void> {
  const { courseWorkMaterials } = google.classroom.courses;
  const requestBody = { title: probeName, state: 'DRAFT' };
  const { data } = await askGoogle('Drafting a material', () =>
    courseWorkMaterials.create({ courseId, requestBody }),
  );
  await askGoogle('Deleting the draft', () => courseWorkMaterials.delete({ courseId, id: data.id ?? '' }));
}
