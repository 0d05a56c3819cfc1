// Publishes merged files and, last of all, the coverage that proves what they show and what is missing.
import type { CameraDayRow } from '../../catalog/camera-days.ts';
import type { PlanRow } from '../../catalog/plans.ts';
import { tileCoverage } from '../../domain/coverage.ts';
import type { CoverageInterval } from '../../domain/coverage.ts';
import { Fault } from '../../domain/fault.ts';
import type { MergeTimeline } from '../../domain/merge-timeline.ts';
import { coveragePath, mergedPath } from '../../domain/names.ts';
import type { MsRange } from '../../domain/range.ts';
import { intersect, isoFromMs, lengthMs, toInstantRange, toMsRange } from '../../domain/range.ts';
import { parseLocalWindow } from '../../domain/window.ts';
import type { MergedFile } from '../../media/merge.ts';
import type { CoverageRead, FileFacts } from '../../storage/storage-types.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import type { DaySegment } from './day-segments.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { MergeOutcome } from './types.ts';

interface Publish {
  plan: PlanRow;
  day: CameraDayRow;
  window: MsRange;
  segments: readonly DaySegment[];
  /** The segments that the timeline was made of, in its order. */
  withPictures: readonly DaySegment[];
  timeline: MergeTimeline;
  files: readonly MergedFile[];
  workKey: string;
  signal: AbortSignal;
}

interface PublishedPart extends FileFacts {
  path: string;
  startAt: string;
  durationSeconds: number;
}

export async function publishMerged(deps: PlanDeps, publish: Publish): Promise<MergeOutcome> {
  const { storage } = deps;
  const base = mergedPath({
    cameraId: publish.day.cameraId,
    date: publish.day.date,
    window: parseLocalWindow(publish.plan.spec.window),
  });
  const coverage = coveragePath(base);
  // Another plan over the same window writes the same names: its files never stand beside our coverage.
  const { parts, document } = await storage.withKeyLock(base, publish.signal, async () => {
    const parts = await publishParts(deps, { ...publish, lockKey: base });
    const document = coverageOf(publish, parts, deps.settings.tools);
    if (!(await ownsMerge(deps, publish))) throw new Fault('LeaseLost', `${coverage} has a newer owner.`);
    const former = await storage.readCoverage(coverage);
    await storage.writeJson(coverage, document, publish.workKey);
    await removeForgotten(deps, { former, parts });
    return { parts, document };
  });
  return {
    merged: parts.map((part) => part.path),
    coverage,
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    missingSeconds: document.missingSeconds.total,
    toleranceWindowMissingSeconds: document.missingSeconds.insideToleranceWindow,
  };
}

/** Files of an earlier merge of the same window that no coverage names any more; the one in force may stand beside a name among them. */
async function removeForgotten(
  { storage }: PlanDeps,
  { former, parts }: { former: CoverageRead | undefined; parts: readonly PublishedPart[] },
): Promise<void> {
  const kept = new Set(parts.map((part) => part.path));
  for (const { path } of former?.coverage.files ?? []) if (!kept.has(path)) await storage.removeAlone(path);
}

async function publishParts(
  deps: PlanDeps,
  publish: Publish & { lockKey: string },
): Promise<PublishedPart[]> {
  const { storage } = deps;
  const heartbeat = ownHeartbeat();
  const { day, files, lockKey, plan, timeline, signal } = publish;
  const stillOwner = (): Promise<boolean> => ownsMerge(deps, publish);
  const window = parseLocalWindow(plan.spec.window);
  const parts: PublishedPart[] = [];
  for (const [index, file] of files.entries()) {
    const facts = await storage.hashFile(file.path, signal, (bytes) => heartbeat({ hashed: index, bytes }));
    const part = files.length > 1 ? { part: index + 1 } : {};
    const path = mergedPath({ cameraId: day.cameraId, date: day.date, window, ...part });
    await storage.publish({
      keyName: lockKey,
      from: file.path,
      to: path,
      stillOwner,
      signal,
    });
    const startAt = isoFromMs(timeline.parts[index]!.startMs);
    parts.push({ path, startAt, durationSeconds: file.durationSeconds, ...facts });
  }
  return parts;
}

/** One camera-day workflow merges at a time, so the server knows: an attempt that it gave up has a newer one beside it. */
const ownsMerge = async (deps: PlanDeps, { signal }: Publish): Promise<boolean> =>
  !signal.aborted && (await deps.isCurrentAttempt());

function coverageOf(
  { day, plan, segments, timeline, window }: Publish,
  parts: PublishedPart[],
  tools: Record<string, string>,
) {
  const present = timeline.coverage.map((stretch) => {
    const part = parts[stretch.partIndex]!;
    const { startMs, endMs, mediaStartSeconds } = stretch;
    return {
      state: 'present' as const,
      startMs,
      endMs,
      file: part.path,
      sha256: part.sha256,
      mediaStartSeconds,
    };
  });
  const missing = segments.flatMap((segment) =>
    segment.missing.map(({ startMs, endMs, cause }) => ({ startMs, endMs, state: cause })),
  );
  const intervals = tileCoverage({ window, stretches: [...present, ...missing] });
  const tolerance = toleranceOf(day);
  return {
    plan: plan.id,
    camera: day.cameraId,
    date: day.date,
    window: toInstantRange(window),
    toleranceWindow: tolerance ? toInstantRange(tolerance) : null,
    missingSeconds: missingSeconds(intervals, tolerance),
    files: parts,
    intervals,
    tools,
  };
}

function toleranceOf({ toleranceStartMs, toleranceEndMs }: CameraDayRow): MsRange | undefined {
  if (toleranceStartMs === null || toleranceEndMs === null) return undefined;
  return { startMs: toleranceStartMs, endMs: toleranceEndMs };
}

/** Summed in whole milliseconds, so that no digit stands there that nobody measured. */
function missingSeconds(intervals: readonly CoverageInterval[], tolerance: MsRange | undefined) {
  const ms = { total: 0, insideToleranceWindow: 0, sourceHadNone: 0, neverDownloaded: 0, rejected: 0 };
  for (const interval of intervals) {
    if (interval.state === 'present') continue;
    const range = toMsRange(interval);
    const inside = tolerance && intersect(range, tolerance);
    ms.total += lengthMs(range);
    ms[interval.state] += lengthMs(range);
    if (inside) ms.insideToleranceWindow += lengthMs(inside);
  }
  return {
    total: ms.total / 1000,
    insideToleranceWindow: ms.insideToleranceWindow / 1000,
    sourceHadNone: ms.sourceHadNone / 1000,
    neverDownloaded: ms.neverDownloaded / 1000,
    rejected: ms.rejected / 1000,
  };
}
