// Plans as documents, from the catalog alone: they can be read with Temporal down, and page by page where they are long.
import type { CameraDayRow } from '../catalog/camera-days.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { chunks } from '../catalog/columns.ts';
import type { SegmentOfDay } from '../catalog/segments.ts';
import type { CameraDayDocument, PlanDocument, SegmentDocument } from '../contract/plan.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { cutIntoSegments, type SegmentKey } from '../domain/segment.ts';
import { missingByCause, type MissingByCause } from './plan-causes.ts';

export interface PlanPart {
  /** Only this camera. */
  camera?: string | undefined;
  /** At most so many camera-days, those first that are not complete. */
  most?: number;
}

/** A camera-day as a document, and why time is missing in it. */
export interface ReadCameraDay {
  document: CameraDayDocument;
  causes: MissingByCause;
}

export interface ReadPlan {
  head: Omit<PlanDocument, 'cameraDays'>;
  /** Camera-days in all pages together. */
  count: number;
  /** One query a page. */
  pages: AsyncIterable<ReadCameraDay[]>;
}

/** Camera-days in a page: a day of quarter-hours makes 24,000 segments of it. */
export const daysPerPage = 250;

/** The plan's head at once, its camera-days as they are asked for. Throws Fault NotFound. */
export async function readPlan(
  catalog: Pick<Catalog, 'plans' | 'cameraDays' | 'segments'>,
  planId: string,
  { camera, most = Number.POSITIVE_INFINITY }: PlanPart = {},
): Promise<ReadPlan> {
  const { id, state, createdMs, spec } = await catalog.plans.require(planId);
  const found = await catalog.cameraDays.list(planId, camera === undefined ? {} : { cameraId: camera });
  if (camera !== undefined && found.length === 0)
    throw new Fault('NotFound', `Plan ${planId} has no camera ${JSON.stringify(camera)}.`);
  const days = found.length > most ? wantingFirst(found).slice(0, most) : found;
  return {
    head: { id, state, createdAt: isoFromMs(createdMs), spec },
    count: days.length,
    pages: pagesOf(catalog, days, spec.segmentSeconds),
  };
}

/** The whole plan, or a part of it. Throws Fault NotFound. */
export async function planDocumentOf(
  catalog: Catalog,
  planId: string,
  part: PlanPart = {},
): Promise<PlanDocument> {
  const plan = await readPlan(catalog, planId, part);
  const days = await allDays(plan);
  return { ...plan.head, cameraDays: days.map(({ document }) => document) };
}

/** The pages as one list. */
export async function allDays({ pages }: Pick<ReadPlan, 'pages'>): Promise<ReadCameraDay[]> {
  const days: ReadCameraDay[] = [];
  for await (const page of pages) days.push(...page);
  return days;
}

const wantingFirst = (days: readonly CameraDayRow[]): CameraDayRow[] =>
  days.toSorted((a, b) => Number(a.state === 'complete') - Number(b.state === 'complete'));

async function* pagesOf(
  { segments }: Pick<Catalog, 'segments'>,
  days: readonly CameraDayRow[],
  segmentSeconds: number,
): AsyncGenerator<ReadCameraDay[]> {
  for (const page of chunks(days, daysPerPage)) {
    const planId = page[0]!.planId;
    const stored = await segments.listOfCameraDays({ planId, indexes: page.map(({ index }) => index) });
    yield page.map((day) => readDay(day, stored.get(day.index) ?? [], segmentSeconds));
  }
}

/** Of the stored segments those count that the plan itself would cut: another plan's may lie across them. */
function readDay(day: CameraDayRow, stored: readonly SegmentOfDay[], segmentSeconds: number): ReadCameraDay {
  const byKey = new Map(stored.map((row) => [`${row.startUnix} ${row.seconds}`, row]));
  const segments = cutIntoSegments(day, segmentSeconds).map((key) => ({
    key,
    row: byKey.get(`${key.startUnix} ${key.seconds}`),
  }));
  const known = segments.flatMap(({ row }) => (row ? [row] : []));
  return {
    causes: missingByCause(known, day),
    document: {
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
      segments: segments.map(segmentDocumentOf),
    },
  };
}

function segmentDocumentOf({
  key,
  row,
}: {
  key: Omit<SegmentKey, 'cameraId'>;
  row: SegmentOfDay | undefined;
}): SegmentDocument {
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
