// The published segments of a camera-day on this host, as their reports describe them: what a merge starts from.
import type { CameraDayRow } from '../../catalog/camera-days.ts';
import type { MissingStretch, SegmentFile, SegmentScan } from '../../domain/gap-report.ts';
import type { TimelineSegment } from '../../domain/timeline-segment.ts';
import type { MsRange } from '../../domain/range.ts';
import { toMsRange } from '../../domain/range.ts';
import { cutIntoSegments, segmentRange } from '../../domain/segment.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import type { PlanDeps } from './plan-deps.ts';
import { readPublished } from './published-segment.ts';

export interface DaySegment {
  key: SegmentKey;
  range: MsRange;
  missing: readonly MissingStretch[];
  /** A file with pictures; absent when nothing usable was ever published. */
  source?: { file: SegmentFile; scan: SegmentScan };
}

interface ReadRequest {
  day: CameraDayRow;
  segmentSeconds: number;
  gapThresholdSeconds: number;
  signal: AbortSignal;
  onProgress: (progress: { startUnix: number; readBytes?: number }) => void;
}

/** In wall-clock order. A segment that nobody tried is missing as never downloaded. */
export async function readSegmentsOfDay(deps: PlanDeps, request: ReadRequest): Promise<DaySegment[]> {
  const { day, signal } = request;
  const segments: DaySegment[] = [];
  for (const segment of cutIntoSegments({ startMs: day.startMs, endMs: day.endMs }, request.segmentSeconds)) {
    signal.throwIfAborted();
    request.onProgress({ startUnix: segment.startUnix });
    segments.push(await readSegment(deps, { ...request, key: { cameraId: day.cameraId, ...segment } }));
  }
  return segments;
}

async function readSegment(deps: PlanDeps, request: ReadRequest & { key: SegmentKey }): Promise<DaySegment> {
  const { key, gapThresholdSeconds, signal } = request;
  const range = segmentRange(key);
  const onBytes = (readBytes: number): void => request.onProgress({ startUnix: key.startUnix, readBytes });
  const row = await deps.catalog.segments.get(key);
  const known = row && (await readPublished(deps, { key, row, gapThresholdSeconds, signal, onBytes }));
  if (known?.file && known.scan.covered.length > 0) {
    return { key, range, missing: known.scan.missing, source: { file: known.file, scan: known.scan } };
  }
  const missing = row?.gaps.map((gap) => ({
    ...toMsRange(gap),
    cause: gap.cause ?? ('neverDownloaded' as const),
  }));
  return { key, range, missing: missing ?? [{ ...range, cause: 'neverDownloaded' }] };
}

/** As the merge timeline takes them; `path` is absolute. */
export function timelineSegment(
  deps: Pick<PlanDeps, 'storage'>,
  segment: DaySegment,
): TimelineSegment | undefined {
  if (!segment.source) return undefined;
  const { file, scan } = segment.source;
  return {
    path: deps.storage.resolve(file.path),
    range: segment.range,
    covered: scan.covered,
    streamKey: scan.streamKey ?? '',
    firstPtsSeconds: scan.firstPtsSeconds ?? 0,
    ...(scan.lastPtsSeconds === undefined ? {} : { lastPtsSeconds: scan.lastPtsSeconds }),
  };
}
