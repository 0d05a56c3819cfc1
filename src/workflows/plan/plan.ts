// A plan: a sliding window of camera-days over the manifest in the catalog, continued as new between sessions.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { OpenedPlan, PlanResult } from '../../activities/plan/types.ts';
import type { PlanInput } from '../../contract/plan-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { light } from '../proxies.ts';
import { sessionIsLong } from '../session.ts';
import { passOn, tellChildren } from './pass-on.ts';
import { listenToPlan } from './plan-listeners.ts';
import { startCameraDays } from './plan-children.ts';
import {
  countDone,
  endState,
  hasWork,
  openPlanState,
  sessionLengthOf,
  sessionOf,
  showPlan,
} from './plan-state.ts';
import type { RunningPlan } from './plan-state.ts';
import * as messages from '../../contract/plan-messages.ts';

export async function plan(input: PlanInput): Promise<PlanResult> {
  const state = openPlanState(input);
  const scope = new CancellationScope();
  listenToPlan(state, () => scope.cancel());
  try {
    await scope.run(() => runPlan(state, { isFirstSession: !input.session }));
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => cancelPlan(state));
  }
  return await CancellationScope.nonCancellable(() => closePlan(state));
}

async function runPlan(plan: RunningPlan, { isFirstSession }: { isFirstSession: boolean }): Promise<void> {
  const opened = await light.openPlan({ planId: plan.planId });
  plan.total = opened.total;
  // Opening recorded the plan as running; one that was paused before, or meanwhile, still is.
  plan.recordedPaused = false;
  if (plan.paused) await passOn(plan);
  if (isFirstSession) Object.assign(plan, opened.ended);
  while (hasWork(plan)) {
    if (sessionIsLong(plan)) await continueInNewSession(plan);
    const seen = plan.changes;
    // A cancel must not fall between a child and the knowledge of it: it is noticed at the wait below.
    if (!plan.paused) await CancellationScope.nonCancellable(() => startCameraDays(plan, opened));
    showPlan(plan);
    await waitForNews(plan, opened, seen);
  }
}

async function continueInNewSession(plan: RunningPlan): Promise<never> {
  await condition(allHandlersFinished);
  return await makeContinueAsNewFunc<(input: PlanInput) => Promise<PlanResult>>()({
    planId: plan.planId,
    ...sessionLengthOf(plan),
    ...(plan.force ? { force: true } : {}),
    session: sessionOf(plan),
  });
}

/** Waits for a message or an end since `seen`; a long silence is a reason to look after children that can no longer speak. */
async function waitForNews(plan: RunningPlan, opened: OpenedPlan, seen = plan.changes): Promise<void> {
  if (!hasWork(plan)) return;
  const heard = await condition(() => plan.changes !== seen, opened.reconcileSeconds * 1000);
  if (heard || plan.inFlight.size === 0) return;
  const ended = await light.findEndedCameraDays({
    planId: plan.planId,
    refs: [...plan.inFlight.values()].slice(0, 500),
  });
  for (const done of ended) countDone(plan, done);
}

/** Every child in flight is told to stop and heard out, so that nothing half-done is left behind. */
async function cancelPlan(plan: RunningPlan): Promise<void> {
  plan.cancelling = true;
  showPlan(plan);
  await tellChildren(plan, messages.cancel);
  const opened = await light.openPlan({ planId: plan.planId });
  while (plan.inFlight.size > 0) await waitForNews(plan, opened);
}

async function closePlan(plan: RunningPlan): Promise<PlanResult> {
  const state = endState(plan);
  showPlan(plan, state);
  upsertSearchAttributes([
    { key: searchAttributes.state, value: state },
    { key: searchAttributes.missingSeconds, value: Math.ceil(plan.missingSeconds) },
  ]);
  plan.closing = true;
  await light.recordPlanState({ planId: plan.planId, state });
  await condition(allHandlersFinished);
  return { planId: plan.planId, state, counts: plan.counts, missingSeconds: plan.missingSeconds };
}
