// The stand-in's Classroom and its spreadsheets.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Course } from '../fakes/google/classroom-store.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { askAs, messageOf, statusOf, type Ask } from './calls.ts';

const teacher = 'teacher@school.test';
const student = 'student@school.test';
let fake: GoogleFake;
let ask: Ask;
let askStudent: Ask;
let course: Course;

beforeEach(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(teacher);
  fake.accounts.addPerson(student);
  course = fake.classroom.addCourse({
    name: 'Algebra',
    owner: teacher,
    students: [student],
    aliases: ['d:ALG1'],
  });
  ask = askAs(fake, fake.token(teacher));
  askStudent = askAs(fake, fake.token(student));
});
afterEach(() => fake.close());

const at = (rest: string) => `/v1/courses/${course.id}/${rest}`;
const announce = (body: unknown) => ask(at('announcements'), { method: 'POST', body });
const material = (body: unknown) => ask(at('courseWorkMaterials'), { method: 'POST', body });
const link = (url: string) => ({ link: { url } });

async function fileOf(owner: string): Promise<string> {
  const parentId = fake.drive.rootOf(owner).id;
  return (await fake.placeFile({ name: 'lecture.mp4', parentId, bytes: new Uint8Array(3) })).id;
}

describe('a post', () => {
  it('is a draft unless it says otherwise, and students do not see drafts', async () => {
    const draft = await announce({ text: 'x' });
    expect(draft.json.state).toBe('DRAFT');
    await announce({ text: 'y', state: 'PUBLISHED' });
    const seen = (await askStudent(at('announcements'))).json.announcements;
    expect(seen).toMatchObject([{ text: 'y' }]);
    expect((await askStudent(at(`announcements/${String(draft.json.id)}`))).status).toBe(403);
    const both = { announcementStates: ['PUBLISHED', 'DRAFT'] };
    expect((await ask(at('announcements'), { query: both })).json.announcements).toHaveLength(2);
    expect((await askStudent(at('announcements'), { query: both })).json.announcements).toHaveLength(1);
  });

  it('is made anew by each request: there is no id to choose', async () => {
    await announce({ text: 'x', state: 'PUBLISHED' });
    await announce({ text: 'x', state: 'PUBLISHED' });
    expect(fake.posts()).toHaveLength(2);
  });

  it('is published, changed and deleted by the project that made it', async () => {
    const { json } = await announce({ text: 'x' });
    const path = at(`announcements/${String(json.id)}`);
    const patch = (query: Record<string, string>, by = ask) =>
      by(path, { method: 'PATCH', body: { state: 'PUBLISHED' }, query });
    expect((await patch({})).status).toBe(400);
    expect((await patch({ updateMask: 'materials' })).status).toBe(400);
    const foreign = await patch({ updateMask: 'state' }, askAs(fake, fake.token(teacher, { app: 'other' })));
    expect([foreign.status, messageOf(foreign)]).toEqual([
      403,
      expect.stringMatching(/^@ProjectPermissionDenied /),
    ]);
    expect((await patch({ updateMask: 'state' })).json.state).toBe('PUBLISHED');
    expect((await ask(path, { method: 'DELETE' })).status).toBe(200);
    const gone = await ask(path);
    expect([gone.status, statusOf(gone)]).toEqual([404, 'NOT_FOUND']);
  });

  it.each([
    ['text of 30,001 characters', 'announcements', { text: 'x'.repeat(30_001) }],
    [
      '21 materials',
      'announcements',
      { text: 'x', materials: Array.from({ length: 21 }, () => link('https://a.b')) },
    ],
    [
      'two kinds in one material',
      'announcements',
      { text: 'x', materials: [{ ...link('https://a.b'), form: {} }] },
    ],
    [
      'a link of 2,025 characters',
      'announcements',
      { text: 'x', materials: [link(`https://${'a'.repeat(2017)}`)] },
    ],
    ['no title', 'courseWorkMaterials', { description: 'x' }],
  ])('with %s is refused', async (_name, kind, body) => {
    const refused = await ask(at(kind), { method: 'POST', body });
    expect([refused.status, statusOf(refused)]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(fake.posts()).toEqual([]);
  });

  it('is refused to students, to strangers, and in an archived course', async () => {
    const post = { method: 'POST', body: { text: 'x' } };
    expect((await askStudent(at('announcements'), post)).status).toBe(403);
    expect((await ask('/v1/courses/1/announcements', post)).status).toBe(404);
    course.state = 'ARCHIVED';
    const refused = await announce({ text: 'x' });
    expect([refused.status, statusOf(refused), messageOf(refused)]).toEqual([
      400,
      'FAILED_PRECONDITION',
      expect.stringMatching(/^@CourseNotModifiable /),
    ]);
  });

  it('shows late in lists when told so; get sees it at once', async () => {
    fake.classroom.listLagSeconds = 20;
    const { json } = await announce({ text: 'x', state: 'PUBLISHED' });
    expect((await ask(at('announcements'))).json.announcements).toBeUndefined();
    expect((await ask(at(`announcements/${String(json.id)}`))).status).toBe(200);
    fake.advance(21);
    expect((await ask(at('announcements'))).json.announcements).toHaveLength(1);
  });
});

describe('materials', () => {
  const withFile = (id: string) => ({
    title: 'Lecture',
    state: 'PUBLISHED',
    materials: [{ driveFile: { driveFile: { id }, shareMode: 'VIEW' } }],
  });

  it('are found by the file of Drive or by the link', async () => {
    const id = await fileOf(teacher);
    expect((await material(withFile(id))).json.materials).toMatchObject([
      { driveFile: { driveFile: { id, title: 'lecture.mp4' } } },
    ]);
    await material({ title: 'Else', state: 'PUBLISHED', materials: [link('https://a.b/c')] });
    const found = async (query: Record<string, string>) =>
      (await ask(at('courseWorkMaterials'), { query })).json.courseWorkMaterial;
    expect(await found({ materialDriveId: id })).toMatchObject([{ title: 'Lecture' }]);
    expect(await found({ materialLink: 'https://a.b/c' })).toMatchObject([{ title: 'Else' }]);
    expect(await found({ materialDriveId: 'other' })).toBeUndefined();
  });

  it('that the teacher cannot see or share are refused; a link to a file becomes the file', async () => {
    fake.accounts.addPerson('other@school.test');
    const id = await fileOf('other@school.test');
    const hidden = await material(withFile(id));
    expect([hidden.status, messageOf(hidden)]).toEqual([
      400,
      expect.stringMatching(/^@AttachmentNotVisible /),
    ]);
    const item = fake.drive.items.get(id)!;
    item.permissions.push({ id: '1', type: 'user', role: 'reader', emailAddress: teacher });
    expect((await material(withFile(id))).status).toBe(403);
    const upgraded = await material({
      title: 'x',
      materials: [link(`https://drive.google.com/file/d/${id}/view`)],
    });
    expect(upgraded.json.materials).toMatchObject([{ driveFile: { driveFile: { id } } }]);
  });
});

describe('a course', () => {
  it('is found by an alias, and shows to its members only', async () => {
    expect((await ask('/v1/courses/d:ALG1')).json.id).toBe(course.id);
    const unknown = await ask('/v1/courses/d:NONE');
    expect([unknown.status, statusOf(unknown)]).toEqual([404, 'NOT_FOUND']);
    fake.accounts.addPerson('stranger@school.test');
    const stranger = askAs(fake, fake.token('stranger@school.test'));
    expect((await stranger('/v1/courses/d:ALG1')).status).toBe(403);
    expect((await stranger('/v1/courses')).json).toEqual({});
    expect((await ask('/v1/courses', { query: { courseStates: 'ACTIVE' } })).json.courses).toHaveLength(1);
  });

  it('gets aliases once', async () => {
    const add = () => ask(at('aliases'), { method: 'POST', body: { alias: 'p:algebra' } });
    expect((await add()).status).toBe(200);
    const again = await add();
    expect([again.status, statusOf(again)]).toEqual([409, 'ALREADY_EXISTS']);
    expect((await ask(at('aliases'))).json.aliases).toHaveLength(2);
  });
});

describe('a spreadsheet', () => {
  it('gives a range without the empty cells at its end', async () => {
    const id = fake.placeSheet(teacher, {
      Codes: [
        ['code', 'course'],
        ['ALG1', course.id],
        ['', ''],
        ['GEO', ''],
        ['', ''],
      ],
      'Old codes': [['x']],
    });
    const values = (range: string, by = ask) =>
      by(`/v4/spreadsheets/${id}/values/${encodeURIComponent(range)}`);
    expect((await values('A2:B1000')).json).toEqual({
      range: 'Codes!A2:B1000',
      majorDimension: 'ROWS',
      values: [['ALG1', course.id], [], ['GEO']],
    });
    expect((await values("'Old codes'!A1:A1")).json.values).toEqual([['x']]);
    expect((await values('A7:B9')).json).not.toHaveProperty('values');
    expect(messageOf(await values('Nope!A1'))).toBe('Unable to parse range: Nope!A1');
    expect((await values('A1', askStudent)).status).toBe(403);
  });
});
