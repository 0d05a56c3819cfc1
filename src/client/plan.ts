// What a caller can do with plans in the catalog: add, restart, remove. Running ones are spoken to in plan-control.ts.
import type { Catalog } from '../catalog/catalog.ts';
import { chunks } from '../catalog/columns.ts';
import type { CameraDayState } from '../domain/camera-day-states.ts';
import type { PlanSpec } from '../contract/plan.ts';
import { Fault } from '../domain/fault.ts';
import { resolveCameras } from './plan-cameras.ts';
import { estimatePlan, type PlanEstimate } from './plan-estimate.ts';
import { newPlanId } from './plan-id.ts';
import { manifestOf } from './plan-manifest.ts';

export interface PlanAddition {
  catalog: Catalog;
  spec: PlanSpec;
  mediaRoot: string;
  workersAreHere: boolean;
  /** Add nothing; ask the archives for their clocks. */
  dryRun: boolean;
}

export interface PlanAdded {
  /** Absent after a dry run. */
  id?: string;
  estimate: PlanEstimate;
}

/** Adds a plan with its manifest. Throws Fault NotFound, InputInvalid; the latter also for a plan that cannot fit, unless forced. */
export async function addPlan({ dryRun, ...addition }: PlanAddition): Promise<PlanAdded> {
  const { catalog, spec, mediaRoot } = addition;
  if (spec.target !== undefined) await catalog.targets.require(spec.target);
  const cameras = await resolveCameras(catalog, spec);
  const rows = manifestOf({ spec, cameras });
  const estimate = await estimatePlan({ ...addition, cameras, rows, askClocks: dryRun });
  if (dryRun) return { estimate };
  if (!estimate.fits && !spec.force)
    throw new Fault(
      'InputInvalid',
      `The plan needs about ${estimate.expectedBytes} bytes; ${estimate.freeBytes} are free where ${mediaRoot} lies.`,
      { remedy: 'Free space, choose fewer cameras or a shorter window, or add --force.' },
    );
  return { id: await addUnderFreeId({ catalog, spec, rows }), estimate };
}

async function addUnderFreeId({
  catalog,
  spec,
  rows,
}: Pick<PlanAddition, 'catalog' | 'spec'> & { rows: ReturnType<typeof manifestOf> }): Promise<string> {
  for (;;) {
    const id = newPlanId(spec.date);
    if (await catalog.plans.get(id)) continue;
    await catalog.plans.add({ id, spec, cameraDays: rows });
    return id;
  }
}

export interface PlanReset {
  catalog: Catalog;
  planId: string;
  force: boolean;
  camera?: string | undefined;
}

/** Whole days of quarter-hours: 24,000 rows change at a time. */
const daysPerStatement = 250;

const notComplete: CameraDayState[] = ['incomplete', 'refused', 'failed', 'cancelled'];

/** Makes camera-days pending again: those not complete, or all with `force` or of a named camera. Answers how many. */
export async function resetPlan({ catalog, planId, force, camera }: PlanReset): Promise<number> {
  const { spec } = await catalog.plans.require(planId);
  const filter = {
    ...(camera === undefined ? {} : { cameraId: camera }),
    ...(force || camera !== undefined ? {} : { states: notComplete }),
  };
  const days = await catalog.cameraDays.list(planId, filter);
  if (days.length === 0 && camera !== undefined)
    throw new Fault('NotFound', `Plan ${planId} has no camera ${JSON.stringify(camera)}.`, {
      remedy: `\`longtake plan show ${planId}\` lists its cameras.`,
    });
  if (force) {
    for (const some of chunks(days, daysPerStatement)) {
      const indexes = some.map(({ index }) => index);
      const { segmentSeconds } = spec;
      await catalog.segments.resetAttemptsOfCameraDays({ planId, indexes, segmentSeconds });
    }
  }
  return catalog.cameraDays.reset(planId, filter);
}
