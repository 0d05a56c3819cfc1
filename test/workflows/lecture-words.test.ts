// What a running lecture is told, on a real Temporal server with activities that answer as each test says: changes, choices, retries, cancel.
import { cancelled, heartbeat } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import * as messages from '../../src/contract/lecture-messages.ts';
import { isoFromMs } from '../../src/domain/range.ts';
import type { FakeFileActivities, FakeLecture } from '../fakes/lecture-activities.ts';
import { activityFault } from '../fakes/plan-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { runLecture } from './lecture-run.ts';
import type { LectureRun } from './staged-lecture.ts';

const inSeconds = (seconds: number): string => isoFromMs(Date.now() + seconds * 1000);
const count = ({ state }: LectureRun, call: string): number =>
  state.calls.filter((one) => one.startsWith(call)).length;

/** Never answers, and ends when it is cancelled, as real activities do. */
async function untilCancelled(): Promise<never> {
  const beat = setInterval(() => heartbeat(), 100);
  try {
    return await cancelled();
  } finally {
    clearInterval(beat);
  }
}

/** The first call of this activity hangs. */
const hangingOnce =
  (name: keyof FakeFileActivities): NonNullable<FakeLecture['files']> =>
  ({ calls }) => {
    let isFirst = true;
    const hang = async (request: { role?: string; slot?: { index: number } }): Promise<unknown> => {
      if (isFirst) {
        isFirst = false;
        calls.push(`${name} hangs`);
        return await untilCancelled();
      }
      calls.push(`${name} again`);
      const { index } = request.slot ?? {};
      return { index, path: '.work/s.mkv', frames: 1, samples: 1, unreadable: [], isNew: true };
    };
    return { [name]: hang };
  };

describe.concurrent('a lecture that is given an event', () => {
  const input = { attachOnly: true };

  it('after it was published attaches its video there, and makes nothing anew', async () => {
    const opened = { state: 'incomplete', reason: '5 s of the lecturer are missing.' } as const;
    await runLecture({ input, opened }, async (run) => {
      expect(await run.handle.result()).toMatchObject(opened);
      expect([run.state.calls, run.state.records, run.state.news]).toEqual([['open', 'attach'], [], []]);
    });
  });

  it('that does not take it is incomplete, with what was missing before', async () => {
    const attachLecture = (): never => {
      throw activityFault('AuthRejected');
    };
    const opened = { state: 'incomplete', reason: '5 s are missing.' } as const;
    await runLecture({ input, opened, light: () => ({ attachLecture }) }, async (run) => {
      const reason = '5 s are missing. calendar event failed: AuthRejected in a test';
      expect(await run.handle.result()).toMatchObject({ state: 'incomplete', reason });
      expect(run.state.records).toMatchObject([
        { state: 'incomplete', reason, refused: [{ kind: 'calendar', state: 'failed' }] },
      ]);
    });
  });

  it('before it ever ran goes its whole way', async () => {
    await runLecture({ input }, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect([count(run, 'compose'), count(run, 'attach')]).toEqual([3, 1]);
    });
  });

  it('and changed meanwhile is made anew after that', async () => {
    const word = { signal: messages.lectureChanged.name, signalArgs: [] };
    await runLecture({ input, opened: { state: 'complete' }, word }, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect([count(run, 'compose'), count(run, 'attach')]).toEqual([3, 2]);
    });
  });
});

describe.concurrent('a lecture that is changed', () => {
  it('begins again at once while it composes', async () => {
    await runLecture({ files: hangingOnce('composeSlot') }, async (run) => {
      await eventually(() => run.state.calls.includes('composeSlot hangs'));
      run.state.opened.title = 'Trees';
      run.state.opened.slots = run.state.opened.slots.slice(0, 2);
      await run.handle.signal(messages.lectureChanged);
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect([count(run, 'open'), count(run, 'composeSlot again')]).toEqual([2, 2]);
      expect(run.state.calls).toContain('join 2');
      expect(await run.handle.query(messages.lectureProgress)).toMatchObject({
        slots: { total: 2, composed: 2 },
      });
    });
  });

  it('uploads to the end first, then begins again; nobody is told in between and nothing is cleared', async () => {
    const asked = Promise.withResolvers<void>();
    const files = ({ calls }: LectureRun['state']) => ({
      uploadLecture: async () => {
        await asked.promise;
        calls.push('upload main');
        return { kind: 'drive', target: 'main', state: 'done' } as const;
      },
    });
    await runLecture({ files }, async (run) => {
      await eventually(() => run.state.records.some(({ state }) => state === 'uploading'));
      await run.handle.signal(messages.lectureChanged);
      asked.resolve();
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect([count(run, 'open'), count(run, 'upload'), count(run, 'sweep')]).toEqual([2, 2, 1]);
      expect(run.state.news).toEqual(['ready']);
      expect(run.state.records.filter(({ state }) => state === 'complete')).toHaveLength(1);
    });
  });

  it('waits for the files of its new end', async () => {
    const opened = { readyAt: inSeconds(600) };
    await runLecture({ opened }, async (run) => {
      await eventually(() => run.state.records.length === 1);
      run.state.opened.readyAt = inSeconds(900);
      await run.handle.signal(messages.lectureChanged);
      await eventually(() => run.state.records.length === 2);
      expect(run.state.records[1]).toMatchObject({ state: 'waiting' });
      expect(run.state.records[1]!.reason).toContain(run.state.opened.readyAt);
      await run.handle.signal(messages.startNow);
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
    });
  });

  it('waits for the files of its new end in a later run too', async () => {
    const word = { signal: messages.lectureChanged.name, signalArgs: [] };
    const given = { opened: { readyAt: inSeconds(600) }, input: { rerun: true }, word };
    await runLecture(given, async (run) => {
      await eventually(() => run.state.records.length === 1);
      expect(run.state.records[0]).toMatchObject({ state: 'waiting' });
      await run.handle.signal(messages.startNow);
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
    });
  });
});

describe.concurrent('a word for a pane', () => {
  it('holds for its slot, while the lecture composes', async () => {
    await runLecture({ files: hangingOnce('joinLecture') }, async (run) => {
      await eventually(() => run.state.calls.includes('joinLecture hangs'));
      await run.handle.signal(messages.choosePane, { slot: 1, right: 'filler' });
      await eventually(() => count(run, 'compose') === 6);
      expect(run.state.calls.filter((call) => call.startsWith('compose')).slice(3)).toEqual([
        'compose 0 screen',
        'compose 1 filler',
        'compose 2 screen',
      ]);
      const { choices } = await run.handle.query(messages.lectureProgress);
      expect(choices[1]).toMatchObject({ right: 'filler', reason: 'chosen by a person' });
      await run.handle.terminate();
    });
  });

  it('that fits no slot changes nothing', async () => {
    const opened = { readyAt: inSeconds(600) };
    await runLecture({ opened }, async (run) => {
      const words: unknown[] = [
        ...[undefined, null, 'screen', [], {}, { slot: 'x', right: 'screen' }, { slot: -1, right: 'screen' }],
        ...[{ slot: 1 }, { slot: 1, right: 'lecturer' }, { slot: 1.5, right: 'board' }],
      ];
      for (const word of words) await run.handle.signal('choosePane', word);
      await run.handle.signal(messages.startNow);
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect(count(run, 'open')).toBe(1);
      expect(run.state.opened.overrides).toEqual([]);
    });
  });
});

describe.concurrent('a later run', () => {
  const unclear = (forced: boolean): FakeLecture => ({
    light: ({ calls }) => ({
      postLecture: async ({ course, force }) => {
        calls.push(`post ${course} ${force}`);
        return { kind: 'announcement', target: course, state: force === forced ? 'done' : 'unclear' };
      },
    }),
  });

  it('on retry may make a post again whose fate is unclear', async () => {
    const word = { signal: messages.retryLecture.name, signalArgs: [] };
    await runLecture({ ...unclear(true), input: { rerun: true }, word }, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect(run.state.calls).toContain('post MATH true');
    });
  });

  it('for another pane may not', async () => {
    const word = { signal: messages.choosePane.name, signalArgs: [{ slot: 0, right: 'filler' }] };
    await runLecture({ ...unclear(true), input: { rerun: true }, word }, async (run) => {
      expect(await run.handle.result()).toMatchObject({
        state: 'incomplete',
        reason: 'announcement MATH unclear: no reason',
      });
      expect(run.state.calls).toContain('compose 0 filler');
    });
  });

  it('begins nothing of a lecture that is cancelled', async () => {
    const word = { signal: messages.retryLecture.name, signalArgs: [] };
    const opened = { state: 'cancelled' } as const;
    await runLecture({ opened, input: { rerun: true }, word }, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled' });
      expect(run.state.calls).toEqual(['open']);
    });
  });
});

describe.concurrent('cancel', () => {
  const steps: [string, keyof FakeFileActivities][] = [
    ['fetches', 'downloadSegment'],
    ['looks at pictures', 'judgeSlot'],
    ['composes', 'composeSlot'],
    ['joins', 'joinLecture'],
    ['uploads', 'uploadLecture'],
  ];

  it.each(steps)('ends a lecture that %s, and clears its work', async (_, name) => {
    await runLecture({ files: hangingOnce(name) }, async (run) => {
      await eventually(() => run.state.calls.includes(`${name} hangs`));
      await run.handle.signal(messages.cancelLecture, {});
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled', reason: 'Cancelled.' });
      expect(run.state.calls.at(-1)).toBe('sweep');
      expect(run.state.records.at(-1)).toMatchObject({ state: 'cancelled', reason: 'Cancelled.' });
      expect(run.state.news).toEqual([]);
      expect(count(run, 'undo')).toBe(0);
    });
  });

  it('ends a lecture that waits, and that posts', async () => {
    await runLecture({ opened: { readyAt: inSeconds(600) } }, async (run) => {
      await eventually(() => run.state.records.length === 1);
      await run.handle.signal('cancel');
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled' });
      expect(run.state.calls).toEqual(['open']);
    });
    await runLecture({ light: () => ({ postLecture: untilCancelled }) }, async (run) => {
      await eventually(() => run.state.calls.includes('attach'));
      await run.handle.signal(messages.cancelLecture, { undo: true });
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled' });
      expect(run.state.calls.slice(-2)).toEqual(['sweep', 'undo']);
    });
  });

  it('by the server’s own request is the same', async () => {
    await runLecture({ files: hangingOnce('composeSlot') }, async (run) => {
      await eventually(() => run.state.calls.includes('composeSlot hangs'));
      await run.handle.cancel();
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled' });
      expect(run.state.calls.at(-1)).toBe('sweep');
    });
  });

  const undoing = { signal: messages.cancelLecture.name, signalArgs: [{ undo: true }] };

  it('takes back what an earlier run has published', async () => {
    await runLecture({ input: { rerun: true }, word: undoing }, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled', reason: 'Cancelled.' });
      expect(run.state.calls).toEqual(['open', 'undo']);
      expect(run.state.records.at(-1)).toMatchObject({ state: 'cancelled' });
    });
  });

  it('says what could not be taken back, and is cancelled all the same', async () => {
    const light = () => ({
      undoLecture: async () => {
        throw activityFault('AuthRejected');
      },
    });
    await runLecture({ light, input: { rerun: true }, word: undoing }, async (run) => {
      const reason = 'Cancelled, but what was published could not be taken back: AuthRejected in a test';
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled', reason });
      expect(run.state.records.at(-1)).toMatchObject({ state: 'cancelled', reason });
    });
    const stays = { kind: 'export', target: 'nas', state: 'done', reason: 'stays' } as const;
    const word = { input: { rerun: true }, word: undoing };
    await runLecture({ ...word, light: () => ({ undoLecture: async () => [stays] }) }, async (run) => {
      const reason = 'Cancelled, but not all could be taken back: export nas (stays).';
      expect(await run.handle.result()).toMatchObject({ state: 'cancelled', reason });
    });
  });
});
