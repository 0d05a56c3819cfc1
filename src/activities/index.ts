// Every activity by the class of work that its worker serves; names here are the registered ones.
import { claimCameraDay } from './plan/claim-camera-day.ts';
import { downloadSegment } from './plan/download-segment.ts';
import { exportDay } from './plan/export-day.ts';
import { mergeDay } from './plan/merge-day.ts';
import type { PlanDeps } from './plan/plan-deps.ts';
import { createPlanActivities } from './plan/plan-light.ts';
import { sweepCameraDay } from './plan/sweep-camera-day.ts';
import type { DownloadActivities, MediaActivities, TransferActivities } from './plan/types.ts';

export { createPlanActivities as createLightActivities };

export const createDownloadActivities = (deps: PlanDeps): DownloadActivities => ({
  claimCameraDay: (input) => claimCameraDay(deps, input),
  downloadSegment: (input) => downloadSegment(deps, input),
  sweepCameraDay: (input) => sweepCameraDay(deps, input),
});

export const createMediaActivities = (deps: PlanDeps): MediaActivities => ({
  mergeDay: (input) => mergeDay(deps, input),
});

export const createTransferActivities = (deps: PlanDeps): TransferActivities => ({
  exportDay: (input) => exportDay(deps, input),
});
