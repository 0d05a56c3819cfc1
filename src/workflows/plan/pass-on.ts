// How a plan's state reaches its children and the catalog: by one pass at a time, so that the plan's last word is everyone's.
import { CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';
import { cameraDayWorkflowId } from '../../contract/ids.ts';
import * as messages from '../../contract/plan-messages.ts';
import type { CameraDayRef } from '../../contract/plan-messages.ts';
import { light } from '../proxies.ts';
import type { RunningPlan, ToldState } from './plan-state.ts';
import { toldBy } from './plan-state.ts';

/**
 * Settles when every child in flight and the catalog know the plan's state. Passes follow each other, because two signals
 * under way at once may arrive in the wrong order; changes that come while one runs share the next.
 */
export function passOn(plan: RunningPlan): Promise<void> {
  plan.passes.next ??= plan.passes.last.then(() => {
    delete plan.passes.next;
    return CancellationScope.nonCancellable(() => tellEveryone(plan));
  });
  plan.passes.last = plan.passes.next;
  return plan.passes.next;
}

/** One signal to every child in flight, by id; children that ended meanwhile need none. */
export async function tellChildren(plan: RunningPlan, signal: SignalDefinition<[]>): Promise<void> {
  await Promise.all([...plan.inFlight.values()].map((ref) => send({ plan, ref, signal, args: [] })));
}

async function tellEveryone(plan: RunningPlan): Promise<void> {
  await Promise.all([...plan.inFlight.values()].map((ref) => tellChild(plan, ref)));
  const { paused, closing } = plan;
  if (closing || plan.recordedPaused === paused) return;
  plan.recordedPaused = paused;
  await light.recordPlanState({ planId: plan.planId, state: paused ? 'paused' : 'running' });
}

/** Sends what the child was not told yet. A child that is being started is waited for: a signal sent before would be lost. */
async function tellChild(plan: RunningPlan, ref: CameraDayRef): Promise<void> {
  await plan.starting.get(ref.index);
  if (!plan.inFlight.has(ref.index)) return;
  const told: ToldState | undefined = plan.told.get(ref.index);
  const { paused, gapToleranceSeconds } = toldBy(plan);
  plan.told.set(ref.index, toldBy(plan));
  if (told?.paused !== paused)
    await send({ plan, ref, signal: paused ? messages.pause : messages.resume, args: [] });
  if (gapToleranceSeconds !== undefined && told?.gapToleranceSeconds !== gapToleranceSeconds)
    await send({ plan, ref, signal: messages.changeTolerance, args: [{ gapToleranceSeconds }] });
}

interface Message<Args extends unknown[]> {
  plan: RunningPlan;
  ref: CameraDayRef;
  signal: SignalDefinition<Args>;
  args: Args;
}

async function send<Args extends unknown[]>({ plan, ref, signal, args }: Message<Args>): Promise<void> {
  try {
    await getExternalWorkflowHandle(cameraDayWorkflowId(plan.planId, ref.slug)).signal(signal, ...args);
  } catch {
    // It has ended; its own message says how.
  }
}
