// One post for a course and a file, although Google gives no ids beforehand and answers are lost.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { postOnce, type PostedOnce, type PostOnce } from '../../src/google/classroom-once.ts';
import { createClassroom, type Classroom } from '../../src/google/classroom.ts';
import type { PostKind } from '../../src/google/classroom-types.ts';
import type { Course } from '../fakes/google/classroom-store.ts';
import type { FaultAction, FaultStep } from '../fakes/google/faults.ts';
import { openSchool, takeScript, type School } from './school.ts';

const kinds = ['announcement', 'material'] as const;
const apiOf = (kind: PostKind, verb: 'create' | 'list') => ({
  api: `classroom.courses.${kind === 'announcement' ? 'announcements' : 'courseWorkMaterials'}.${verb}`,
});

let school: School;
let classroom: Classroom;
let course: Course;
let fileId: string;

beforeAll(async () => {
  school = await openSchool();
  classroom = createClassroom(school.connection, { sharingPauseMs: 1 });
});
afterAll(() => school[Symbol.asyncDispose]());
beforeEach(() => newCourse(school));
afterEach(() => {
  school.fake.classroom.listLagSeconds = 0;
  expect(takeScript(school)).toEqual([]);
});

async function newCourse({ fake, email }: School): Promise<void> {
  course = fake.classroom.addCourse({ name: 'Algebra', owner: email });
  const parentId = fake.drive.rootOf(email).id;
  fileId = (await fake.placeFile({ name: 'a.mp4', parentId, bytes: new Uint8Array(3) })).id;
}
const ask = (kind: PostKind, more: Partial<PostOnce> = {}): PostOnce => ({
  courseId: course.id,
  kind,
  fileId,
  url: `https://drive.google.com/file/d/${fileId}/view`,
  text: 'Algebra',
  title: 'Algebra',
  sinceMs: Date.now(),
  wasUnclear: false,
  pauseMs: 5,
  ...more,
});
const postsIn = ({ fake }: School) => fake.posts().filter(({ courseId }) => courseId === course.id);
const posts = () => postsIn(school);
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isFault(error)) throw new Error('It did not end with a fault', { cause: error });
  return error;
};

describe.each(kinds)('a post of the kind %s', (kind) => {
  const create = apiOf(kind, 'create');

  it('is made, and at the second time found', async () => {
    const steps: string[] = [];
    const onStep = (step: string) => Promise.resolve(void steps.push(step));
    const first = await postOnce(classroom, ask(kind, { onStep }));
    expect(first).toMatchObject({ state: 'done', postId: posts()[0]!.id });
    expect(await postOnce(classroom, ask(kind, { onStep }))).toEqual(first);
    expect([posts().length, steps]).toEqual([1, ['sending']]);
  });

  it.each([
    [{ do: 'applyThenDrop' } as const],
    [{ do: 'applyThenStatus', status: 500 } as const],
    [{ do: 'applyThenStatus', status: 503 } as const],
    [{ do: 'cutAnswerAfterBytes', bytes: 12 } as const],
  ])('whose answer is lost by %j is found by looking again', async (fault) => {
    school.fake.script([{ on: create, ...fault }]);
    expect(await postOnce(classroom, ask(kind))).toMatchObject({ state: 'done', postId: posts()[0]!.id });
    expect(posts()).toHaveLength(1);
  });

  it('whose answer never comes is found after the time for it', async () => {
    await using impatient = await openSchool({ requestSeconds: 3 });
    await newCourse(impatient);
    impatient.fake.script([{ on: create, do: 'applyThenHang' }]);
    const posted = await postOnce(createClassroom(impatient.connection), ask(kind));
    expect(posted).toMatchObject({ state: 'done', postId: postsIn(impatient)[0]!.id });
  });

  it.each([[{ do: 'drop' } as const], [{ do: 'error', name: 'backendError' } as const]])(
    'that may be there after %j and is not seen waits for a person, however often it is tried',
    async (fault) => {
      school.fake.script([{ on: create, ...fault }]);
      const lost = await postOnce(classroom, ask(kind));
      expect(lost.state === 'unclear' && lost.reason).toContain(`course ${course.id}`);
      for (let again = 0; again < 3; again += 1)
        expect(await postOnce(classroom, ask(kind, { wasUnclear: true }))).toMatchObject({
          state: 'unclear',
        });
      expect([posts().length, school.fake.journal.of(create.api).length]).toEqual([0, 1]);
      const forced = await postOnce(classroom, ask(kind, { wasUnclear: true, force: true }));
      expect(forced).toMatchObject({ state: 'done', postId: posts()[0]!.id });
    },
  );

  it('that lists show late is not made again, not even by force once it shows', async () => {
    school.fake.classroom.listLagSeconds = 1000;
    school.fake.script([{ on: create, do: 'applyThenDrop' }]);
    expect(await postOnce(classroom, ask(kind))).toMatchObject({ state: 'unclear' });
    expect(await postOnce(classroom, ask(kind, { wasUnclear: true }))).toMatchObject({ state: 'unclear' });
    school.fake.advance(1001);
    const found = { state: 'done', postId: posts()[0]!.id };
    expect(await postOnce(classroom, ask(kind, { wasUnclear: true }))).toMatchObject(found);
    expect(await postOnce(classroom, ask(kind, { wasUnclear: true, force: true }))).toMatchObject(found);
    expect(posts()).toHaveLength(1);
  });

  it('that lists show within the pauses is found', async () => {
    school.fake.classroom.listLagSeconds = 0.3;
    school.fake.script([{ on: create, do: 'applyThenDrop' }]);
    expect(await postOnce(classroom, ask(kind, { pauseMs: 200 }))).toMatchObject({ state: 'done' });
  });

  it('that is refused says so, and that nothing was posted', async () => {
    const steps: string[] = [];
    const onStep = (step: string) => Promise.resolve(void steps.push(step));
    school.fake.script([{ on: create, do: 'error', name: 'resourceExhausted', retryAfterSeconds: 7 }]);
    const busy = await faultOf(postOnce(classroom, ask(kind, { onStep })));
    expect([busy.type, busy.details['retryAfterSeconds']]).toEqual(['GoogleTransient', 7]);
    course.state = 'ARCHIVED';
    expect((await faultOf(postOnce(classroom, ask(kind, { onStep })))).type).toBe('GonePermanently');
    expect([posts().length, steps]).toEqual([0, ['sending', 'refused', 'sending', 'refused']]);
  });

  it('is not sent when the look before fails', async () => {
    school.fake.script([{ on: apiOf(kind, 'list'), do: 'drop' }]);
    expect((await faultOf(postOnce(classroom, ask(kind)))).type).toBe('GoogleTransient');
    expect(school.fake.journal.of(create.api)).toEqual([]);
  });
});

describe('a Google that goes away before the request', () => {
  it('was not sent anything, and leaves nothing unclear', async () => {
    await using leaving = await openSchool();
    await newCourse(leaving);
    const steps: string[] = [];
    const onStep = async (step: 'sending' | 'refused') => {
      steps.push(step);
      if (step === 'sending') await leaving.fake.close();
    };
    const away = createClassroom(leaving.connection);
    expect((await faultOf(postOnce(away, ask('announcement', { onStep })))).type).toBe('GoogleTransient');
    expect(steps).toEqual(['sending', 'refused']);
  });
});

describe('a cancelled wait', () => {
  it('ends between two looks', async () => {
    const leaving = new AbortController();
    school.fake.script([{ on: apiOf('material', 'create'), do: 'applyThenDrop' }]);
    const posting = postOnce(classroom, ask('material', { pauseMs: 60_000, signal: leaving.signal }));
    await expect.poll(() => posts().length).toBe(1);
    leaving.abort();
    await expect(posting).rejects.toThrow();
  });
});

/** What stands in the catalog of this post, and a person who looks when all tries are over. */
interface Row {
  state: 'pending' | 'unclear' | 'done';
}

/** The caller's part: notes each step, is killed where `dies` says so, and tries until there is an answer. */
async function attempt(row: Row, kind: PostKind, dies: 'sending' | 'sent' | undefined, force = false) {
  const onStep = (step: 'sending' | 'refused') => {
    row.state = step === 'sending' ? 'unclear' : 'pending';
    return dies === 'sending' ? Promise.reject(new Error('killed')) : Promise.resolve();
  };
  const wasUnclear = row.state === 'unclear';
  const posted = await postOnce(classroom, ask(kind, { wasUnclear, force, pauseMs: 1, onStep })).catch(
    (): PostedOnce => ({ state: 'unclear', reason: 'failed' }),
  );
  if (posted.state === 'done' && dies !== 'sent') row.state = 'done';
}

describe('whatever happens', () => {
  const actions: FaultAction[] = [
    { do: 'drop' },
    { do: 'applyThenDrop' },
    { do: 'applyThenStatus', status: 500 },
    { do: 'cutAnswerAfterBytes', bytes: 9 },
    { do: 'error', name: 'backendError' },
    { do: 'error', name: 'resourceExhausted' },
  ];
  /** Park and Miller: the same trials in every run. */
  const random = (seed: number) => {
    let state = seed;
    return (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  };

  it.each(kinds)('there is one post of the kind %s at the end, and a second never', async (kind) => {
    for (let trial = 1; trial <= 24; trial += 1) {
      await newCourse(school);
      const below = random(trial * 7919);
      below(2);
      const steps = (['create', 'list', 'list'] as const).flatMap((verb): FaultStep[] =>
        below(3) === 0
          ? []
          : [{ on: apiOf(kind, verb), nth: 1 + below(3), ...actions[below(actions.length)]! }],
      );
      school.fake.script(steps);
      // Lists that lag hide a post from every look but a person's.
      school.fake.classroom.listLagSeconds = below(2) * 1000;
      const row: Row = { state: 'pending' };
      for (let tries = 0; tries < 4 && row.state !== 'done'; tries += 1)
        await attempt(row, kind, ([undefined, undefined, 'sending', 'sent'] as const)[below(4)]);
      // A person looks: what is missing is posted in their name.
      school.fake.clearScript();
      school.fake.advance(1001);
      if (row.state !== 'done') await attempt(row, kind, undefined, posts().length === 0);
      expect([trial, row.state, posts().length]).toEqual([trial, 'done', 1]);
    }
  });
});
