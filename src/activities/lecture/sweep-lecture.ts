// Clears a lecture's host: its work, and of its files what the room does not keep once every place has proved its copy.
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { sweepSegment } from '../plan/sweep-segment.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { lectureSidecarPath } from './lecture-sidecar.ts';
import { readLecture } from './lecture-sources.ts';
import { lectureWorkKey } from './lecture-work.ts';
import type { SweepLectureRequest } from './types.ts';

export async function sweepLecture(deps: LectureDeps, request: SweepLectureRequest): Promise<void> {
  const { storage } = deps;
  const { room } = await readLecture(deps, request.lectureId);
  const { keepFiles, folderId, exports } = room.spec;
  const keepsAll = request.isPublished && keepFiles === 'all';
  if (!keepsAll) await storage.removeWork(lectureWorkKey(request.lectureId));
  // A video that stands nowhere else is never removed, nor what it was made of while it is not proved.
  const isElsewhere = request.isPublished && (folderId !== undefined || exports.length > 0);
  await sweepSegments(deps, { request, removes: isElsewhere && !keepsAll, cameras: room.sources });
  if (!isElsewhere || keepFiles !== 'none') return;
  for (const { path } of request.files) {
    await storage.remove(path);
    await storage.removeAlone(lectureSidecarPath(path));
  }
}

async function sweepSegments(
  deps: LectureDeps,
  sweep: { request: SweepLectureRequest; removes: boolean; cameras: readonly { camera: string }[] },
): Promise<void> {
  const { request, removes, cameras } = sweep;
  const owner = activityInfo().workflowExecution?.workflowId ?? request.lectureId;
  for (const { startUnix, seconds } of request.slots) {
    for (const { camera } of cameras) {
      cancellationSignal().throwIfAborted();
      heartbeat({ startUnix });
      await sweepSegment(deps, {
        key: { cameraId: camera, startUnix, seconds },
        owner,
        ...(removes ? { removeBecause: 'Removed after the lecture was published.' } : {}),
      });
    }
  }
}
