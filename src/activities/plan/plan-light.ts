// The plan's activities that touch no media file: they read the manifest and write results into the catalog.
import { getClient } from '@temporalio/activity';
import type { CameraDayRow } from '../../catalog/camera-days.ts';
import { cameraDayWorkflowId } from '../../contract/ids.ts';
import type { CameraDayDone, CameraDayRef } from '../../contract/plan-messages.ts';
import { assessSegments } from './assess-segments.ts';
import type { PlanDeps } from './plan-deps.ts';
import { settingsOf } from './plan-settings.ts';
import type { PlanActivities } from './types.ts';

export function createPlanActivities({
  catalog,
  settings,
}: Pick<PlanDeps, 'catalog' | 'settings'>): PlanActivities {
  return {
    async openPlan({ planId }) {
      const plan = await catalog.plans.require(planId);
      const counts = await catalog.plans.countByState(planId);
      const missingSeconds = await catalog.plans.endedMissingSeconds(planId);
      await catalog.plans.setState(planId, 'running');
      return {
        settings: settingsOf(plan.spec),
        total: plan.cameraDays,
        ended: { counts: { ...counts, pending: 0, running: 0 }, missingSeconds },
        windowSize: settings.windowSize,
        reconcileSeconds: settings.reconcileSeconds,
      };
    },
    pageCameraDays: (page) => catalog.cameraDays.page({ ...page, onlyUnfinished: true }),
    async findCameraDays({ planId, cameraId }) {
      const days = await catalog.cameraDays.listOfCamera({ planId, cameraId });
      return days.map((day) => ({ ...refOf(day), state: day.state, missingSeconds: day.missingSeconds }));
    },
    async findEndedCameraDays({ planId, refs }) {
      const ended = await Promise.all(
        refs.map(async (ref) => ((await isRunning(planId, ref)) ? [] : [ref.index])),
      );
      const days = await catalog.cameraDays.list(planId, { indexes: ended.flat() });
      return days.map(doneOf);
    },
    assessSegments: (request) => assessSegments(catalog, request),
    async finishCameraDay(result) {
      await catalog.cameraDays.record(result);
    },
    async recordPlanState({ planId, state }) {
      await catalog.plans.setState(planId, state);
    },
    async checkHost({ host }) {
      return { alive: await catalog.hosts.isAlive(host, Date.now()) };
    },
  };
}

const refOf = ({ index, cameraId, slug }: CameraDayRow): CameraDayRef => ({ index, cameraId, slug });

/** A child that ended without a word was terminated by hand: nothing it did can be counted on. */
function doneOf({ index, state, missingSeconds }: CameraDayRow): CameraDayDone {
  return { index, state: state === 'running' || state === 'pending' ? 'failed' : state, missingSeconds };
}

async function isRunning(planId: string, { slug }: CameraDayRef): Promise<boolean> {
  const handle = getClient().workflow.getHandle(cameraDayWorkflowId(planId, slug));
  try {
    return (await handle.describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return false;
    throw error;
  }
}
