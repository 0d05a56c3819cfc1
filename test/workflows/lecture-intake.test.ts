// The reader of a room's calendar on a real server: looks that find nothing cost no history, words are heard at once.
import { describe, expect, it } from 'vitest';
import * as messages from '../../src/contract/intake-messages.ts';
import { hoursFromNow, lectureEvent } from '../activities/lecture/intake-stage.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { detailsOf, runsOf, stateOf } from './restream-run.ts';
import { runStagedIntake, type StagedIntake } from './staged-intake.ts';

// Ids of rooms' readers are fixed: each test has a namespace of its own.
const run = async (work: (staged: StagedIntake) => Promise<void>) =>
  await runStagedIntake(await ownNamespace(), work);

const startMs = hoursFromNow(5);

/** Signals that a workflow was sent, in their order. */
async function signalsOf({ lecture }: StagedIntake, id: string): Promise<string[]> {
  const { events = [] } = await lecture(id).fetchHistory();
  return (events ?? []).flatMap(
    ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName ?? [],
  );
}

describe.concurrent('a room’s calendar', () => {
  it('becomes lectures that run, are told of changes, and are cancelled', async () => {
    await run(async (staged) => {
      const { stage, start, lecture } = staged;
      await stage.putRoom();
      await stage.says(lectureEvent('g', { startMs }));
      const intake = await start();
      const { id } = await eventually(() => stage.lecture('g'));
      await eventually(async () => (await lecture(id).describe()).type === 'lecture');
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === 1);

      await stage.says(lectureEvent('g', { startMs: startMs + 600_000 }));
      await intake.signal(messages.pollNow);
      await eventually(async () => (await signalsOf(staged, id)).includes('lectureChanged'));
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.changed === 1);

      await stage.says();
      await intake.signal(messages.pollNow);
      await eventually(async () => (await signalsOf(staged, id)).includes('cancel'));
      await eventually(async () => (await lecture(id).describe()).status.name !== 'RUNNING');
      await eventually(async () => (await stage.lectures())[0]?.state === 'cancelled');
      expect(await detailsOf(intake)).toContain('1 added, 1 changed, 1 cancelled');
    });
  });

  it('that says nothing new costs no history, however often it is looked at', async () => {
    await run(async ({ stage, start, looks }) => {
      await stage.putRoom();
      await stage.says(lectureEvent('g', { startMs }));
      const intake = await start({ pollSeconds: 0.1 });
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === 1);
      const from = looks();
      await eventually(() => looks() >= from + 3);
      const { historyLength } = await intake.describe();
      await eventually(() => looks() >= from + 15);
      expect((await intake.describe()).historyLength).toBe(historyLength);
      await stage.says(lectureEvent('g', { startMs }), lectureEvent('h', { startMs: hoursFromNow(9) }));
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === 2);
    });
  });

  it('that cannot be read is trouble that the list of workflows shows, until it can', async () => {
    await run(async ({ stage, start }) => {
      await stage.putRoom();
      const intake = await start();
      await eventually(async () => (await stateOf(intake)) === 'trouble');
      expect(await intake.query(messages.intakeStatus)).toMatchObject({
        state: 'trouble',
        reason: expect.stringContaining('is not there'),
      });
      await stage.says(lectureEvent('g', { startMs }));
      await intake.signal(messages.pollNow);
      await eventually(async () => (await stateOf(intake)) === 'following');
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === 1);
    });
  });
});

describe.concurrent('an event that cannot be read', () => {
  it('stands in the state of the reader until it can, while the others become lectures', async () => {
    await run(async ({ stage, start }) => {
      await stage.putRoom();
      const broken = lectureEvent('g', { startMs, lines: ['SUMMARY:Graphs', 'RRULE:FREQ=NEVER'] });
      await stage.says(broken, lectureEvent('h', { startMs: hoursFromNow(9) }));
      const intake = await start();
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === 1);
      expect(await intake.query(messages.intakeStatus)).toMatchObject({
        state: 'following',
        unreadable: ['Graphs (g): invalid frequency ….'],
      });
      expect(await detailsOf(intake)).toContain('Graphs (g)');
      await stage.says(lectureEvent('h', { startMs: hoursFromNow(9) }));
      await intake.signal(messages.pollNow);
      await eventually(async () => (await intake.query(messages.intakeStatus)).unreadable.length === 0);
    });
  });
});

describe.concurrent('the reader of a calendar', () => {
  it('waits without a look or a timer while the room has none, and begins when it has', async () => {
    await run(async ({ stage, start, looks }) => {
      await stage.putRoom({ calendarFeed: undefined });
      const intake = await start({ pollSeconds: 0.1 });
      await eventually(async () => (await stateOf(intake)) === 'idle');
      const asked = looks();
      const { events } = await intake.fetchHistory();
      expect(events?.filter(({ timerStartedEventAttributes: timer }) => timer)).toEqual([]);
      await stage.putRoom();
      await stage.says(lectureEvent('g', { startMs }));
      expect(looks()).toBe(asked);
      await start({ pollSeconds: 0.1 });
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === 1);
    });
  });

  it('ends when its room is gone, and when it is told to', async () => {
    await run(async ({ stage, start }) => {
      await stage.putRoom();
      await stage.says();
      const first = await start();
      await eventually(async () => (await first.describe()).raw.pendingActivities?.length === 1);
      await stage.catalog.rooms.remove(stage.roomId);
      await first.signal(messages.roomChanged);
      await first.result();
      await stage.putRoom();
      const second = await start();
      await second.signal(messages.stopIntake);
      await second.result();
    });
  });

  it('continues as new and keeps what it counts', async () => {
    await run(async ({ client, stage, start }) => {
      await stage.putRoom();
      await stage.says();
      const intake = await start({ sessionEvents: 40 });
      for (let count = 1; count <= 8; count += 1) {
        const events = Array.from({ length: count }, (_, index) =>
          lectureEvent(`e${index}`, { startMs: startMs + index * 7_200_000 }),
        );
        await stage.says(...events);
        await intake.signal(messages.pollNow);
        await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === count);
      }
      expect((await runsOf(client, intake.workflowId)).length).toBeGreaterThan(1);
      expect(await stage.lectures()).toHaveLength(8);
    });
  });
});
