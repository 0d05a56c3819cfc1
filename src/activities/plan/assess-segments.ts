// Sums over segments as the catalog knows them, for plans that merge what other plans downloaded.
import type { Catalog } from '../../catalog/catalog.ts';
import type { SegmentTotals } from '../../contract/plan-messages.ts';
import { coveredMs, toMsRange } from '../../domain/range.ts';
import { segmentRange } from '../../domain/segment.ts';
import type { AssessRequest } from './types.ts';

/** A segment without a row counts as wholly missing and unfinished. */
export async function assessSegments(catalog: Catalog, request: AssessRequest): Promise<SegmentTotals> {
  const { cameraId } = await catalog.cameraDays.require(request);
  const tolerance = request.toleranceWindow && toMsRange(request.toleranceWindow);
  const totals: SegmentTotals = {
    done: request.segments.length,
    withGaps: 0,
    unfinished: 0,
    missingSeconds: 0,
    toleranceWindowMissingSeconds: 0,
  };
  for (const segment of request.segments) {
    const row = await catalog.segments.get({ cameraId, ...segment });
    const missingSeconds = row?.missingSeconds ?? segment.seconds;
    if (missingSeconds === 0) continue;
    const missing =
      row == null || row.missingSeconds === null ? [segmentRange(segment)] : row.gaps.map(toMsRange);
    totals.withGaps += 1;
    if ((row?.attempts ?? 0) < request.maxDownloadAttempts) totals.unfinished += 1;
    totals.missingSeconds += missingSeconds;
    if (tolerance) totals.toleranceWindowMissingSeconds += coveredMs(missing, tolerance) / 1000;
  }
  return totals;
}
