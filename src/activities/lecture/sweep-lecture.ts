// Clears a lecture's host: its work, and of its files what the room does not keep once every place has proved its copy.
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { isLectureOver } from '../../domain/lecture-states.ts';
import { inStep } from '../../domain/fault-point.ts';
import { lectureFilePath } from '../../storage/lecture-file.ts';
import { sweepSegment } from '../plan/sweep-segment.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { lectureWorkKey } from './lecture-work.ts';
import type { LectureSlot, SweepLectureRequest } from './types.ts';

export const sweepLecture = (deps: LectureDeps, request: SweepLectureRequest): Promise<void> =>
  inStep(deps.faultPoint, 'sweep', () => sweep(deps, request));

async function sweep(deps: LectureDeps, request: SweepLectureRequest): Promise<void> {
  const { storage } = deps;
  const known = await readLecture(deps, request.lectureId);
  const { room } = known;
  const { keepFiles, folderId, exports } = room.spec;
  const keepsAll = request.isPublished && keepFiles === 'all';
  if (!keepsAll) await storage.removeWork(lectureWorkKey(request.lectureId));
  // A video that stands nowhere else is never removed, nor what it was made of while it is not proved.
  const isElsewhere = request.isPublished && (folderId !== undefined || exports.length > 0);
  await sweepSegments(deps, { request, known, removes: isElsewhere && !keepsAll });
  if (!isElsewhere || keepFiles !== 'none') return;
  for (const { path } of request.files) {
    await storage.remove(path);
    await storage.removeAlone(lectureFilePath(path));
  }
}

async function sweepSegments(
  deps: LectureDeps,
  sweep: { request: SweepLectureRequest; known: KnownLecture; removes: boolean },
): Promise<void> {
  const { request, known, removes } = sweep;
  const owner = activityInfo().workflowExecution?.workflowId ?? request.lectureId;
  for (const slot of request.slots) {
    const { startUnix, seconds } = slot;
    const goes = removes && !(await isNeededElsewhere(deps, { known, slot }));
    for (const { camera } of known.room.sources) {
      cancellationSignal().throwIfAborted();
      heartbeat({ startUnix });
      await sweepSegment(deps, {
        key: { cameraId: camera, startUnix, seconds },
        owner,
        ...(goes ? { removeBecause: 'Removed after the lecture was published.' } : {}),
      });
    }
  }
}

const dayMs = 86_400_000;

/** Lectures that follow each other share a file; whichever ends last removes it. */
async function isNeededElsewhere(
  { catalog }: LectureDeps,
  { known: { row, room }, slot }: { known: KnownLecture; slot: LectureSlot },
): Promise<boolean> {
  const startMs = slot.startUnix * 1000;
  const toMs = startMs + slot.seconds * 1000;
  // No lecture is longer than a day.
  const near = await catalog.lectures.list({ roomId: room.id, fromMs: startMs - dayMs, toMs });
  return near.some(({ id, endMs, state }) => id !== row.id && endMs > startMs && !isLectureOver(state));
}
