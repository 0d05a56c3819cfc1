// classroom announcements and course work materials: drafts unless told otherwise, without ids that a caller could choose.
import { first, numberOf, type Call, type Handler, type Reply } from './call.ts';
import { courseOf, isTeacher, taughtCourse } from './classroom-courses.ts';
import { denied, invalidArgument, notFound, precondition } from './classroom-errors.ts';
import { isFile, isLink, materialsOf } from './classroom-materials.ts';
import type { Course, Post, PostKind } from './classroom-store.ts';
import { isObject, listAt, textAt, type Json } from './json.ts';
import { pageOf, placeOf } from './page-token.ts';

const mostTextCharacters = 30_000;
const mostTitleCharacters = 3000;

const kindOf = ({ route }: Call): PostKind =>
  route.method.id.includes('announcements') ? 'announcements' : 'courseWorkMaterials';

function checkTexts(kind: PostKind, resource: Json, course: Course): void {
  const text = textAt(resource, kind === 'announcements' ? 'text' : 'description') ?? '';
  const title = textAt(resource, 'title') ?? '';
  if (text.length > mostTextCharacters) throw invalidArgument('Text is too long.');
  if (kind === 'announcements' && text === '' && listAt(resource, 'materials').length === 0)
    throw invalidArgument('Announcement text is required.');
  if (kind === 'courseWorkMaterials' && (title === '' || title.length > mostTitleCharacters))
    throw invalidArgument('Course work material title is required.');
  const topicId = textAt(resource, 'topicId');
  if (topicId !== undefined && !course.topics.some((topic) => topic.topicId === topicId)) throw notFound();
  if (textAt(resource, 'scheduledTime') !== undefined && resource.state === 'PUBLISHED')
    throw invalidArgument('Only drafts can be scheduled.');
}

function checkModifiable(course: Course): void {
  if (course.state !== 'ACTIVE')
    throw precondition('CourseNotModifiable', 'The course is in a state that does not permit changes.');
}

function createPost(call: Call): Reply {
  const course = taughtCourse(call);
  checkModifiable(course);
  const kind = kindOf(call);
  const materials = materialsOf(call);
  const state = textAt(call.body, 'state');
  const isDraft = state === undefined || state.endsWith('_UNSPECIFIED');
  if (state === 'DELETED') throw invalidArgument('Invalid state.');
  const id = call.world.classroom.newId();
  const nowAt = call.world.clock.nowAt();
  const resource: Json = {
    assigneeMode: 'ALL_STUDENTS',
    ...call.body,
    courseId: course.id,
    id,
    state: isDraft ? 'DRAFT' : state,
    ...(materials.length > 0 && { materials }),
    alternateLink: `https://classroom.google.com/c/${course.id}/p/${id}`,
    creationTime: nowAt,
    updateTime: nowAt,
    creatorUserId: call.world.drive.permissionIdOf(call.caller.email),
  };
  checkTexts(kind, resource, course);
  const createdAtMs = call.world.clock.nowMs();
  course.posts.set(id, { id, kind, app: call.caller.app, resource, createdAtMs });
  return { json: resource };
}

/** The post, unless it is deleted, or a draft that this caller may not see. */
function postOf(call: Call): { course: Course; post: Post } {
  const course = courseOf(call);
  const post = course.posts.get(call.route.pathParameters.id!);
  const isHidden = post?.resource.state === 'DELETED' || post?.kind !== kindOf(call);
  if (post === undefined || isHidden) throw notFound();
  if (post.resource.state !== 'PUBLISHED' && !isTeacher(call, course)) throw denied();
  return { course, post };
}

function changeablePost(call: Call): { course: Course; post: Post } {
  const { course, post } = postOf(call);
  if (!isTeacher(call, course)) throw denied();
  if (post.app !== call.caller.app)
    throw denied(
      '@ProjectPermissionDenied The Developer Console project is not permitted to make this request.',
    );
  checkModifiable(course);
  return { course, post };
}

const patchable: Readonly<Record<PostKind, readonly string[]>> = {
  announcements: ['text', 'state', 'scheduledTime'],
  courseWorkMaterials: ['title', 'description', 'state', 'scheduledTime', 'topicId'],
};

function patchPost(call: Call): Reply {
  const { course, post } = changeablePost(call);
  const mask = (first(call.query, 'updateMask') ?? '').split(',').filter(Boolean);
  if (mask.length === 0) throw invalidArgument('Update mask is required.');
  const foreign = mask.find((name) => !patchable[post.kind].includes(name));
  if (foreign !== undefined) throw invalidArgument(`Invalid field in update mask: ${foreign}`);
  const resource: Json = { ...post.resource, updateTime: call.world.clock.nowAt() };
  for (const name of mask) resource[name] = call.body[name];
  if (post.resource.state === 'PUBLISHED' && resource.state === 'DRAFT')
    throw invalidArgument('A published post cannot become a draft.');
  checkTexts(post.kind, resource, course);
  post.resource = resource;
  return { json: resource };
}

function deletePost(call: Call): Reply {
  const { post } = changeablePost(call);
  post.resource = { ...post.resource, state: 'DELETED' };
  return { json: {} };
}

/** `updateTime`, with `asc` or `desc`; newest first when absent. */
function directionOf(orderBy = 'updateTime desc'): 1 | -1 {
  const match = /^updateTime(?: (asc|desc))?$/.exec(orderBy);
  if (match === null) throw invalidArgument('Invalid order by.');
  return match[1] === 'desc' ? -1 : 1;
}

function listPosts(call: Call): Reply {
  const { query } = call;
  const course = courseOf(call);
  const kind = kindOf(call);
  const asked = query[kind === 'announcements' ? 'announcementStates' : 'courseWorkMaterialStates'] ?? [];
  const states = asked.length > 0 ? asked : ['PUBLISHED'];
  const [fileId, url] = [first(query, 'materialDriveId'), first(query, 'materialLink')];
  const direction = directionOf(first(query, 'orderBy'));
  const found = call.world.classroom
    .listed(course, kind)
    .map(({ resource }) => resource)
    .filter(({ state }) => states.includes(String(state)))
    .filter(({ state }) => state === 'PUBLISHED' || isTeacher(call, course))
    .filter((resource) => {
      const materials = listAt(resource, 'materials').filter(isObject);
      const hasFile = fileId === undefined || materials.some((material) => isFile(material, fileId));
      return hasFile && (url === undefined || materials.some((material) => isLink(material, url)));
    })
    .toSorted((a, b) => direction * String(a.updateTime).localeCompare(String(b.updateTime)));
  const size = numberOf(query, 'pageSize', 0) || 20;
  const { items, nextPageToken } = pageOf(found, size, { query, place: placeOf(query) });
  const name = kind === 'announcements' ? 'announcements' : 'courseWorkMaterial';
  return {
    json: {
      ...(items.length > 0 && { [name]: items }),
      ...(nextPageToken !== undefined && { nextPageToken }),
    },
  };
}

export const postHandlers: Readonly<Record<string, Handler>> = Object.fromEntries(
  (['announcements', 'courseWorkMaterials'] as const).flatMap((kind) =>
    Object.entries({
      create: createPost,
      get: (call: Call) => ({ json: postOf(call).post.resource }),
      list: listPosts,
      patch: patchPost,
      delete: deletePost,
    }).map(([verb, handler]) => [`classroom.courses.${kind}.${verb}`, handler]),
  ),
);
