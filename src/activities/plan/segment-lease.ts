// One owner at a time per segment: a lease in the catalog, renewed while the work goes on, fencing every older owner.
import { cancellationSignal } from '@temporalio/activity';
import type { SegmentRow } from '../../catalog/segments.ts';
import { Fault } from '../../domain/fault.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import type { PlanDeps } from './plan-deps.ts';

export interface SegmentLease {
  /** Grows with each owner; the catalog and the publish refuse lower ones. */
  epoch: number;
  /** What the catalog knew when the lease was granted. */
  row: SegmentRow;
  /** Aborts when the activity is cancelled or the lease is lost. */
  signal: AbortSignal;
  stillOwner: () => Promise<boolean>;
}

interface LeaseRequest {
  key: SegmentKey;
  /** The workflow that asks: a restarted attempt of the same workflow takes over from itself at once. */
  owner: string;
}

/** Fails with LeaseHeld while another owner works, with LeaseLost when a newer one took over meanwhile. */
export async function withSegmentLease<T>(
  { catalog, settings }: PlanDeps,
  { key, owner }: LeaseRequest,
  work: (lease: SegmentLease) => Promise<T>,
): Promise<T> {
  const ttlSeconds = settings.leaseSeconds;
  const granted = await catalog.segments.acquire({ key, owner, ttlSeconds });
  if (!granted.granted) {
    throw new Fault(
      'LeaseHeld',
      `Segment ${key.startUnix} of camera ${key.cameraId} is worked on by ${granted.heldBy}.`,
    );
  }
  const { epoch } = granted;
  const lost = new AbortController();
  const renewal = setInterval(() => void renew(), (ttlSeconds * 1000) / 3);
  const renew = async (): Promise<void> => {
    try {
      if (!(await catalog.segments.renew({ key, owner, epoch, ttlSeconds }))) lost.abort();
    } catch {
      // The catalog is away: the lease runs out by itself, and the publish asks again before it commits.
    }
  };
  try {
    const signal = AbortSignal.any([cancellationSignal(), lost.signal]);
    const stillOwner = () => catalog.segments.isCurrent({ key, epoch });
    return await work({ epoch, row: granted.row, signal, stillOwner });
  } catch (error) {
    if (lost.signal.aborted && !cancellationSignal().aborted) {
      throw new Fault(
        'LeaseLost',
        `Segment ${key.startUnix} of camera ${key.cameraId} has a newer owner.`,
        {},
        { cause: error },
      );
    }
    throw error;
  } finally {
    clearInterval(renewal);
    await catalog.segments.release({ key, epoch }).catch(() => undefined);
  }
}
