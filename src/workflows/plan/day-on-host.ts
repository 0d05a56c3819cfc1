// A camera-day's steps on the host that claimed it, begun again on another host when that one is lost.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  makeContinueAsNewFunc,
} from '@temporalio/workflow';
import type { ClaimedCameraDay } from '../../activities/plan/types.ts';
import type { CameraDayState } from '../../domain/camera-day-states.ts';
import type { CameraDayInput, DaySession } from '../../contract/plan-messages.ts';
import { describeFailure } from '../fail.ts';
import { onLivingHost } from '../on-host.ts';
import { anyHost, downloads, light } from '../proxies.ts';
import { sessionIsLong } from '../session.ts';
import type { DayState } from './day-state.ts';
import { noSegments, showDay } from './day-state.ts';
import { downloadDay } from './download-day.ts';
import { exportDay, judgeDay, mergeDay } from './finish-day.ts';
import type { DayProducts } from './finish-day.ts';

export interface DayWork {
  input: CameraDayInput;
  day: DayState;
  products: DayProducts;
}

type ClaimedWork = DayWork & { claim: ClaimedCameraDay };

/** Answers the end state. Fails with the failure that ended a step; continues as new when history grows long. */
export async function runOnSomeHost(work: DayWork): Promise<CameraDayState> {
  for (let { session } = work.input; ; session = undefined) {
    const claimed = { ...work, claim: await claimHost(work, session) };
    const attempt = new CancellationScope();
    try {
      const state = await attempt.run(() => runSteps(claimed, session?.fromSegment ?? 0));
      await sweep(claimed);
      return state;
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      attempt.cancel();
      if (describeFailure(error).type !== 'HostLost') {
        await CancellationScope.nonCancellable(() => sweep(claimed));
        throw error;
      }
      // What lay on the lost host is fetched again.
      work.day.totals = noSegments();
    }
  }
}

async function claimHost({ input, day }: DayWork, session?: DaySession): Promise<ClaimedCameraDay> {
  const reset = input.settings.force ? 'all' : input.retry ? 'gaps' : 'none';
  const claim = await anyHost.claimCameraDay({
    planId: input.planId,
    index: input.index,
    reset: session ? 'none' : reset,
    ...(session ? { host: session.host } : {}),
  });
  day.progress.segments.total = claim.segments.length;
  showDay(day, { host: claim.host });
  return claim;
}

async function runSteps(work: ClaimedWork, fromSegment: number): Promise<CameraDayState> {
  const { claim, day, input } = work;
  const { steps } = input.settings;
  if (steps.includes('download')) await downloadOrContinue(work, fromSegment);
  else await assess(work);
  if (steps.includes('merge')) {
    judgeDay(day, input);
    await condition(() => !day.paused);
    await mergeDay({ ...work, claim });
  }
  if (steps.includes('export')) {
    await condition(() => !day.paused);
    await exportDay({ ...work, claim });
  }
  return day.totals.missingSeconds > 0 ? 'incomplete' : 'complete';
}

async function downloadOrContinue(work: ClaimedWork, fromSegment: number): Promise<void> {
  const { claim, day, input } = work;
  const ended = await downloadDay({ ...work, fromSegment, goOn: () => !sessionIsLong(input) });
  if (ended >= claim.segments.length) return;
  await condition(allHandlersFinished);
  const next: CameraDayInput = {
    ...input,
    settings: { ...input.settings, gapToleranceSeconds: day.gapToleranceSeconds },
    paused: day.paused,
    session: { host: claim.host, fromSegment: ended, totals: day.totals },
  };
  await makeContinueAsNewFunc<(next: CameraDayInput) => Promise<unknown>>()(next);
}

/** Without a download step, what earlier plans fetched is counted from the catalog. */
async function assess({ claim, day, input }: ClaimedWork): Promise<void> {
  day.totals = await light.assessSegments({
    planId: input.planId,
    index: input.index,
    segments: claim.segments,
    maxDownloadAttempts: input.settings.maxDownloadAttempts,
    ...(claim.toleranceWindow ? { toleranceWindow: claim.toleranceWindow } : {}),
  });
  showDay(day);
}

/** Removes this day's temporaries, and its segments where a verified merge holds them. A lost host needs no sweeping. */
async function sweep({ claim, input, products }: ClaimedWork): Promise<void> {
  const work = downloads({
    host: claim.host,
    timing: claim.timing,
    priorityKey: input.settings.priorityKey,
    summary: 'remove temporaries',
    budgetSeconds: claim.timing.giveUpSeconds,
  });
  try {
    await onLivingHost(claim.host, () =>
      work.sweepCameraDay({
        planId: input.planId,
        index: input.index,
        cameraId: input.cameraId,
        segments: claim.segments,
        removeSegments: !input.settings.keepSegments && products.merged.length > 0,
      }),
    );
  } catch (error) {
    if (describeFailure(error).type !== 'HostLost') throw error;
  }
}
