// Posts of a course with a lecture's file: published, with the file where that is possible, found again, taken back.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { createClassroom, type Classroom } from '../../src/google/classroom.ts';
import type { NewPost, PostKind } from '../../src/google/classroom-types.ts';
import type { Course } from '../fakes/google/classroom-store.ts';
import { askAs } from '../google-fake/calls.ts';
import { openSchool, takeScript, type School } from './school.ts';

const [student, colleague] = ['student@school.test', 'colleague@school.test'];
const kinds = ['announcement', 'material'] as const;
const listOf = { announcement: 'announcements', material: 'courseWorkMaterials' } as const;
const createOf = (kind: PostKind) => ({ api: `classroom.courses.${listOf[kind]}.create` });

let school: School;
let classroom: Classroom;
let course: Course;
let fileId: string;

beforeAll(async () => {
  school = await openSchool();
  for (const email of [student, colleague]) school.fake.accounts.addPerson(email);
  classroom = createClassroom(school.connection, { sharingPauseMs: 1 });
});
afterAll(() => school[Symbol.asyncDispose]());
beforeEach(async () => {
  course = school.fake.classroom.addCourse({
    name: 'Algebra',
    owner: school.email,
    teachers: [colleague],
    students: [student],
  });
  fileId = await fileOf(school.email);
});
afterEach(() => {
  expect(takeScript(school)).toEqual([]);
});

async function fileOf(owner: string): Promise<string> {
  const parentId = school.fake.drive.rootOf(owner).id;
  return (await school.fake.placeFile({ name: 'a.mp4', parentId, bytes: new Uint8Array(3) })).id;
}
const urlOf = (id: string) => `https://drive.google.com/file/d/${id}/view?usp=drivesdk`;
const postOf = (kind: PostKind, id = fileId): NewPost => ({
  ...{ courseId: course.id, kind, fileId: id, url: urlOf(id), text: 'Lecture of today', title: 'Algebra' },
});
const posts = () => school.fake.posts().filter(({ courseId }) => courseId === course.id);
const find = (kind: PostKind, id = fileId, sinceMs = Date.now()) =>
  classroom.findPost({ courseId: course.id, kind, fileId: id, url: urlOf(id), sinceMs });
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isFault(error)) throw new Error('It did not end with a fault', { cause: error });
  return error;
};
/** A post by someone at a browser. */
const byHand = (email: string, kind: PostKind, body: object) =>
  askAs(school.fake, school.fake.token(email, { app: 'browser' }))(
    `/v1/courses/${course.id}/${listOf[kind]}`,
    {
      method: 'POST',
      body,
    },
  );

describe.each(kinds)('a post of the kind %s', (kind) => {
  it('is published with the file, for students to see', async () => {
    const post = await classroom.post(postOf(kind));
    expect(post.url).toContain('https://classroom.google.com/');
    const seen = await askAs(
      school.fake,
      school.fake.token(student),
    )(`/v1/courses/${course.id}/${listOf[kind]}`);
    const text =
      kind === 'announcement'
        ? { text: 'Lecture of today' }
        : { description: 'Lecture of today', title: 'Algebra' };
    expect(Object.values(seen.json)[0]).toMatchObject([
      {
        id: post.postId,
        ...text,
        state: 'PUBLISHED',
        materials: [{ driveFile: { driveFile: { id: fileId } } }],
      },
    ]);
    expect(await find(kind)).toEqual(post);
  });

  it('holds a link where we cannot share the file, and is found by it', async () => {
    const foreign = await fileOf(colleague);
    const post = await classroom.post(postOf(kind, foreign));
    expect(posts()[0]!.resource.materials).toMatchObject([{ link: { url: urlOf(foreign) } }]);
    expect(school.fake.journal.of(createOf(kind).api)).toHaveLength(4);
    expect(await find(kind, foreign)).toEqual(post);
  });

  it('waits a little for a file that was shared just now', async () => {
    const error = { code: 400, status: 'FAILED_PRECONDITION', message: '@AttachmentNotVisible Not visible.' };
    school.fake.script([{ on: createOf(kind), times: 2, do: 'status', status: 400, body: { error } }]);
    await classroom.post(postOf(kind));
    expect(posts()).toMatchObject([{ resource: { materials: [{ driveFile: {} }] } }]);
  });

  it('is not mistaken for a draft of another, nor for a post with another file', async () => {
    const words = kind === 'announcement' ? { text: 'soon' } : { title: 'soon' };
    const linkTo = (id: string) => [{ link: { url: urlOf(id) } }];
    await byHand(colleague, kind, { ...words, materials: linkTo(fileId) });
    const other = await fileOf(colleague);
    await byHand(colleague, kind, { ...words, materials: linkTo(other), state: 'PUBLISHED' });
    expect(posts().map(({ state }) => state)).toEqual(['DRAFT', 'PUBLISHED']);
    expect(await find(kind)).toBeUndefined();
  });

  it('that a person has published counts', async () => {
    const materials = [{ driveFile: { driveFile: { id: fileId } } }];
    const words = kind === 'announcement' ? { text: 'here' } : { title: 'here' };
    const { json } = await byHand(school.email, kind, { ...words, materials, state: 'PUBLISHED' });
    expect(await find(kind)).toMatchObject({ postId: json.id });
  });

  it('is deleted once, and not where it is another’s', async () => {
    const { postId } = await classroom.post(postOf(kind));
    const place = { courseId: course.id, kind };
    expect(await classroom.removePost({ ...place, postId })).toBe(true);
    expect(await classroom.removePost({ ...place, postId })).toBe(false);
    expect(posts()).toEqual([]);
    const words = kind === 'announcement' ? { text: 'x' } : { title: 'x' };
    const { json } = await byHand(colleague, kind, { ...words, state: 'PUBLISHED' });
    const denied = await faultOf(classroom.removePost({ ...place, postId: String(json.id) }));
    expect([denied.type, denied.details['reason']]).toEqual(['AuthRejected', 'ProjectPermissionDenied']);
  });

  it('is refused in clear words by a course that takes none, and by one that we do not teach', async () => {
    course.state = 'ARCHIVED';
    const archived = await faultOf(classroom.post(postOf(kind)));
    expect([archived.type, archived.message.includes('archived')]).toEqual(['GonePermanently', true]);
    course.state = 'ACTIVE';
    course.teachers.delete(school.email);
    const denied = await faultOf(classroom.post(postOf(kind)));
    expect([denied.type, denied.details['unclear']]).toEqual(['AuthRejected', undefined]);
    expect((await faultOf(classroom.post({ ...postOf(kind), courseId: '404' }))).type).toBe(
      'GonePermanently',
    );
    expect(posts()).toEqual([]);
  });

  it('has texts as long as Google takes, cut by whole characters', async () => {
    await classroom.post({ ...postOf(kind), text: '😀'.repeat(20_000), title: 'я'.repeat(4000) });
    const resource = posts()[0]!.resource as Record<string, string>;
    const text = resource[kind === 'announcement' ? 'text' : 'description']!;
    expect([text.isWellFormed(), text.length > 29_990, text.at(-1)]).toEqual([true, true, '…']);
    expect(resource['title']?.length ?? 3000).toBe(3000);
  });

  it.each([
    [{ do: 'drop' } as const, true],
    [{ do: 'applyThenDrop' } as const, true],
    [{ do: 'applyThenStatus', status: 500 } as const, true],
    [{ do: 'cutAnswerAfterBytes', bytes: 10 } as const, true],
    [{ do: 'status', status: 200, body: {} } as const, true],
    [{ do: 'status', status: 408 } as const, true],
    [{ do: 'error', name: 'backendError' } as const, true],
    [{ do: 'error', name: 'resourceExhausted' } as const, undefined],
    [{ do: 'status', status: 400 } as const, undefined],
  ])('after %j is unclear: %s', async (fault, unclear) => {
    school.fake.script([{ on: createOf(kind), ...fault }]);
    expect((await faultOf(classroom.post(postOf(kind)))).details['unclear']).toBe(unclear);
  });
});

describe('announcements', () => {
  it('are looked through page by page, and no further than a post of ours can be', async () => {
    const { postId } = await classroom.post(postOf('announcement'));
    for (let index = 0; index < 130; index += 1)
      await byHand(colleague, 'announcement', { text: `Later ${index}`, state: 'PUBLISHED' });
    const list = 'classroom.courses.announcements.list';
    expect(await find('announcement')).toMatchObject({ postId });
    expect(school.fake.journal.of(list)).toHaveLength(2);
    school.fake.journal.clear();
    expect(await find('announcement', 'another', Date.now() + 3_600_000)).toBeUndefined();
    expect(school.fake.journal.of(list)).toHaveLength(1);
  });
});
