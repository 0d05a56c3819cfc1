// Every activity by the class of work that its worker serves; names here are the registered ones.
import { attachLecture } from './lecture/attach-lecture.ts';
import { claimLecture } from './lecture/claim-lecture.ts';
import { composeSlot } from './lecture/compose-slot.ts';
import { exportLecture } from './lecture/export-lecture.ts';
import { createIntakeActivities } from './lecture/follow-events-activities.ts';
import { joinLecture } from './lecture/join-lecture.ts';
import type { LectureDeps } from './lecture/lecture-deps.ts';
import { lookAtSlot } from './lecture/look-at-slot.ts';
import { notifyLecture } from './lecture/notify.ts';
import { openLecture } from './lecture/open-lecture.ts';
import { postLecture } from './lecture/post-lecture.ts';
import { recordLecture } from './lecture/record-lecture.ts';
import { reserveUploads } from './lecture/reserve-uploads.ts';
import { sweepLecture } from './lecture/sweep-lecture.ts';
import type {
  LectureActivities,
  LectureHostActivities,
  LectureMediaActivities,
  LectureTransferActivities,
  OutsideActivities,
} from './lecture/types.ts';
import { undoLecture } from './lecture/undo-lecture.ts';
import { uploadLecture } from './lecture/upload-lecture.ts';
import { claimCameraDay } from './plan/claim-camera-day.ts';
import { downloadSegment } from './plan/download-segment.ts';
import { exportDay } from './plan/export-day.ts';
import { mergeDay } from './plan/merge-day.ts';
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
export const createLightActivities = (deps: LectureDeps & { restream: RestreamDeps }) => ({
  ...createPlanActivities(deps),
  ...createRestreamActivities(deps.restream),
  ...createLectureActivities(deps),
  ...createIntakeActivities(deps),
});

const createLectureActivities = (deps: LectureDeps): LectureActivities & OutsideActivities => ({
  openLecture: (input) => openLecture(deps, input),
  recordLecture: (input) => recordLecture(deps, input),
  reserveUploads: (input) => reserveUploads(deps, input),
  attachLecture: (input) => attachLecture(deps, input),
  postLecture: (input) => postLecture(deps, input),
  notifyLecture: (input) => notifyLecture(deps, input),
  undoLecture: (input) => undoLecture(deps, input),
});

export const createDownloadActivities = (deps: LectureDeps): DownloadActivities & LectureHostActivities => ({
  claimCameraDay: (input) => claimCameraDay(deps, input),
  downloadSegment: (input) => downloadSegment(deps, input),
  sweepCameraDay: (input) => sweepCameraDay(deps, input),
  claimLecture: (input) => claimLecture(deps, input),
  sweepLecture: (input) => sweepLecture(deps, input),
});

export const createMediaActivities = (deps: LectureDeps): MediaActivities & LectureMediaActivities => ({
  mergeDay: (input) => mergeDay(deps, input),
  judgeSlot: (input) => lookAtSlot(deps, input),
  composeSlot: (input) => composeSlot(deps, input),
  joinLecture: (input) => joinLecture(deps, input),
});

export const createTransferActivities = (
  deps: LectureDeps,
): TransferActivities & LectureTransferActivities => ({
  exportDay: (input) => exportDay(deps, input),
  uploadLecture: (input) => uploadLecture(deps, input),
  exportLecture: (input) => exportLecture(deps, input),
});

export const createLiveActivities = (deps: RestreamDeps): LiveActivities =>
  patient({
    watchCameras: (input) => watchCameras(deps, input),
    keepServer: (input) => keepServer(deps, input),
    runRelay: (input) => runRelay(deps, input),
  });
