// The steps of a camera-day after its downloads: judge the gaps, merge, export.
import type { ClaimedCameraDay } from '../../activities/plan/types.ts';
import type { CameraDayInput } from '../../contract/plan-messages.ts';
import { judgeMerge } from '../../domain/tolerance.ts';
import { fail } from '../fail.ts';
import { onLivingHost } from '../on-host.ts';
import { merges, transfers } from '../proxies.ts';
import type { HostBinding } from '../proxies.ts';
import type { DayState } from './day-state.ts';
import { showDay } from './day-state.ts';

/** Addresses of what a camera-day made, relative to the media root or on the target. */
export interface DayProducts {
  merged: string[];
  coverage?: string;
  exported: string[];
}

interface FinishDay {
  input: CameraDayInput;
  claim: ClaimedCameraDay;
  day: DayState;
  products: DayProducts;
}

/** The only place where gaps become a failure; it stands in history because the workflow decides it. */
export function judgeDay(day: DayState, input: CameraDayInput): void {
  const verdict = judgeMerge({
    toleranceWindowMissingSeconds: day.totals.toleranceWindowMissingSeconds,
    gapToleranceSeconds: day.gapToleranceSeconds,
    unfinishedSegments: day.totals.unfinished,
    tolerateIncomplete: input.settings.tolerateIncomplete,
  });
  if (!verdict.merge) throw fail('GapToleranceExceeded', verdict.reason);
}

const bind = ({ claim, input }: FinishDay, summary: string): HostBinding => ({
  host: claim.host,
  timing: claim.timing,
  priorityKey: input.settings.priorityKey,
  summary,
});

export async function mergeDay(work: FinishDay): Promise<void> {
  const { claim, day, input, products } = work;
  showDay(day, { step: 'merge' });
  const { mergeDay: merge } = merges(bind(work, `merge ${claim.segments.length} segments`));
  const outcome = await onLivingHost(claim.host, () =>
    merge({
      planId: input.planId,
      index: input.index,
      cameraId: input.cameraId,
      gapMode: input.settings.gapMode,
      gapThresholdSeconds: input.settings.gapThresholdSeconds,
      window: claim.window,
      ...(claim.toleranceWindow ? { toleranceWindow: claim.toleranceWindow } : {}),
    }),
  );
  products.merged = outcome.merged;
  products.coverage = outcome.coverage;
  day.totals.missingSeconds = outcome.missingSeconds;
  day.totals.toleranceWindowMissingSeconds = outcome.toleranceWindowMissingSeconds;
}

export async function exportDay(work: FinishDay): Promise<void> {
  const { claim, day, input, products } = work;
  const { target } = input.settings;
  if (!target) throw fail('InputInvalid', 'The plan has an export step and no target.');
  showDay(day, { step: 'export' });
  const { exportDay: send } = transfers(bind(work, `export to ${target}`));
  const files = products.coverage ? [...products.merged, products.coverage] : products.merged;
  const outcome = await onLivingHost(claim.host, () =>
    send({ planId: input.planId, index: input.index, target, files }),
  );
  products.exported = outcome.exported;
}
