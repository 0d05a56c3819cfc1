// Every activity by the class of work that its worker serves; names here are the registered ones.
import { claimCameraDay } from './plan/claim-camera-day.ts';
import { downloadSegment } from './plan/download-segment.ts';
import { exportDay } from './plan/export-day.ts';
import { mergeDay } from './plan/merge-day.ts';
import type { PlanDeps } from './plan/plan-deps.ts';
import { createPlanActivities } from './plan/plan-light.ts';
import { sweepCameraDay } from './plan/sweep-camera-day.ts';
import type { DownloadActivities, MediaActivities, TransferActivities } from './plan/types.ts';
import { keepServer } from './restream/keep-server.ts';
import { patient } from './restream/patient.ts';
import { createRestreamActivities } from './restream/relay-light.ts';
import type { RestreamDeps } from './restream/restream-deps.ts';
import { runRelay } from './restream/run-relay.ts';
import type { LiveActivities } from './restream/types.ts';
import { watchCameras } from './restream/watch-cameras.ts';

/** Short work on the catalog, of every capability. */
export const createLightActivities = (deps: PlanDeps & { restream: RestreamDeps }) => ({
  ...createPlanActivities(deps),
  ...createRestreamActivities(deps.restream),
});

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

export const createLiveActivities = (deps: RestreamDeps): LiveActivities =>
  patient({
    watchCameras: (input) => watchCameras(deps, input),
    keepServer: (input) => keepServer(deps, input),
    runRelay: (input) => runRelay(deps, input),
  });
