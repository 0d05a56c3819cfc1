// The plans whose histories are saved: each way a plan or a camera-day may go, on activities that answer at once.
import { cancelled, heartbeat } from '@temporalio/activity';
import * as messages from '../../src/contract/plan-messages.ts';
import { activityFault, fakeSettings, whole } from '../fakes/plan-activities.ts';
import { eventually } from '../setup/eventually.ts';
import type { PlanRun, StagedPlan } from '../workflows/staged-plan.ts';

export interface Scenario {
  /** Part of the file names: `plan-<name>.json`, `cameraDay-<name>.json`. */
  name: string;
  given: () => Omit<StagedPlan, 'namespace'>;
  /** What happens while the plan runs; the scenario waits for the plan's end itself. */
  steer?: (run: PlanRun) => Promise<void>;
}

const withGap = (attempts: number, seconds: number) => ({
  attempts,
  missingSeconds: seconds,
  toleranceWindowMissingSeconds: seconds,
});

const plain = (changes: Partial<StagedPlan> = {}): Omit<StagedPlan, 'namespace'> => ({
  cameras: ['a', 'b'],
  segments: 2,
  settings: fakeSettings(),
  download: () => whole(),
  ...changes,
});

const downloads = ({ state }: PlanRun): number =>
  state.calls.filter((call) => call.startsWith('download')).length;

/** A door that downloads wait at until the scenario opens it. */
function door(): { pass: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { pass: promise, open: resolve };
}

/** Never answers, and ends when it is cancelled. */
async function untilCancelled(): Promise<never> {
  const beat = setInterval(() => heartbeat(), 100);
  try {
    return await cancelled();
  } finally {
    clearInterval(beat);
  }
}

function setTolerance(): Scenario {
  const { pass, open } = door();
  return {
    name: 'set-tolerance',
    given: () => plain({ cameras: ['a'], segments: 1, download: async ({ attempt }) => (await pass, withGap(attempt, 6)) }),
    steer: async (run) => {
      await eventually(() => downloads(run) === 1);
      await run.handle.executeUpdate(messages.setTolerance, { args: [{ gapToleranceSeconds: 6 }] });
      open();
    },
  };
}

function retryCamera(): Scenario {
  const { pass, open } = door();
  let isBroken = true;
  return {
    name: 'retry-camera',
    given: () =>
      plain({
        segments: 1,
        download: async ({ cameraId, attempt }) => {
          if (cameraId === 'b') await pass;
          return cameraId === 'a' && isBroken ? withGap(attempt, 9) : whole(attempt);
        },
      }),
    steer: async ({ handle, state }) => {
      await eventually(async () => (await handle.query(messages.planProgress)).counts.refused === 1);
      isBroken = false;
      await handle.executeUpdate(messages.retryCamera, { args: [{ camera: 'a' }] });
      await eventually(() => state.days[0]?.state === 'complete');
      open();
    },
  };
}

function pauseAndResume(): Scenario {
  const { pass, open } = door();
  return {
    name: 'pause-resume',
    given: () => plain({ segments: 4, download: async () => (await pass, whole()) }),
    steer: async (run) => {
      await eventually(() => downloads(run) > 0);
      await run.handle.signal(messages.pause);
      await eventually(async () => (await run.handle.query(messages.planProgress)).state === 'paused');
      open();
      await run.handle.signal(messages.resume);
    },
  };
}

function hostLost(): Scenario {
  const claims = ['lost-host', 'host-1'];
  return {
    name: 'host-lost',
    given: () =>
      plain({
        cameras: ['a'],
        claimHost: () => claims.shift() ?? 'host-1',
        isHostAlive: (host) => host !== 'lost-host',
        patienceSeconds: 1,
      }),
  };
}

export const scenarios: Scenario[] = [
  { name: 'complete', given: () => plain() },
  {
    name: 'incomplete',
    given: () =>
      plain({ cameras: ['a'], download: ({ attempt }) => withGap(attempt, 1), mergeMissingSeconds: 2 }),
  },
  { name: 'refused', given: () => plain({ download: ({ attempt }) => withGap(attempt, 6) }) },
  {
    name: 'failed',
    given: () =>
      plain({
        download: ({ cameraId }) => {
          if (cameraId === 'a') throw activityFault('AuthRejected');
          return whole();
        },
      }),
  },
  {
    name: 'cancelled',
    given: () => plain({ download: untilCancelled }),
    steer: async (run) => {
      await eventually(() => downloads(run) === 4);
      await run.handle.signal(messages.cancel);
    },
  },
  { name: 'merge-only', given: () => plain({ cameras: ['a'], settings: fakeSettings({ steps: ['merge'] }) }) },
  retryCamera(),
  setTolerance(),
  pauseAndResume(),
  hostLost(),
  {
    name: 'continue-as-new',
    given: () => plain({ cameras: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], segments: 20, windowSize: 2, input: { sessionEvents: 60 } }),
  },
];
