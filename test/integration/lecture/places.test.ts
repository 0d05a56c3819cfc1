// Where lectures go and what stays on the host: sharing, export targets, codes that no course has, an account that was revoked, no account at all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retryLecture } from '../../../src/client/lecture-control.ts';
import { addTarget } from '../../../src/client/target.ts';
import type { LectureDocument } from '../../../src/contract/lecture.ts';
import type { Robot } from '../../fakes/google/accounts.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import type { TempDir } from '../../setup/temp-dir.ts';
import { startLectureStack } from './lecture-stack.ts';
import type { LectureAsk, LectureStack } from './lecture-stack.ts';
import {
  attachedTo,
  composedAnew,
  fileOf,
  filesBelow,
  onDrive,
  postsOf,
  sha256Of,
} from './published-lecture.ts';

let place: LectureStack;
let dir: TempDir;
beforeAll(async () => {
  [place, dir] = await Promise.all([startLectureStack(), tempDir()]);
  await addTarget(place.stack.catalog, {
    name: 'shelf',
    spec: { kind: 'local', path: join(dir.path, 'shelf') },
  });
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await dir.remove();
});

/** A lecture of one slot with lecturer and screen. */
async function lectureIn(
  room: string,
  fields: Readonly<Record<string, unknown>> = {},
  { stack = place, ask = {} }: { stack?: LectureStack; ask?: LectureAsk } = {},
): Promise<LectureDocument> {
  await stack.addRoom(room, fields, ['lecturer', 'screen']);
  await stack.record(room, 'lecturer', 0);
  await stack.record(room, 'screen', 0);
  const id = await stack.request(room, { fromSeconds: 2, toSeconds: 8, ...ask });
  await stack.end(id);
  return await stack.show(id);
}

const mediaOf = (room: string, stack = place): string[] =>
  filesBelow(stack, '').filter((file) => file.endsWith('.mp4') && file.includes(room));

describe.concurrent('a published lecture', () => {
  it('leaves all of it on the host where the room keeps all, and readers are those who asked', async () => {
    const users = ['anna@school.test', 'boris@school.test'];
    for (const user of users) place.google.accounts.addPerson(user);
    const { id, state } = await lectureIn(
      'keeps-all',
      { keepFiles: 'all', share: { kind: 'users' } },
      { ask: { spec: { users } } },
    );
    expect(state).toBe('complete');
    expect(mediaOf('keeps-all').filter((file) => !file.startsWith('lectures/'))).toHaveLength(2);
    expect(filesBelow(place, `.work/lectures/${id}`)).toHaveLength(1);
    for (const { permissions } of onDrive(place, id)) {
      expect(permissions.map(({ role, emailAddress }) => `${role} ${emailAddress}`).toSorted()).toEqual(
        users.map((user) => `reader ${user}`),
      );
    }
    expect(place.google.mails).toEqual([]);
  });

  it('leaves nothing where the room keeps none, and may be read by the domain', async () => {
    const { id, state } = await lectureIn('keeps-none', {
      keepFiles: 'none',
      share: { kind: 'domain', domain: 'school.test' },
      exports: ['shelf'],
    });
    expect(state).toBe('complete');
    expect(filesBelow(place, '').filter((file) => file.includes('keeps-none'))).toEqual([]);
    expect(filesBelow(place, `.work/lectures/${id}`)).toEqual([]);
    for (const { permissions } of onDrive(place, id))
      expect(permissions).toMatchObject([{ type: 'domain', domain: 'school.test', role: 'reader' }]);
  });

  it('is shared with anyone only where the room says so', async () => {
    const { id } = await lectureIn('open', { share: { kind: 'anyone' } });
    for (const { permissions } of onDrive(place, id))
      expect(permissions).toMatchObject([{ type: 'anyone', role: 'reader' }]);
    expect(onDrive(place, id)).toHaveLength(2);
  });

  it('stands at its export targets byte for byte, with pictures', async () => {
    const document = await lectureIn('exported', { exports: ['shelf'] });
    expect(document.files).toHaveLength(4);
    for (const { path, sha256 } of document.files)
      expect(sha256Of(join(dir.path, 'shelf', path.replace(/^lectures\//, '')))).toBe(sha256);
    expect(document.publications).toContainEqual(
      expect.objectContaining({ kind: 'export', target: 'shelf', state: 'done' }),
    );
  });
});

describe.concurrent('a code that no course has', () => {
  it('stops nothing: the lecture is published, and both say which code', async () => {
    const { ids } = place;
    const eventId = await place.addEvent();
    const { id, state, reason, publications } = await lectureIn(
      'codes',
      {},
      {
        ask: {
          event: { calendarId: ids.calendarId, eventId },
          spec: { courses: ['NO-SUCH-COURSE', ids.courseCode] },
        },
      },
    );
    expect(state).toBe('incomplete');
    expect(reason).toMatch(/^announcement NO-SUCH-COURSE failed: .*NO-SUCH-COURSE/);
    const post = publications.find(({ target }) => target === 'NO-SUCH-COURSE')!;
    expect(post).toMatchObject({ kind: 'announcement', state: 'failed' });
    expect(post.reason).toContain('NO-SUCH-COURSE');
    const main = publications.find(({ kind, target }) => kind === 'drive' && target === 'main')!;
    expect(main.state).toBe('done');
    expect(postsOf(place, main.externalId!)).toHaveLength(1);
    expect(attachedTo(place, eventId)).toContain('Graph theory');
    await place.stack.catalog.courseCodes.put('NO-SUCH-COURSE', ids.courseId);
    await retryLecture(place.stack, id);
    await place.end(id);
    expect(await place.show(id)).toMatchObject({ state: 'complete' });
    // It is another name of the course that has the post.
    expect(postsOf(place, main.externalId!)).toHaveLength(1);
    expect(attachedTo(place, eventId)).toEqual(['Notes', 'Graph theory']);
  });
});

describe.concurrent('without an account at Google', () => {
  it('a lecture goes to its export target; a room with a folder says what is to be set', async () => {
    const google = { credentialsFile: undefined, subject: undefined } as object;
    await using bare = await startLectureStack({ google });
    const spec = { kind: 'local', path: join(dir.path, 'bare') };
    await addTarget(bare.stack.catalog, { name: 'bare', spec });
    const fields = { folderId: undefined, exports: ['bare'], keepFiles: 'none' };
    const exported = await lectureIn('here', fields, { stack: bare });
    expect(exported).toMatchObject({ state: 'complete' });
    const { path, sha256 } = fileOf(exported, 'main');
    expect(sha256Of(join(dir.path, 'bare', path.replace(/^lectures\//, '')))).toBe(sha256);
    expect(mediaOf('here', bare)).toEqual([]);

    const asked = await lectureIn('there', { exports: ['bare'] }, { stack: bare });
    expect(asked).toMatchObject({ state: 'incomplete' });
    expect(asked.reason).toMatch(/drive main failed: .*google\.credentialsFile.*longtake google login/);
    expect(asked.publications).toContainEqual(expect.objectContaining({ kind: 'export', state: 'done' }));
    expect(readFileSync(bare.stack.media(fileOf(asked, 'main').path)).length).toBeGreaterThan(0);
  });
});

// Alone: all lectures of the stack have the account.
describe('an account that was revoked', () => {
  it('leaves the video on the host; when it is back, retry goes on without composing again', async () => {
    const { accounts } = place.google;
    const robot = [...accounts.all.values()].find((one): one is Robot => one.kind === 'robot')!;
    const scopes = [...robot.delegatedScopes];
    robot.delegatedScopes.clear();
    accounts.tokens.clear();
    const refused = await lectureIn('revoked');
    expect(refused).toMatchObject({ state: 'incomplete' });
    expect(refused.reason).toContain('drive main failed:');
    expect(refused.reason).toContain('Let the administrator of the domain delegate the scopes');
    expect(refused.publications).toContainEqual(
      expect.objectContaining({ kind: 'drive', target: 'main', state: 'failed' }),
    );
    const { path, sha256 } = fileOf(refused, 'main');
    expect(sha256Of(place.stack.media(path))).toBe(sha256);
    expect(onDrive(place, refused.id)).toEqual([]);
    for (const scope of scopes) robot.delegatedScopes.add(scope);
    await retryLecture(place.stack, refused.id);
    await place.end(refused.id);
    const document = await place.show(refused.id);
    expect(document).toMatchObject({ state: 'complete' });
    expect(document.reason).toBeUndefined();
    expect(await composedAnew(place, refused.id)).toEqual([]);
    expect(onDrive(place, refused.id).map((file) => file.sha256)).toContain(sha256);
    expect(filesBelow(place, `.work/lectures/${refused.id}`)).toEqual([]);
  });
});
