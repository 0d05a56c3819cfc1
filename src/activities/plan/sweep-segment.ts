// Clears one segment of its temporaries and, when what was made of it is proved, of its file.
import type { SegmentKey } from '../../domain/segment.ts';
import type { PlanDeps } from './plan-deps.ts';
import { withSegmentLease } from './segment-lease.ts';
import { segmentWorkKey } from './work-keys.ts';

interface SegmentSweep {
  key: SegmentKey;
  /** The workflow that is done with it. */
  owner: string;
  /** Why the file itself goes; absent: it stays. */
  removeBecause?: string;
}

export async function sweepSegment(
  deps: PlanDeps,
  { key, owner, removeBecause }: SegmentSweep,
): Promise<void> {
  const { catalog, storage } = deps;
  const row = await catalog.segments.get(key);
  // Another workflow works on this segment: its temporaries are its own, and it sweeps them itself.
  if (row?.leaseOwner && row.leaseOwner !== owner && row.leaseExpiresMs > Date.now()) return;
  await storage.removeWork(segmentWorkKey(key));
  if (removeBecause === undefined || !row?.path) return;
  const { path } = row;
  await withSegmentLease(deps, { key, owner }, async ({ epoch, row: { attempts, state } }) => {
    await storage.remove(path);
    await catalog.segments.record({ key, epoch, state, attempts, path: null, reason: removeBecause });
  });
}
