// A camera-day: claim a host, download every segment, judge the gaps, merge, export, and tell the plan.
import {
  CancellationScope,
  ContinueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { planWorkflowId } from '../../contract/ids.ts';
import * as messages from '../../contract/plan-messages.ts';
import type { CameraDayState } from '../../domain/camera-day-states.ts';
import type { CameraDayInput } from '../../contract/plan-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { describeFailure } from '../fail.ts';
import { heard, listenInOrder } from '../early-signals.ts';
import { light } from '../proxies.ts';
import { runOnSomeHost } from './day-on-host.ts';
import type { DayWork } from './day-on-host.ts';
import type { DayState } from './day-state.ts';
import { openDay, showDay } from './day-state.ts';

/** Fails with GapToleranceExceeded when the merge is refused, with the step's failure when a step gave up. */
export async function cameraDay(input: CameraDayInput): Promise<messages.CameraDayDone> {
  const work: DayWork = { input, day: openDay(input), products: { merged: [], exported: [] } };
  const scope = new CancellationScope();
  listen(work.day, scope);
  showDay(work.day);
  let failure: Error | undefined;
  let state: CameraDayState;
  try {
    state = await scope.run(() => runOnSomeHost(work));
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    failure = asError(error);
    state = endState(work.day, error);
  }
  const done = { index: input.index, state, missingSeconds: work.day.totals.missingSeconds };
  await CancellationScope.nonCancellable(() => report(work, done));
  if (failure) throw failure;
  return done;
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function endState(day: DayState, error: unknown): CameraDayState {
  if (day.cancelRequested || isCancellation(error)) return 'cancelled';
  const { type, message } = describeFailure(error);
  day.progress.reason = message;
  return type === 'GapToleranceExceeded' ? 'refused' : 'failed';
}

function listen(day: DayState, scope: CancellationScope): void {
  const setPaused = (paused: boolean) => () => {
    day.paused = paused;
    showDay(day);
  };
  listenInOrder([
    heard(messages.pause, setPaused(true)),
    heard(messages.resume, setPaused(false)),
    heard(messages.changeTolerance, ({ gapToleranceSeconds }) => {
      day.gapToleranceSeconds = gapToleranceSeconds;
      showDay(day);
    }),
    heard(messages.cancel, () => {
      day.cancelRequested = true;
      scope.cancel();
    }),
  ]);
  setHandler(messages.cameraDayProgress, () => day.progress);
}

/** Catalog first, plan second: whoever hears of the end finds the result. */
async function report({ input, day, products }: DayWork, done: messages.CameraDayDone): Promise<void> {
  const { missingSeconds, toleranceWindowMissingSeconds, lastReason } = day.totals;
  const reason = day.progress.reason ?? lastReason;
  showDay(day, { state: done.state, step: 'done', ...(reason ? { reason } : {}) });
  upsertSearchAttributes([
    { key: searchAttributes.state, value: done.state },
    { key: searchAttributes.missingSeconds, value: Math.ceil(missingSeconds) },
  ]);
  await light.finishCameraDay({
    planId: input.planId,
    index: input.index,
    state: done.state,
    missingSeconds,
    toleranceWindowMissingSeconds,
    ...products,
    ...(reason ? { reason } : {}),
  });
  try {
    await getExternalWorkflowHandle(planWorkflowId(input.planId)).signal(messages.cameraDayDone, done);
  } catch (error) {
    // The plan no longer runs: the catalog holds the result, and a restarted plan reads it there.
    if (isCancellation(error)) throw error;
  }
}
