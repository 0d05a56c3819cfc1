// Starts camera-days: abandoned children that outlive the plan's sessions and report their end by signal.
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { OpenedPlan } from '../../activities/plan/types.ts';
import { cameraDayWorkflowId } from '../../contract/ids.ts';
import type { CameraDayRef } from '../../contract/plan-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { light } from '../proxies.ts';
import type { cameraDay } from './camera-day.ts';
import { passOn } from './pass-on.ts';
import { sessionLengthOf, toldBy, type RunningPlan } from './plan-state.ts';

/** Manifest rows fetched at once. */
const pageLength = 200;

/** Fills the window: asked-for retries first, then the manifest in order. Ends when the window is full or nothing is left. */
export async function startCameraDays(plan: RunningPlan, opened: OpenedPlan): Promise<void> {
  for (;;) {
    const room = opened.windowSize - plan.inFlight.size;
    if (room <= 0) return;
    const retries = [...plan.retries.values()].filter((ref) => !plan.inFlight.has(ref.index)).slice(0, room);
    if (retries.length === 0 && plan.waiting.length === 0) {
      if (plan.exhausted) return;
      await turnPage(plan);
      continue;
    }
    for (const ref of retries) plan.retries.delete(ref.index);
    const fresh = plan.waiting.splice(0, room - retries.length);
    await Promise.all([
      ...retries.map((ref) => startCameraDay({ plan, opened, ref, retry: true })),
      ...fresh.map((ref) => startCameraDay({ plan, opened, ref, retry: false })),
    ]);
    await tellUnknown(plan);
    if (fresh.length === 0) return;
  }
}

/** A child that an earlier run of the plan left behind may be paused, or hold another tolerance. */
async function tellUnknown(plan: RunningPlan): Promise<void> {
  if ([...plan.inFlight.keys()].some((index) => !plan.told.has(index))) await passOn(plan);
}

async function turnPage(plan: RunningPlan): Promise<void> {
  const page = await light.pageCameraDays({
    planId: plan.planId,
    offset: plan.nextIndex,
    length: pageLength,
  });
  plan.waiting.push(...page.refs);
  plan.exhausted = page.nextIndex === plan.nextIndex;
  plan.nextIndex = page.nextIndex;
}

interface Start {
  plan: RunningPlan;
  opened: OpenedPlan;
  ref: CameraDayRef;
  retry: boolean;
}

async function startCameraDay(start: Start): Promise<void> {
  const { plan, ref } = start;
  // Before the start is acknowledged: a quick child may report its end first.
  plan.inFlight.set(ref.index, ref);
  plan.told.set(ref.index, toldBy(plan));
  const started = askForChild(start).finally(() => plan.starting.delete(ref.index));
  plan.starting.set(
    ref.index,
    started.catch(() => undefined),
  );
  await started;
}

async function askForChild({ plan, opened, ref, retry }: Start): Promise<void> {
  const gapToleranceSeconds = plan.gapToleranceSeconds ?? opened.settings.gapToleranceSeconds;
  try {
    await startChild<typeof cameraDay>('cameraDay', {
      workflowId: cameraDayWorkflowId(plan.planId, ref.slug),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // The plan cancels by signal, which also reaches children of its earlier sessions.
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      args: [
        {
          ...ref,
          planId: plan.planId,
          settings: { ...opened.settings, force: opened.settings.force || plan.force, gapToleranceSeconds },
          paused: plan.paused,
          retry,
          ...sessionLengthOf(plan),
        },
      ],
      priority: { priorityKey: opened.settings.priorityKey, fairnessKey: plan.planId },
      staticSummary: ref.slug,
      typedSearchAttributes: [
        { key: searchAttributes.capability, value: 'plan' },
        { key: searchAttributes.plan, value: plan.planId },
        { key: searchAttributes.camera, value: ref.cameraId },
        { key: searchAttributes.state, value: 'running' },
      ],
    });
  } catch (error) {
    // Left running by an earlier run of this plan: it reports its end to the same workflow id.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    plan.told.delete(ref.index);
  }
}
