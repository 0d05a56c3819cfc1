// The lecture's workflow on a real Temporal server, with activities that answer as each test says: order, waiting, lost hosts, places that refuse.
import { WorkflowFailedError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import * as messages from '../../src/contract/lecture-messages.ts';
import { isoFromMs } from '../../src/domain/range.ts';
import { activityFault } from '../fakes/plan-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { runLecture } from './lecture-run.ts';
import type { LectureRun } from './staged-lecture.ts';

const inSeconds = (seconds: number): string => isoFromMs(Date.now() + seconds * 1000);
const statesOf = ({ state }: LectureRun): string[] => state.records.flatMap((record) => record.state ?? []);
const count = ({ state }: LectureRun, call: string): number =>
  state.calls.filter((one) => one.startsWith(call)).length;

const detailsOf = async ({ handle }: LectureRun): Promise<string> =>
  ((await handle.query<string>('__temporal_workflow_metadata')) as unknown as { currentDetails: string })
    .currentDetails;

const noLecturer = {
  facts: { index: 1, lecturer: 'absent', screen: 'picture', board: 'absent', sound: 'none' },
  missingSeconds: 10,
} as const;

describe.concurrent('a lecture', () => {
  it('fetches, looks, composes, joins, uploads, attaches, posts and clears up, in that order', async () => {
    await runLecture({}, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      const steps = run.state.calls.map((call) => call.split(' ')[0]);
      const order = steps.filter((step, at) => step !== steps[at - 1]);
      const ends = ['attach', 'post'].sort((a, b) => order.indexOf(a) - order.indexOf(b));
      expect(order).toEqual([
        ...['open', 'claim', 'download', 'judge', 'compose', 'join', 'upload', ...ends, 'sweep'],
      ]);
      expect([count(run, 'download'), count(run, 'compose'), count(run, 'upload')]).toEqual([6, 3, 1]);
      expect(statesOf(run)).toEqual(['preparing', 'composing', 'uploading', 'attaching', 'complete']);
      expect(run.state.news).toEqual(['ready']);
    });
  });

  it('shows its panes and its places in the Web UI and to the query', async () => {
    await runLecture({}, async (run) => {
      await run.handle.result();
      const progress = await run.handle.query(messages.lectureProgress);
      expect(progress).toMatchObject({ state: 'complete', slots: { total: 3, composed: 3 } });
      // Attachment and post are made at the same time: which comes first is nobody's business.
      expect(new Set(progress.publications.map(({ kind, state }) => `${kind} ${state}`))).toEqual(
        new Set(['drive done', 'calendar done', 'announcement done']),
      );
      const details = await detailsOf(run);
      expect(details).toContain('Graph theory, 2026-01-05 10:00–10:30');
      expect(details).toMatch(/\| 1 \|[^|]*\| lecturer \| screen \|/);
      expect(details).toMatch(/\| drive \| main \| done \|/);
    });
  });

  it('waits until its files should be there', async () => {
    let readyAt = '';
    const light = ({ opened }: LectureRun['state']) => ({
      openLecture: async () => ({ ...opened, readyAt: (readyAt = inSeconds(15)) }),
    });
    await runLecture({ light }, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect(statesOf(run).slice(0, 2)).toEqual(['waiting', 'preparing']);
      expect(run.state.records[0]!.reason).toContain(readyAt);
    });
  });

  it('waits a second time for files that were not there', async () => {
    let secondTryAt = '';
    const light = ({ opened }: LectureRun['state']) => ({
      openLecture: async () => ({ ...opened, secondTryAt: (secondTryAt ||= inSeconds(15)) }),
    });
    const judge = (index: number, look: number) => (index === 1 && look === 1 ? noLecturer : {});
    await runLecture({ light, judge }, async (run) => {
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect(statesOf(run).slice(0, 3)).toEqual(['preparing', 'waiting', 'preparing']);
      expect(run.state.records[1]!.reason).toBe(
        `The lecturer’s file of 1 of 3 slots is not there. 10 s of the lecturer are missing. Looking again at ${secondTryAt}.`,
      );
      expect(run.state.news).toEqual(['waiting', 'ready']);
      expect(count(run, 'judge')).toBe(6);
    });
  });

  it('waits no longer when it is told so, and is incomplete then', async () => {
    const opened = { readyAt: inSeconds(600), secondTryAt: inSeconds(1200) };
    await runLecture({ opened, judge: (index) => (index === 1 ? noLecturer : {}) }, async (run) => {
      await eventually(() => statesOf(run).includes('waiting'));
      await run.handle.signal(messages.startNow);
      expect(await run.handle.result()).toMatchObject({
        state: 'incomplete',
        reason: expect.stringContaining('The lecturer’s file of 1 of 3 slots is not there.'),
      });
      expect(run.state.news).toEqual(['ready']);
      expect(count(run, 'judge')).toBe(3);
    });
  });

  it.each([
    ['goes on without a file that hangs its reader in every try', 'EncoderStalled', 'complete'],
    ['stops at a fault of its own host', 'StorageFault', 'failed'],
  ])('%s', async (_, fault, end) => {
    const downloadSegment = async (): Promise<never> => {
      throw activityFault(fault);
    };
    await runLecture({ files: () => ({ downloadSegment }) }, async (run) => {
      await run.handle.result().catch(() => undefined);
      expect(run.state.records.at(-1)).toMatchObject({ state: end });
    });
  });

  it('fails when there is not one picture after the second look', async () => {
    const absent = { lecturer: 'absent', screen: 'absent', board: 'absent', sound: 'none' } as const;
    const judge = (index: number) => ({ facts: { index, ...absent }, missingSeconds: 10 });
    await runLecture({ judge }, async (run) => {
      const failure = await run.handle.result().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(WorkflowFailedError);
      expect((failure as WorkflowFailedError).cause).toMatchObject({ type: 'SourceMissing' });
      expect(run.state.records.at(-1)).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('Not one file'),
      });
      expect(run.state.news).toEqual(['failed']);
      expect(count(run, 'sweep')).toBe(0);
    });
  });

  it('is incomplete when nothing of the right pane was recorded, and tolerates a few missing seconds', async () => {
    const facts = { lecturer: 'picture', screen: 'absent', board: 'absent', sound: 'lecturer' } as const;
    const judge = (index: number) => ({ facts: { index, ...facts }, missingSeconds: 0.3 });
    await runLecture({ judge }, async (run) => {
      expect(await run.handle.result()).toMatchObject({
        state: 'incomplete',
        reason: 'Neither screen nor board of 3 of 3 slots is there.',
      });
      expect(run.state.calls).toContain('compose 0 none');
    });
  });

  it('says which file could not be read while its slot was composed', async () => {
    const composed = { path: '.work/s.mkv', frames: 100, samples: 1, isNew: true };
    const files = () => ({
      composeSlot: async ({ slot: { index } }: { slot: { index: number } }) =>
        ({ ...composed, index, unreadable: index === 1 ? (['lecturer', 'screen'] as const) : [] }) as never,
    });
    await runLecture({ files }, async (run) => {
      expect(await run.handle.result()).toMatchObject({
        state: 'incomplete',
        reason:
          '10 s of the lecturer are missing. The file of the lecturer and the screen of slot 1 cannot be read.',
      });
      const slots = run.state.records.findLast((record) => record.slots !== undefined)!;
      expect(slots.missingSeconds).toBe(10);
      expect(slots.slots![1]!.choice).toMatchObject({ left: 'filler', right: 'filler' });
      expect(slots.slots![0]!.choice).toMatchObject({ left: 'lecturer', right: 'screen' });
    });
  });
});

describe.concurrent('a lecture whose host is lost while it composes', () => {
  it('is made anew on another one', async () => {
    const claims = ['one', 'two'];
    const busy = Promise.withResolvers<void>();
    const files = ({ calls }: LectureRun['state'], host: string) =>
      host === 'two'
        ? {}
        : {
            composeSlot: async () => {
              calls.push('compose on one');
              busy.resolve();
              throw activityFault('StorageFault', false);
            },
          };
    const given = { files, claimHost: () => claims.shift() ?? 'two', patienceSeconds: 1 };
    let isLost = false;
    await runLecture({ ...given, isHostAlive: (host) => !(isLost && host === 'one') }, async (run) => {
      await busy.promise;
      isLost = true;
      await run.stopHost('one');
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect(run.state.calls.filter((call) => call.startsWith('claim'))).toEqual(['claim one', 'claim two']);
      const after = run.state.calls.slice(run.state.calls.indexOf('claim two'));
      expect(after.filter((call) => /^(?:download|judge|compose)/.test(call))).toHaveLength(6 + 3 + 3);
      expect(await run.handle.query(messages.lectureProgress)).toMatchObject({ host: 'two' });
    });
  });
});

describe.concurrent('a place that refuses', () => {
  it('holds up no other place, and keeps what a repeat needs', async () => {
    const opened = { publish: { drive: true, exports: ['nas', 'tape'], calendar: true, courses: [] } };
    const files = ({ calls }: LectureRun['state']) => ({
      exportLecture: async ({ target }: { target: string }) => {
        if (target === 'nas') throw activityFault('AuthRejected');
        calls.push(`export ${target}`);
        return { kind: 'export', target, state: 'done' } as const;
      },
    });
    await runLecture({ opened, files }, async (run) => {
      expect(await run.handle.result()).toMatchObject({
        state: 'incomplete',
        reason: 'export nas failed: AuthRejected in a test',
      });
      expect(run.state.calls).toEqual(expect.arrayContaining(['upload main', 'export tape', 'attach']));
      expect(count(run, 'sweep')).toBe(0);
      expect(run.state.news).toEqual(['failed']);
      expect(run.state.records.at(-1)!.refused).toEqual([
        { kind: 'export', target: 'nas', state: 'failed', reason: 'AuthRejected in a test' },
      ]);
    });
  });

  it('leaves nothing to attach when it is Drive', async () => {
    const files = () => ({
      uploadLecture: async () => {
        throw activityFault('QuotaExceeded');
      },
    });
    await runLecture({ files }, async (run) => {
      expect(await run.handle.result()).toMatchObject({
        state: 'incomplete',
        reason: expect.stringContaining('drive main failed'),
      });
      expect([count(run, 'attach'), count(run, 'post')]).toEqual([0, 0]);
    });
  });

  it('is asked again on retry, in the same run', async () => {
    let isRefused = true;
    const asked = Promise.withResolvers<void>();
    const files = ({ calls }: LectureRun['state']) => ({
      uploadLecture: async () => {
        if (isRefused) {
          await asked.promise;
          isRefused = false;
          throw activityFault('AuthRejected');
        }
        calls.push('upload main');
        return { kind: 'drive', target: 'main', state: 'done' } as const;
      },
    });
    await runLecture({ files }, async (run) => {
      await eventually(() => statesOf(run).includes('uploading'));
      await run.handle.signal(messages.retryLecture);
      asked.resolve();
      expect(await run.handle.result()).toMatchObject({ state: 'complete' });
      expect(count(run, 'upload')).toBe(1);
      expect(run.state.news).toEqual(['failed', 'ready']);
    });
  });
});
