// classroom.courses, their aliases and topics.
import { first, numberOf, type Call, type Handler, type Reply } from './call.ts';
import { denied, invalidArgument, notFound } from './classroom-errors.ts';
import type { Course } from './classroom-store.ts';
import { GoogleError } from './google-error.ts';
import { textAt, type Json } from './json.ts';
import { pageOf, placeOf } from './page-token.ts';

const isAdmin = ({ caller }: Call): boolean => caller.account.kind === 'person' && caller.account.isAdmin;

export const isTeacher = (call: Call, { teachers }: Course): boolean =>
  isAdmin(call) || teachers.has(call.caller.email);

/** The course that the path names, when the caller belongs to it. */
export function courseOf(call: Call, name = 'courseId'): Course {
  const course = call.world.classroom.find(call.route.pathParameters[name]!);
  if (course === undefined) throw notFound();
  if (!isTeacher(call, course) && !course.students.has(call.caller.email)) throw denied();
  return course;
}

export function taughtCourse(call: Call): Course {
  const course = courseOf(call);
  if (!isTeacher(call, course)) throw denied();
  return course;
}

const courseResource = (call: Call, course: Course): Json => ({
  id: course.id,
  name: course.name,
  ownerId: call.world.drive.permissionIdOf(course.ownerEmail),
  creationTime: course.createdAt,
  updateTime: course.createdAt,
  courseState: course.state,
  alternateLink: `https://classroom.google.com/c/${Buffer.from(course.id).toString('base64url')}`,
  // Students do not see the code by which others could join.
  ...(isTeacher(call, course) && { enrollmentCode: course.enrollmentCode }),
});

function listCourses(call: Call): Reply {
  const { query, world, caller } = call;
  const states = query.courseStates ?? [];
  const isPerson = (id: string | undefined, among: Set<string>): boolean =>
    id === undefined ||
    (id === 'me' ? among.has(caller.email) : among.has(id)) ||
    [...among].some((email) => world.drive.permissionIdOf(email) === id);
  const found = [...world.classroom.courses.values()]
    .filter((course) => isTeacher(call, course) || course.students.has(caller.email))
    .filter(({ state }) => states.length === 0 || states.includes(state))
    .filter(({ teachers }) => isPerson(first(query, 'teacherId'), teachers))
    .filter(({ students }) => isPerson(first(query, 'studentId'), students))
    .toReversed();
  const { items, nextPageToken } = pageOf(found, numberOf(query, 'pageSize', 100) || 100, {
    query,
    place: placeOf(query),
  });
  const courses = items.map((course) => courseResource(call, course));
  // An empty list is left out, as protobuf JSON does.
  return {
    json: { ...(courses.length > 0 && { courses }), ...(nextPageToken !== undefined && { nextPageToken }) },
  };
}

function createAlias(call: Call): Reply {
  const course = taughtCourse(call);
  const alias = textAt(call.body, 'alias') ?? '';
  if (!/^[dp]:.{1,254}$/.test(alias)) throw invalidArgument('Invalid course alias.');
  // Aliases of the domain are its administrators' business.
  if (alias.startsWith('d:') && !isAdmin(call)) throw denied();
  if (call.world.classroom.find(alias) !== undefined)
    throw new GoogleError({
      code: 409,
      message: 'Requested entity already exists',
      status: 'ALREADY_EXISTS',
    });
  course.aliases.add(alias);
  return { json: { alias } };
}

function deleteAlias(call: Call): Reply {
  const course = taughtCourse(call);
  if (!course.aliases.delete(call.route.pathParameters.alias!)) throw notFound();
  return { json: {} };
}

export const courseHandlers: Readonly<Record<string, Handler>> = {
  'classroom.courses.get': (call) => ({ json: courseResource(call, courseOf(call, 'id')) }),
  'classroom.courses.list': listCourses,
  'classroom.courses.aliases.create': createAlias,
  'classroom.courses.aliases.delete': deleteAlias,
  'classroom.courses.aliases.list': (call) => ({
    json: { aliases: [...taughtCourse(call).aliases].map((alias) => ({ alias })) },
  }),
  'classroom.courses.topics.list': (call) => {
    const course = courseOf(call);
    return { json: { topic: course.topics.map((topic) => ({ courseId: course.id, ...topic })) } };
  },
};
