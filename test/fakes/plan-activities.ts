// Activities of a plan without media: an in-memory manifest whose segments answer as a test says. For workflow tests on a real server.
import { ApplicationFailure } from '@temporalio/common';
import type {
  ClaimedCameraDay,
  DownloadActivities,
  DownloadRequest,
  MediaActivities,
  PlanActivities,
  SegmentOutcome,
  TransferActivities,
} from '../../src/activities/plan/types.ts';
import type { CameraDayState } from '../../src/domain/camera-day-states.ts';
import type { PlanSettings, PlanState } from '../../src/contract/plan-messages.ts';
import { cameraDayStates } from '../../src/domain/camera-day-states.ts';
import { isoFromMs } from '../../src/domain/range.ts';

export interface FakePlan {
  cameras: string[];
  segments: number;
  settings: PlanSettings;
  host: string;
  windowSize?: number;
  /** What an attempt at a segment answers. */
  download: (request: DownloadRequest & { attempt: number }) => Promise<SegmentOutcome> | SegmentOutcome;
  isHostAlive?: (host: string) => boolean;
  claimHost?: () => string;
  /** What the merge finds missing; none unless given. */
  mergeMissingSeconds?: number;
  /** How every merge fails; none does unless given. */
  mergeFault?: () => Error;
  patienceSeconds?: number;
}

export interface FakePlanState {
  days: {
    cameraId: string;
    state: CameraDayState;
    missingSeconds: number;
    reason?: string;
    merged: string[];
  }[];
  planState?: PlanState;
  calls: string[];
}

export const whole = (attempts = 1): SegmentOutcome => ({
  attempts,
  missingSeconds: 0,
  toleranceWindowMissingSeconds: 0,
});

export const fakeSettings = (changes: Partial<PlanSettings> = {}): PlanSettings => ({
  steps: ['download', 'merge', 'export'],
  gapToleranceSeconds: 5,
  maxDownloadAttempts: 2,
  gapThresholdSeconds: 2,
  tolerateIncomplete: false,
  gapMode: 'hole',
  waitForEnd: false,
  keepSegments: true,
  force: false,
  priorityKey: 4,
  target: 'archive',
  ...changes,
});

export function fakePlanActivities(plan: FakePlan) {
  const state: FakePlanState = {
    days: plan.cameras.map((cameraId) => ({ cameraId, state: 'pending', missingSeconds: 0, merged: [] })),
    calls: [],
  };
  const attempts = new Map<string, number>();
  return { state, light: lightActivities(plan, state), files: fileActivities({ plan, state, attempts }) };
}

const noCounts = () =>
  Object.fromEntries(cameraDayStates.map((name) => [name, 0])) as Record<CameraDayState, number>;

const refOf = (cameraId: string, index: number) => ({ index, cameraId, slug: `${cameraId}-day` });

function lightActivities(plan: FakePlan, state: FakePlanState): PlanActivities {
  return {
    openPlan: async () => ({
      settings: plan.settings,
      total: plan.cameras.length,
      ended: { counts: noCounts(), missingSeconds: 0 },
      windowSize: plan.windowSize ?? 4,
      reconcileSeconds: 2,
    }),
    pageCameraDays: async ({ offset, length }) => {
      const refs = plan.cameras.map(refOf).slice(offset, offset + length);
      return {
        refs: refs.filter(({ index }) => state.days[index]?.state === 'pending'),
        nextIndex: offset + refs.length,
      };
    },
    findCameraDays: async ({ cameraId }) =>
      state.days.flatMap((day, index) =>
        day.cameraId === cameraId
          ? [{ ...refOf(cameraId, index), state: day.state, missingSeconds: day.missingSeconds }]
          : [],
      ),
    findEndedCameraDays: async () => [],
    assessSegments: async () => ({
      done: plan.segments,
      withGaps: 0,
      unfinished: 0,
      missingSeconds: 0,
      toleranceWindowMissingSeconds: 0,
    }),
    finishCameraDay: async ({ index, ...result }) => {
      Object.assign(state.days[index]!, result);
    },
    recordPlanState: async ({ state: planState }) => {
      state.planState = planState;
    },
    checkHost: async ({ host }) => ({ alive: plan.isHostAlive?.(host) ?? true }),
  };
}

interface FileBound {
  plan: FakePlan;
  state: FakePlanState;
  attempts: Map<string, number>;
}

function fileActivities({
  plan,
  state,
  attempts,
}: FileBound): DownloadActivities & MediaActivities & TransferActivities {
  return {
    claimCameraDay: async ({ index, reset }) => {
      if (reset !== 'none') attempts.clear();
      state.calls.push(`claim ${index} ${reset}`);
      return claimOf(plan);
    },
    downloadSegment: async (request) => {
      const key = `${request.cameraId} ${request.startUnix}`;
      const attempt = (attempts.get(key) ?? 0) + 1;
      attempts.set(key, attempt);
      state.calls.push(`download ${key}`);
      return await plan.download({ ...request, attempt });
    },
    sweepCameraDay: async ({ index }) => {
      state.calls.push(`sweep ${index}`);
    },
    mergeDay: async ({ index }) => {
      state.calls.push(`merge ${index}`);
      if (plan.mergeFault) throw plan.mergeFault();
      const missingSeconds = plan.mergeMissingSeconds ?? 0;
      return {
        merged: [`merged/${index}.mp4`],
        coverage: `c${index}`,
        sizeBytes: 1,
        missingSeconds,
        toleranceWindowMissingSeconds: missingSeconds,
      };
    },
    exportDay: async ({ index, files }) => {
      state.calls.push(`export ${index}`);
      return { exported: files, sizeBytes: 1 };
    },
  };
}

function claimOf(plan: FakePlan): ClaimedCameraDay {
  const startUnix = 1_700_000_000;
  const window = {
    startAt: isoFromMs(startUnix * 1000),
    endAt: isoFromMs((startUnix + plan.segments * 10) * 1000),
  };
  return {
    host: plan.claimHost?.() ?? plan.host,
    window,
    toleranceWindow: window,
    segments: Array.from({ length: plan.segments }, (_, index) => ({
      startUnix: startUnix + index * 10,
      seconds: 10,
    })),
    segmentsInFlight: 2,
    timing: {
      settleSeconds: 0,
      giveUpSeconds: 20,
      patienceSeconds: plan.patienceSeconds ?? 20,
      heartbeatSeconds: 10,
    },
  };
}

/** A failure as the boundary would send it. */
export const activityFault = (type: string, nonRetryable = true): ApplicationFailure =>
  ApplicationFailure.create({ type, message: `${type} in a test`, nonRetryable });
