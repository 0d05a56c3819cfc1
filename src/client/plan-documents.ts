// Plans as documents, from the catalog alone: they can be read with Temporal down.
import type { CameraDayRow } from '../catalog/camera-days.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SegmentRow } from '../catalog/segments.ts';
import type { CameraDayDocument, PlanDocument, SegmentDocument } from '../contract/plan.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { cutIntoSegments, type SegmentKey } from '../domain/segment.ts';

export interface PlanPart {
  /** Only this camera. */
  camera?: string | undefined;
  /** At most so many camera-days, those first that are not complete. */
  most?: number;
}

/** The whole plan, or a part of it. Throws Fault NotFound. */
export async function planDocumentOf(
  catalog: Catalog,
  planId: string,
  { camera, most = Number.POSITIVE_INFINITY }: PlanPart = {},
): Promise<PlanDocument> {
  const plan = await catalog.plans.require(planId);
  const found = await catalog.cameraDays.list(planId, camera === undefined ? {} : { cameraId: camera });
  if (camera !== undefined && found.length === 0)
    throw new Fault('NotFound', `Plan ${planId} has no camera ${JSON.stringify(camera)}.`);
  const days = found.length > most ? wantingFirst(found).slice(0, most) : found;
  const cameraDays: CameraDayDocument[] = [];
  for (const day of days) cameraDays.push(await cameraDayDocumentOf(catalog, day, plan.spec.segmentSeconds));
  return {
    id: plan.id,
    state: plan.state,
    createdAt: isoFromMs(plan.createdMs),
    spec: plan.spec,
    cameraDays,
  };
}

const wantingFirst = (days: readonly CameraDayRow[]): CameraDayRow[] =>
  days.toSorted((a, b) => Number(a.state === 'complete') - Number(b.state === 'complete'));

async function cameraDayDocumentOf(
  catalog: Catalog,
  day: CameraDayRow,
  segmentSeconds: number,
): Promise<CameraDayDocument> {
  const stored = await catalog.segments.listRange({
    cameraId: day.cameraId,
    startUnix: Math.floor(day.startMs / 1000),
    endUnix: Math.ceil(day.endMs / 1000),
  });
  const byKey = new Map(stored.map((row) => [`${row.startUnix} ${row.seconds}`, row]));
  return {
    camera: day.cameraId,
    date: day.date,
    state: day.state,
    ...(day.host === null ? {} : { host: day.host }),
    missingSeconds: day.missingSeconds,
    toleranceWindowMissingSeconds: day.toleranceWindowMissingSeconds,
    ...(day.reason === null ? {} : { reason: day.reason }),
    merged: day.merged,
    ...(day.coverage === null ? {} : { coverage: day.coverage }),
    exported: day.exported,
    segments: cutIntoSegments(day, segmentSeconds).map((key) =>
      segmentDocumentOf(key, byKey.get(`${key.startUnix} ${key.seconds}`)),
    ),
  };
}

function segmentDocumentOf(key: Omit<SegmentKey, 'cameraId'>, row: SegmentRow | undefined): SegmentDocument {
  const startAt = isoFromMs(key.startUnix * 1000);
  if (!row)
    return { startAt, seconds: key.seconds, state: 'pending', missingSeconds: 0, attempts: 0, gaps: [] };
  return {
    startAt,
    seconds: key.seconds,
    state: row.state,
    missingSeconds: row.missingSeconds ?? (row.state === 'failed' ? key.seconds : 0),
    attempts: row.attempts,
    ...(row.path === null ? {} : { path: row.path }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    gaps: row.gaps.map(({ startAt: from, endAt }) => ({ startAt: from, endAt })),
  };
}
