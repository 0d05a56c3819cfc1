// The readers of calendars whose histories are saved: one that is told to stop, one that continues as new, and one of a feed with an event that cannot be read.
import * as messages from '../../src/contract/intake-messages.ts';
import { lectureEvent } from '../activities/lecture/intake-stage.ts';
import { eventually } from '../setup/eventually.ts';
import type { StagedIntake } from '../workflows/staged-intake.ts';

export interface IntakeScenario {
  /** The file is `lectureIntake-<name>.json`. */
  name: string;
  /** Plays it to its end and answers its workflow id. */
  play: (staged: StagedIntake) => Promise<{ workflowId: string }>;
}

/** Far away, so that no lecture begins meanwhile. */
const startMs = Date.now() + 4 * 3_600_000;

const added =
  (looks: number, sessionEvents?: number): IntakeScenario['play'] =>
  async ({ stage, start }) => {
    await stage.putRoom();
    await stage.says();
    const intake = await start(sessionEvents === undefined ? {} : { sessionEvents });
    for (let count = 1; count <= looks; count += 1) {
      const events = Array.from({ length: count }, (_, index) =>
        lectureEvent(`e${index}`, { startMs: startMs + index * 7_200_000 }),
      );
      await stage.says(...events);
      await intake.signal(messages.pollNow);
      await eventually(async () => (await intake.query(messages.intakeStatus)).totals.added === count);
    }
    await intake.signal(messages.stopIntake);
    await intake.result();
    return intake;
  };

/** An event that cannot be read, shown until it is mended. */
const unreadable: IntakeScenario['play'] = async ({ stage, start }) => {
  await stage.putRoom();
  await stage.says(lectureEvent('g', { startMs, lines: ['SUMMARY:Graphs', 'RRULE:FREQ=NEVER'] }));
  const intake = await start();
  const shown = async (): Promise<number> => (await intake.query(messages.intakeStatus)).unreadable.length;
  await eventually(async () => (await shown()) === 1);
  await stage.says(lectureEvent('g', { startMs }));
  await intake.signal(messages.pollNow);
  await eventually(async () => (await shown()) === 0);
  await intake.signal(messages.stopIntake);
  await intake.result();
  return intake;
};

export const intakeScenarios: readonly IntakeScenario[] = [
  { name: 'complete', play: added(1) },
  { name: 'continue-as-new', play: added(8, 40) },
  { name: 'unreadable', play: unreadable },
];
