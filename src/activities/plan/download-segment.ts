// One attempt at one segment under its lease: fetch, scan, keep the better file, and say what is missing.
import { activityInfo } from '@temporalio/activity';
import type { CameraRow } from '../../contract/camera.ts';
import { isFault } from '../../domain/fault.ts';
import { inStep } from '../../domain/fault-point.ts';
import type { MissingStretch } from '../../domain/gap-report.ts';
import { coveredMs, toMsRange } from '../../domain/range.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { segmentWorkKey } from './work-keys.ts';
import { isBetter } from '../../domain/keep-better.ts';
import type { PlanDeps } from './plan-deps.ts';
import { readPublished } from './published-segment.ts';
import type { KnownSegment } from './published-segment.ts';
import { recordOutcome, settleAttempt, settleKnown } from './settle-attempt.ts';
import { scanAttempt } from './scan-attempt.ts';
import { withSegmentLease } from './segment-lease.ts';
import type { SegmentLease } from './segment-lease.ts';
import { fetchSegment } from './sources.ts';
import type { DownloadRequest, SegmentOutcome } from './types.ts';

/** Answers the best that is known of the segment after this attempt. Gaps are a result; only transport, disk and credentials fail. */
export async function downloadSegment(deps: PlanDeps, request: DownloadRequest): Promise<SegmentOutcome> {
  const camera = await deps.catalog.cameras.require(request.cameraId);
  const key: SegmentKey = { cameraId: camera.id, startUnix: request.startUnix, seconds: request.seconds };
  const owner = activityInfo().workflowExecution?.workflowId ?? activityInfo().activityId;
  const heartbeat = ownHeartbeat();
  return await withSegmentLease(deps, { key, owner }, async (lease) => {
    const { gapThresholdSeconds } = request;
    const known = await readPublished(deps, {
      key,
      row: lease.row,
      gapThresholdSeconds,
      signal: lease.signal,
      onBytes: (bytes) => heartbeat({ bytes }),
    });
    if (known && isSettled(known, request))
      return await answerKnown(deps, { camera, key, lease, known, request });
    return await attempt(deps, { camera, key, lease, request, ...(known ? { known } : {}) });
  });
}

/** Whole already, or out of attempts: nothing is fetched. */
function isSettled(known: KnownSegment, request: DownloadRequest): boolean {
  if (request.force) return false;
  return known.scan.missingSeconds === 0 || known.attempts >= request.maxDownloadAttempts;
}

interface Attempt {
  camera: CameraRow;
  key: SegmentKey;
  lease: SegmentLease;
  request: DownloadRequest;
  known?: KnownSegment;
}

/** Nothing is fetched; a report that does not fit is written anew. */
async function answerKnown(
  deps: PlanDeps,
  { camera, key, lease, known, request }: Attempt & { known: KnownSegment },
): Promise<SegmentOutcome> {
  const { attempts } = known;
  const { gapThresholdSeconds } = request;
  if (known.isRescanned)
    await settleKnown(deps, { camera, key, lease, attempts, gapThresholdSeconds, known });
  else await recordOutcome(deps, { key, lease, known });
  return outcomeOf(known, request);
}

async function attempt(deps: PlanDeps, work: Attempt): Promise<SegmentOutcome> {
  const { camera, key, lease, request, known } = work;
  const workKey = segmentWorkKey(key);
  const { gapThresholdSeconds } = request;
  const heartbeat = ownHeartbeat();
  const onBytes = (bytes: number): void => heartbeat({ bytes });
  try {
    const dirs = {
      partialDir: await deps.storage.partialDir(workKey),
      attemptDir: await deps.storage.attemptDir(workKey, lease.epoch),
    };
    const { signal } = lease;
    const fetched = await inStep(deps.faultPoint, 'download', () =>
      fetchSegment(deps, { camera, key, ...dirs, signal, onBytes }),
    );
    const scanned = await inStep(deps.faultPoint, 'scan', () =>
      scanAttempt(deps, { fetched, key, gapThresholdSeconds, signal, onBytes }),
    );
    const keeps = known?.file !== undefined && !isBetter(scanned.scan, known.scan);
    const settle = { camera, key, lease, attempts: lease.row.attempts + 1, gapThresholdSeconds };
    const settled = keeps
      ? await settleKnown(deps, { ...settle, known })
      : await settleAttempt(deps, { ...settle, scanned });
    await deps.storage.removeWork(workKey);
    return outcomeOf(settled, request);
  } catch (error) {
    await noteFailure(deps, work, error);
    throw error;
  }
}

/** What `plan show` tells while Temporal retries; the partial stays for the next owner. */
async function noteFailure({ catalog }: PlanDeps, { key, lease }: Attempt, error: unknown): Promise<void> {
  if (!isFault(error)) return;
  const { epoch, row } = lease;
  const reason = `${error.type}: ${error.message}`;
  await catalog.segments
    .record({ key, epoch, state: 'failed', attempts: row.attempts, reason })
    .catch(() => undefined);
}

function outcomeOf({ scan, attempts }: KnownSegment, { toleranceWindow }: DownloadRequest): SegmentOutcome {
  return {
    attempts,
    missingSeconds: scan.missingSeconds,
    toleranceWindowMissingSeconds: toleranceWindow
      ? missingInside(scan.missing, toMsRange(toleranceWindow))
      : 0,
  };
}

const missingInside = (
  missing: readonly MissingStretch[],
  window: { startMs: number; endMs: number },
): number => coveredMs(missing, window) / 1000;
