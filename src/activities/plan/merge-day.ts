// Joins a camera-day's segments in wall-clock order and publishes the proven result with its coverage.
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { inStep } from '../../domain/fault-point.ts';
import type { MsRange } from '../../domain/range.ts';
import type { MergeTimeline } from '../../domain/merge-timeline.ts';
import { mergeTimeline } from '../../domain/merge-timeline.ts';
import type { MergeSegment } from '../../media/merge-part.ts';
import { readSegmentsOfDay, timelineSegment } from './day-segments.ts';
import type { DaySegment } from './day-segments.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import type { PlanDeps } from './plan-deps.ts';
import { publishMerged } from './publish-merged.ts';
import type { MergeOutcome, MergeRequest } from './types.ts';
import { mergeWorkKey } from './work-keys.ts';

/** Fails with EncoderFailed when a merged file does not hold exactly what its segments hold. */
export async function mergeDay(deps: PlanDeps, request: MergeRequest): Promise<MergeOutcome> {
  const signal = cancellationSignal();
  const heartbeat = ownHeartbeat();
  const { catalog, storage } = deps;
  const [plan, day] = await Promise.all([
    catalog.plans.require(request.planId),
    catalog.cameraDays.require(request),
  ]);
  const { segmentSeconds } = plan.spec;
  const { gapThresholdSeconds } = request;
  const segments = await readSegmentsOfDay(deps, {
    day,
    segmentSeconds,
    gapThresholdSeconds,
    signal,
    onProgress: (progress) => heartbeat(progress),
  });
  const withPictures = segments.filter((segment) => segment.source);
  const window = { startMs: day.startMs, endMs: day.endMs };
  const timeline = await timelineOf(deps, { request, segments: withPictures, window, signal });
  const workKey = mergeWorkKey(request.planId, day.slug);
  const workDir = await storage.attemptDir(workKey, activityInfo().attempt);
  const { files } = await inStep(deps.faultPoint, 'concat', () =>
    deps.media.merge({
      parts: timeline.parts,
      segments: withPictures.map((segment) => mergeSegment(deps, segment)),
      workDir,
      outPath: (partIndex) => `${workDir}/part-${partIndex}.mp4`,
      stallSeconds: deps.settings.stallSeconds.media,
      signal,
      onProgress: (progress) => heartbeat(progress),
    }),
  );
  const outcome = await publishMerged(deps, {
    plan,
    day,
    segments,
    withPictures,
    timeline,
    files,
    workKey,
    signal,
    window,
  });
  await storage.removeWork(workKey);
  return outcome;
}

interface TimelineOf {
  request: MergeRequest;
  segments: readonly DaySegment[];
  window: MsRange;
  signal: AbortSignal;
}

async function timelineOf(
  deps: PlanDeps,
  { request, segments, window, signal }: TimelineOf,
): Promise<MergeTimeline> {
  const heartbeat = ownHeartbeat();
  const laid = segments
    .map((segment) => timelineSegment(deps, segment))
    .filter((segment) => segment !== undefined);
  const overlaps = await deps.media.findOverlaps({
    segments: segments.map((segment) => mergeSegment(deps, segment)),
    signal,
    onProgress: (joint) => heartbeat({ joint }),
  });
  return mergeTimeline({
    segments: laid.map((segment, index) => ({ ...segment, ...overlaps[index] })),
    gapMode: request.gapMode,
    gapThresholdSeconds: request.gapThresholdSeconds,
    window,
  });
}

function mergeSegment({ storage }: Pick<PlanDeps, 'storage'>, { source }: DaySegment): MergeSegment {
  const { file, scan } = source!;
  return {
    path: storage.resolve(file.path),
    container: scan.container ?? 'mp4',
    firstPtsSeconds: scan.firstPtsSeconds ?? 0,
    lastPtsSeconds: scan.lastPtsSeconds ?? 0,
    videoPackets: scan.videoPackets,
    isTruncated: scan.mediaClass === 'truncated',
  };
}
