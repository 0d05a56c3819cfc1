// Plans: the request as it was given, its state, and its manifest, which is written with it in one transaction.
import type { z } from 'zod';
import type { CameraDayState } from '../domain/camera-day-states.ts';
import type { PlanState } from '../contract/plan-messages.ts';
import type { planSummary, PlanSpec } from '../contract/plan.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { cameraDayRow, unfinishedStates, type CameraDayRow, type ManifestRow } from './camera-days.ts';
import { chunks, fromJson } from './columns.ts';
import type { Database } from './tables.ts';

export interface PlanRow {
  id: string;
  spec: PlanSpec;
  state: PlanState;
  createdMs: number;
  updatedMs: number;
  /** Entries of the manifest. */
  cameraDays: number;
}

export type PlanSummary = z.infer<typeof planSummary>;

export type StateCounts = Record<CameraDayState, number>;

export interface Plans {
  /** Plan and manifest, all or nothing. @throws Fault InputInvalid when the id is taken */
  add(plan: {
    id: string;
    spec: PlanSpec;
    cameraDays: readonly ManifestRow[];
    createdMs?: number;
  }): Promise<void>;
  get(id: string): Promise<PlanRow | undefined>;
  /** @throws Fault NotFound */
  require(id: string): Promise<PlanRow>;
  /** Newest first. */
  list(): Promise<PlanSummary[]>;
  /** Setting the same state again changes nothing. @throws Fault NotFound */
  setState(id: string, state: PlanState): Promise<void>;
  /** Removes plan and manifest; segments and media stay. */
  remove(id: string): Promise<boolean>;
  /**
   * The next entries of the manifest: at most `length`, from index `offset` on, in order. With `onlyUnfinished`, entries that ended
   * are passed over, so the next offset is the last index of the page + 1.
   */
  page(request: {
    planId: string;
    offset: number;
    length: number;
    onlyUnfinished?: boolean | undefined;
  }): Promise<CameraDayRow[]>;
  /** One number per state, zeros included. */
  countByState(planId: string): Promise<StateCounts>;
  /** Missing seconds of the camera-days that have ended, summed. */
  endedMissingSeconds(planId: string): Promise<number>;
}

export function plansOf({ db }: Database): Plans {
  const absent = (id: string) => new Fault('NotFound', `There is no plan ${JSON.stringify(id)}.`);

  return {
    add: (plan) => addPlan(db, plan),
    get: (id) => getPlan(db, id),
    async require(id) {
      const plan = await getPlan(db, id);
      if (!plan) throw absent(id);
      return plan;
    },
    list: () => listPlans(db),
    async setState(id, state) {
      const { numUpdatedRows } = await db
        .updateTable('plans')
        .set({ state, updatedMs: Date.now() })
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw absent(id);
    },
    async remove(id) {
      return db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('plans')
          .where('id', '=', id)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },
    async page({ planId, offset, length, onlyUnfinished }) {
      let query = db
        .selectFrom('cameraDays')
        .selectAll()
        .where('planId', '=', planId)
        .where('idx', '>=', offset);
      if (onlyUnfinished) query = query.where('state', 'in', unfinishedStates);
      return (await query.orderBy('idx').limit(length).execute()).map(cameraDayRow);
    },
    countByState: (planId) => countByState(db, planId),
    async endedMissingSeconds(planId) {
      const row = await db
        .selectFrom('cameraDays')
        .where('planId', '=', planId)
        .where('state', 'not in', unfinishedStates)
        .select(({ fn }) => fn.sum<number>('missingSeconds').as('seconds'))
        .executeTakeFirst();
      return Number(row?.seconds ?? 0);
    },
  };
}

async function getPlan(db: Database['db'], id: string): Promise<PlanRow | undefined> {
  const row = await db
    .selectFrom('plans')
    .selectAll()
    .select(({ selectFrom, fn }) =>
      selectFrom('cameraDays')
        .whereRef('cameraDays.planId', '=', 'plans.id')
        .select(fn.countAll<number>().as('count'))
        .as('cameraDays'),
    )
    .where('id', '=', id)
    .executeTakeFirst();
  return (
    row && {
      ...row,
      cameraDays: Number(row.cameraDays),
      spec: fromJson<PlanSpec>(row.spec),
      state: row.state as PlanState,
    }
  );
}

async function addPlan(db: Database['db'], plan: Parameters<Plans['add']>[0]): Promise<void> {
  const createdMs = plan.createdMs ?? Date.now();
  await db.transaction().execute(async (transaction) => {
    const added = await transaction
      .insertInto('plans')
      .values({
        id: plan.id,
        spec: JSON.stringify(plan.spec),
        state: 'pending',
        createdMs,
        updatedMs: createdMs,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 0n) {
      throw new Fault('InputInvalid', `There is already a plan ${JSON.stringify(plan.id)}.`);
    }
    for (const some of chunks(plan.cameraDays)) {
      const rows = some.map((day) => ({
        planId: plan.id,
        idx: day.index,
        cameraId: day.cameraId,
        date: day.date,
        slug: day.slug,
        startMs: day.startMs,
        endMs: day.endMs,
        toleranceStartMs: day.toleranceStartMs ?? null,
        toleranceEndMs: day.toleranceEndMs ?? null,
      }));
      await transaction.insertInto('cameraDays').values(rows).execute();
    }
  });
}

async function countByState(db: Database['db'], planId: string): Promise<StateCounts> {
  const rows = await db
    .selectFrom('cameraDays')
    .where('planId', '=', planId)
    .groupBy('state')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .execute();
  return countsOf(rows);
}

async function listPlans(db: Database['db']): Promise<PlanSummary[]> {
  const plans = await db.selectFrom('plans').selectAll().orderBy('createdMs', 'desc').orderBy('id').execute();
  const groups = await db
    .selectFrom('cameraDays')
    .groupBy(['planId', 'state'])
    .select(({ fn }) => [
      'planId',
      'state',
      fn.countAll<number>().as('count'),
      fn.sum<number>('missingSeconds').as('missingSeconds'),
    ])
    .execute();
  const byPlan = Map.groupBy(groups, (group) => group.planId);
  return plans.map((plan) => {
    const own = byPlan.get(plan.id) ?? [];
    const spec = fromJson<PlanSpec>(plan.spec);
    return {
      id: plan.id,
      state: plan.state as PlanState,
      createdAt: isoFromMs(plan.createdMs),
      date: spec.date,
      window: spec.window,
      cameraDays: own.reduce((sum, group) => sum + Number(group.count), 0),
      counts: countsOf(own),
      missingSeconds: own.reduce((sum, group) => sum + Number(group.missingSeconds), 0),
    };
  });
}

function countsOf(groups: readonly { state: string; count: number }[]): StateCounts {
  const counts: StateCounts = {
    pending: 0,
    running: 0,
    complete: 0,
    incomplete: 0,
    refused: 0,
    failed: 0,
    cancelled: 0,
  };
  for (const { state, count } of groups) counts[state as CameraDayState] = Number(count);
  return counts;
}
