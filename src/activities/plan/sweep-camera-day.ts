// Leaves nothing behind: temporaries of a camera-day, and its segments where a verified merge holds them.
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { PlanDeps } from './plan-deps.ts';
import { withSegmentLease } from './segment-lease.ts';
import type { SweepRequest } from './types.ts';
import { mergeWorkKey, segmentWorkKey } from './work-keys.ts';

export async function sweepCameraDay(deps: PlanDeps, request: SweepRequest): Promise<void> {
  const { catalog, storage } = deps;
  const { slug } = await catalog.cameraDays.require(request);
  await storage.removeWork(mergeWorkKey(request.planId, slug));
  const owner = activityInfo().workflowExecution?.workflowId ?? request.planId;
  for (const segment of request.segments) {
    cancellationSignal().throwIfAborted();
    const key = { cameraId: request.cameraId, ...segment };
    heartbeat({ startUnix: segment.startUnix });
    const row = await catalog.segments.get(key);
    // Another plan works on this segment: its temporaries are its own, and it sweeps them itself.
    if (row?.leaseOwner && row.leaseOwner !== owner && row.leaseExpiresMs > Date.now()) continue;
    await storage.removeWork(segmentWorkKey(key));
    if (request.removeSegments && row?.path) {
      const { path } = row;
      await withSegmentLease(deps, { key, owner }, async ({ epoch, row: { attempts, state } }) => {
        await storage.remove(path);
        await catalog.segments.record({
          key,
          epoch,
          state,
          attempts,
          path: null,
          reason: 'Removed after the merge.',
        });
      });
    }
  }
}
