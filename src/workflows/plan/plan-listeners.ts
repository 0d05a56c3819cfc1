// What a plan listens to.
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { cameraDayWorkflowId } from '../../contract/ids.ts';
import * as messages from '../../contract/plan-messages.ts';
import { heard, listenInOrder } from '../early-signals.ts';
import { light } from '../proxies.ts';
import { passOn } from './pass-on.ts';
import { countDone, progressOf, showPlan } from './plan-state.ts';
import type { RunningPlan } from './plan-state.ts';

/** Registers every handler before the first await, so that no early message is missed. */
export function listenToPlan(plan: RunningPlan, onCancel: () => void): void {
  listenInOrder([
    heard(messages.cameraDayDone, (done) => countDone(plan, done)),
    heard(messages.pause, () => setPaused(plan, true)),
    heard(messages.resume, () => setPaused(plan, false)),
    heard(messages.cancel, onCancel),
  ]);
  setHandler(messages.setTolerance, (change) => changeTolerance(plan, change), { validator: checkTolerance });
  setHandler(messages.retryCamera, ({ camera }) => retryCamera(plan, camera));
  setHandler(messages.planProgress, () => progressOf(plan));
  setHandler(messages.camera, ({ camera }) => {
    const ref = [...plan.inFlight.values()].find((one) => one.cameraId === camera);
    return ref ? { ...ref, workflowId: cameraDayWorkflowId(plan.planId, ref.slug) } : undefined;
  });
}

async function setPaused(plan: RunningPlan, paused: boolean): Promise<void> {
  plan.paused = paused;
  plan.changes += 1;
  showPlan(plan);
  await passOn(plan);
}

function checkTolerance({ gapToleranceSeconds }: { gapToleranceSeconds: number }): void {
  if (Number.isInteger(gapToleranceSeconds) && gapToleranceSeconds >= 0) return;
  throw ApplicationFailure.create({
    type: 'InputInvalid',
    message: 'gapToleranceSeconds must be a whole number of seconds, 0 or more.',
    nonRetryable: true,
  });
}

async function changeTolerance(plan: RunningPlan, change: { gapToleranceSeconds: number }) {
  plan.gapToleranceSeconds = change.gapToleranceSeconds;
  await passOn(plan);
  return change;
}

/** Camera-days of one camera that have ended without being complete run once more, with attempts afresh. */
async function retryCamera(plan: RunningPlan, cameraId: string): Promise<{ cameraDays: number }> {
  const found = await light.findCameraDays({ planId: plan.planId, cameraId });
  const again = found.filter(
    ({ index, state }) =>
      !plan.inFlight.has(index) &&
      !plan.retries.has(index) &&
      ['incomplete', 'refused', 'failed', 'cancelled'].includes(state),
  );
  for (const { state, missingSeconds, ...ref } of again) {
    plan.counts[state] -= 1;
    plan.missingSeconds -= missingSeconds;
    plan.retries.set(ref.index, ref);
  }
  plan.changes += 1;
  return { cameraDays: again.length };
}
