// The lectures whose histories are saved: each way a lecture may go, on activities that answer at once.
import { cancelled, heartbeat } from '@temporalio/activity';
import * as messages from '../../src/contract/lecture-messages.ts';
import { isoFromMs } from '../../src/domain/range.ts';
import type { FakeFileActivities, FakeLecture } from '../fakes/lecture-activities.ts';
import { activityFault } from '../fakes/plan-activities.ts';
import { eventually } from '../setup/eventually.ts';
import type { LectureRun, StagedLecture } from '../workflows/staged-lecture.ts';

export interface LectureScenario {
  /** The file is `lecture-<name>.json`. */
  name: string;
  given?: () => Omit<StagedLecture, 'namespace'>;
  /** What happens while it runs; the end is waited for by whoever plays it, failed or not. */
  steer?: (run: LectureRun) => Promise<void>;
}

const farAway = isoFromMs(Date.parse('2100-01-01T00:00:00Z'));
const absent = { lecturer: 'absent', screen: 'absent', board: 'absent', sound: 'none' } as const;

async function untilCancelled(): Promise<never> {
  const beat = setInterval(() => heartbeat(), 100);
  try {
    return await cancelled();
  } finally {
    clearInterval(beat);
  }
}

/** The first call of the activity waits until it is cancelled or the lecture has been told something. */
function held(name: keyof FakeFileActivities, told?: Promise<void>): NonNullable<FakeLecture['files']> {
  let isFirst = true;
  return ({ calls }) => ({
    [name]: async ({ role, slot }: { role?: string; slot?: { index: number } }) => {
      if (isFirst) {
        isFirst = false;
        calls.push(`${name} held`);
        await (told ?? untilCancelled());
      }
      if (name === 'uploadLecture') return { kind: 'drive', target: role, state: 'done' };
      return { index: slot?.index, path: '.work/s.mkv', frames: 1, samples: 1, unreadable: [], isNew: true };
    },
  });
}

const reached = (run: LectureRun, call: string): Promise<boolean> =>
  eventually(() => run.state.calls.includes(call), { what: call });

function changedWhileUploading(): LectureScenario {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    name: 'changed-while-uploading',
    given: () => ({ files: held('uploadLecture', promise) }),
    steer: async (run) => {
      await reached(run, 'uploadLecture held');
      await run.handle.signal(messages.lectureChanged);
      resolve();
    },
  };
}

function retried(): LectureScenario {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  const postLecture = async ({ course }: { course: string }) => {
    if (!isFirst) return { kind: 'announcement', target: course, state: 'done' } as const;
    isFirst = false;
    await promise;
    throw activityFault('NotFound');
  };
  return {
    name: 'retried',
    given: () => ({ light: () => ({ postLecture }) }),
    steer: async (run) => {
      await reached(run, 'attach');
      await run.handle.signal(messages.retryLecture);
      resolve();
    },
  };
}

function hostLost(): LectureScenario {
  const claims = ['one', 'two'];
  const busy = Promise.withResolvers<void>();
  const composeSlot = async (): Promise<never> => {
    busy.resolve();
    throw activityFault('StorageFault', false);
  };
  return {
    name: 'host-lost',
    given: () => ({
      ...{ patienceSeconds: 1, claimHost: () => claims.shift() ?? 'two', isHostAlive: (host) => host !== 'one' },
      files: (_, host) => (host === 'one' ? { composeSlot } : {}),
    }),
    steer: async (run) => {
      await busy.promise;
      await run.stopHost('one');
    },
  };
}

const unreadable: FakeLecture['files'] = () => ({
  composeSlot: async ({ slot: { index } }) => ({
    ...{ index, path: '.work/s.mkv', frames: 1, samples: 1, isNew: true },
    unreadable: index === 1 ? ['screen'] : [],
  }),
});

const publish = { drive: true, exports: ['nas', 'tape'], calendar: true, courses: [] };
const refusing: FakeLecture['files'] = () => ({
  exportLecture: async ({ target }) => {
    if (target === 'nas') throw activityFault('AuthRejected');
    return { kind: 'export', target, state: 'done' };
  },
});

const whileHeld = (name: keyof FakeFileActivities, say: (run: LectureRun) => Promise<void>) => ({
  given: () => ({ files: held(name) }),
  steer: async (run: LectureRun) => {
    await reached(run, `${name} held`);
    await say(run);
  },
});

export const lectureScenarios: readonly LectureScenario[] = [
  { name: 'complete' },
  {
    name: 'waiting',
    given: () => ({
      opened: { secondTryAt: farAway },
      judge: (index, look) => (look === 1 ? { facts: { index, ...absent }, missingSeconds: 10 } : {}),
    }),
    steer: async (run) => {
      await eventually(() => run.state.news.includes('waiting'));
      await run.handle.signal(messages.startNow);
    },
  },
  { name: 'incomplete', given: () => ({ opened: { publish }, files: refusing }) },
  { name: 'unreadable', given: () => ({ files: unreadable }) },
  { name: 'failed', given: () => ({ judge: (index) => ({ facts: { index, ...absent }, missingSeconds: 10 }) }) },
  {
    name: 'cancelled-while-waiting',
    given: () => ({ opened: { readyAt: farAway, secondTryAt: farAway } }),
    steer: async (run) => {
      await eventually(() => run.state.records.length === 1);
      await run.handle.signal(messages.cancelLecture, {});
    },
  },
  {
    name: 'cancelled-while-composing',
    ...whileHeld('composeSlot', (run) => run.handle.signal(messages.cancelLecture, { undo: false })),
  },
  {
    name: 'taken-back',
    given: () => ({
      input: { rerun: true },
      word: { signal: messages.cancelLecture.name, signalArgs: [{ undo: true }] },
    }),
  },
  {
    name: 'changed-while-composing',
    ...whileHeld('composeSlot', (run) => run.handle.signal(messages.lectureChanged)),
  },
  {
    name: 'chosen-while-composing',
    ...whileHeld('composeSlot', (run) => run.handle.signal(messages.choosePane, { slot: 1, right: 'filler' })),
  },
  {
    name: 'chosen-later',
    given: () => ({
      input: { rerun: true },
      word: { signal: messages.choosePane.name, signalArgs: [{ slot: 0, right: 'board' }] },
    }),
  },
  {
    name: 'event-attached',
    given: () => ({ input: { attachOnly: true }, opened: { state: 'complete' } }),
  },
  {
    name: 'event-refused',
    given: () => ({
      input: { attachOnly: true },
      opened: { state: 'incomplete', reason: '5 s of the lecturer are missing.' },
      light: () => ({
        attachLecture: () => {
          throw activityFault('AuthRejected');
        },
      }),
    }),
  },
  changedWhileUploading(),
  retried(),
  hostLost(),
];
