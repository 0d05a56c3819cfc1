// Plans as documents, from the catalog alone: they can be read with Temporal down, and page by page where they are long.
import type { CameraDayRow } from '../catalog/camera-days.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { chunks } from '../catalog/columns.ts';
import type { SegmentOfDay } from '../catalog/segments.ts';
import type { CameraDayState } from '../domain/camera-day-states.ts';
import type { CameraDayDocument, PlanDocument, SegmentDocument } from '../contract/plan.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { cutIntoSegments, type SegmentKey } from '../domain/segment.ts';
import { missingByCause, type MissingByCause } from './plan-causes.ts';

export interface PlanPart {
  /** Only this camera. */
  camera?: string | undefined;
  /** Only camera-days in this state; all of them, whatever `most` says. */
  state?: CameraDayState | undefined;
  /** At most so many camera-days, those first that are not complete: failed, refused, incomplete, …. */
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
  /** Camera-days of the plan. */
  total: number;
  /** Two queries a page, and one page in memory. */
  pages: AsyncIterable<ReadCameraDay[]>;
}

/** Camera-days in a page: a day of quarter-hours makes 24,000 segments of it. */
export const daysPerPage = 250;

/** The plan's head at once, its camera-days as they are asked for. Throws Fault NotFound. */
export async function readPlan(
  catalog: Pick<Catalog, 'plans' | 'cameraDays' | 'segments'>,
  planId: string,
  { camera, state: only, most = Number.POSITIVE_INFINITY }: PlanPart = {},
): Promise<ReadPlan> {
  const { id, state, createdMs, spec, cameraDays: total } = await catalog.plans.require(planId);
  const head = { id, state, createdAt: isoFromMs(createdMs), spec };
  const { segmentSeconds } = spec;
  if (camera === undefined && only !== undefined) {
    const { [only]: count } = await catalog.plans.countByState(planId);
    return { head, total, count, pages: readPages(catalog, { planId, total, segmentSeconds, only }) };
  }
  if (camera === undefined && total <= most)
    return { head, total, count: total, pages: readPages(catalog, { planId, total, segmentSeconds }) };
  const found =
    camera === undefined
      ? await catalog.cameraDays.listWorst({ planId, length: most })
      : await daysOfCamera(catalog, { planId, cameraId: camera });
  const days = only === undefined ? found : found.filter((day) => day.state === only);
  return {
    ...{ head, total, count: days.length },
    pages: readPages(catalog, { planId, total: days.length, segmentSeconds, days }),
  };
}

async function daysOfCamera(
  { cameraDays }: Pick<Catalog, 'cameraDays'>,
  of: { planId: string; cameraId: string },
): Promise<CameraDayRow[]> {
  const days = await cameraDays.listOfCamera(of);
  if (days.length > 0) return days;
  throw new Fault('NotFound', `Plan ${of.planId} has no camera ${JSON.stringify(of.cameraId)}.`);
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

interface PagesOf {
  planId: string;
  total: number;
  segmentSeconds: number;
  /** Absent: all of the plan. */
  days?: readonly CameraDayRow[];
  /** Those in another state are passed over. */
  only?: CameraDayState;
}

async function* readPages(
  catalog: Pick<Catalog, 'plans' | 'segments'>,
  { segmentSeconds, days, only, ...plan }: PagesOf,
): AsyncGenerator<ReadCameraDay[]> {
  const { planId } = plan;
  for await (const all of days ? chunks(days, daysPerPage) : pagesOfPlan(catalog, plan)) {
    const page = only === undefined ? all : all.filter(({ state }) => state === only);
    if (page.length === 0) continue;
    const indexes = page.map(({ index }) => index);
    const stored = await catalog.segments.listOfCameraDays({ planId, indexes });
    yield page.map((day) => readDay(day, stored.get(day.index) ?? [], segmentSeconds));
  }
}

async function* pagesOfPlan(
  { plans }: Pick<Catalog, 'plans'>,
  { planId, total }: Pick<PagesOf, 'planId' | 'total'>,
): AsyncGenerator<CameraDayRow[]> {
  for (let offset = 0, count = 0; count < total;) {
    const page = await plans.page({ planId, offset, length: daysPerPage });
    const last = page.at(-1);
    if (!last) throw new Fault('NotFound', `Plan ${planId} was removed while it was read.`);
    offset = last.index + 1;
    count += page.length;
    yield page;
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
