// Leaves nothing behind: temporaries of a camera-day, and its segments where a verified merge holds them.
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { PlanDeps } from './plan-deps.ts';
import { sweepSegment } from './sweep-segment.ts';
import type { SweepRequest } from './types.ts';
import { mergeWorkKey } from './work-keys.ts';

export async function sweepCameraDay(deps: PlanDeps, request: SweepRequest): Promise<void> {
  const { catalog, storage } = deps;
  const { slug } = await catalog.cameraDays.require(request);
  await storage.removeWork(mergeWorkKey(request.planId, slug));
  const owner = activityInfo().workflowExecution?.workflowId ?? request.planId;
  for (const segment of request.segments) {
    cancellationSignal().throwIfAborted();
    heartbeat({ startUnix: segment.startUnix });
    await sweepSegment(deps, {
      key: { cameraId: request.cameraId, ...segment },
      owner,
      ...(request.removeSegments ? { removeBecause: 'Removed after the merge.' } : {}),
    });
  }
}
