// Camera-days: the manifest of a plan and what became of each entry. Plans of 90,000 are read in pages, never as a whole by workflows.
import { sql, type Selectable, type Updateable } from 'kysely';
import type { CameraDayState } from '../domain/camera-day-states.ts';
import type { CameraDayRef } from '../contract/plan-messages.ts';
import { Fault } from '../domain/fault.ts';
import { chunks, fromJson } from './columns.ts';
import type { CameraDaysTable, Database } from './tables.ts';

/** One entry of a manifest as the planner makes it; local time is computed once and stands here as instants. */
export interface ManifestRow extends CameraDayRef {
  /** In the camera's own zone, YYYY-MM-DD. */
  date: string;
  /** The plan's window on this day, half-open. */
  startMs: number;
  endMs: number;
  /** The tolerance window on this day, half-open. */
  toleranceStartMs?: number;
  toleranceEndMs?: number;
}

export interface CameraDayRow extends Required<Omit<ManifestRow, 'toleranceStartMs' | 'toleranceEndMs'>> {
  planId: string;
  toleranceStartMs: number | null;
  toleranceEndMs: number | null;
  state: CameraDayState;
  /** The host that holds its files, with storage `local`. */
  host: string | null;
  reason: string | null;
  missingSeconds: number;
  toleranceWindowMissingSeconds: number;
  /** Addresses of merged files, relative to the media root. */
  merged: string[];
  coverage: string | null;
  exported: string[];
}

/** How a camera-day ended: it replaces all of what an earlier run wrote. */
export interface CameraDayRecord {
  planId: string;
  index: number;
  state: CameraDayState;
  reason?: string | undefined;
  missingSeconds: number;
  toleranceWindowMissingSeconds: number;
  merged: readonly string[];
  coverage?: string | undefined;
  exported: readonly string[];
}

export interface CameraDayPage {
  refs: CameraDayRef[];
  /** Index after the last entry of the page; equal to the offset at the end of the manifest. */
  nextIndex: number;
}

export interface CameraDayFilter {
  cameraId?: string | undefined;
  states?: readonly CameraDayState[] | undefined;
  indexes?: readonly number[] | undefined;
}

interface At {
  planId: string;
  index: number;
}

export interface PageRequest {
  planId: string;
  offset: number;
  length: number;
  onlyUnfinished?: boolean | undefined;
}

/** States in which a camera-day still needs work. */
export const unfinishedStates: readonly CameraDayState[] = ['pending', 'running'];

export interface CameraDays {
  get(at: { planId: string; index: number }): Promise<CameraDayRow | undefined>;
  /** @throws Fault NotFound */
  require(at: { planId: string; index: number }): Promise<CameraDayRow>;
  /** Entries of one camera, in manifest order. */
  listOfCamera(of: { planId: string; cameraId: string }): Promise<CameraDayRow[]>;
  /** At most `length` entries from index `offset` on; with `onlyUnfinished`, those that ended are passed over. */
  page(request: PageRequest): Promise<CameraDayPage>;
  /** In manifest order. */
  list(planId: string, filter?: CameraDayFilter): Promise<CameraDayRow[]>;
  /** At most `length` entries, those first that need somebody: failed, refused, incomplete, …; within a state in manifest order. */
  listWorst(request: { planId: string; length: number }): Promise<CameraDayRow[]>;
  /** @throws Fault NotFound */
  setState(request: { planId: string; index: number; state: CameraDayState }): Promise<void>;
  /** Null: no host holds its files any more. */
  setHost(request: { planId: string; index: number; host: string | null }): Promise<void>;
  /** Writing the same again changes nothing. @throws Fault NotFound */
  record(record: CameraDayRecord): Promise<void>;
  /** Makes entries pending again and forgets their results; answers how many. */
  reset(planId: string, filter?: CameraDayFilter): Promise<number>;
}

export function cameraDaysOf({ db }: Database): CameraDays {
  const get = async ({ planId, index }: At) => {
    const row = await db
      .selectFrom('cameraDays')
      .selectAll()
      .where('planId', '=', planId)
      .where('idx', '=', index)
      .executeTakeFirst();
    return row && cameraDayRow(row);
  };
  const change = async (at: At, values: Updateable<CameraDaysTable>) => {
    const { numUpdatedRows } = await db
      .updateTable('cameraDays')
      .set(values)
      .where('planId', '=', at.planId)
      .where('idx', '=', at.index)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw absent(at);
  };
  const absent = ({ planId, index }: At) =>
    new Fault('NotFound', `Plan ${JSON.stringify(planId)} has no camera-day ${index}.`);

  return {
    get,
    async require(at) {
      const row = await get(at);
      if (!row) throw absent(at);
      return row;
    },
    list: (planId, filter) => listCameraDays(db, planId, filter),
    listOfCamera: ({ planId, cameraId }) => listCameraDays(db, planId, { cameraId }),
    listWorst: (request) => listWorst(db, request),
    page: (request) => pageCameraDays(db, request),
    setState: ({ state, ...at }) => change(at, { state }),
    setHost: ({ host, ...at }) => change(at, { host }),
    record: (ended) =>
      change(ended, {
        state: ended.state,
        reason: ended.reason ?? null,
        missingSeconds: ended.missingSeconds,
        toleranceWindowMissingSeconds: ended.toleranceWindowMissingSeconds,
        merged: JSON.stringify(ended.merged),
        coverage: ended.coverage ?? null,
        exported: JSON.stringify(ended.exported),
      }),
    reset: (planId, filter) => resetCameraDays(db, planId, filter),
  };
}

async function pageCameraDays(
  db: Database['db'],
  { planId, offset, length, onlyUnfinished }: PageRequest,
): Promise<CameraDayPage> {
  let query = db
    .selectFrom('cameraDays')
    .select(['idx as index', 'cameraId', 'slug'])
    .where('planId', '=', planId)
    .where('idx', '>=', offset);
  if (onlyUnfinished) query = query.where('state', 'in', unfinishedStates);
  const refs = await query.orderBy('idx').limit(length).execute();
  return { refs, nextIndex: (refs.at(-1)?.index ?? offset - 1) + 1 };
}

const worstFirst: readonly CameraDayState[] = [
  'failed',
  'refused',
  'incomplete',
  'cancelled',
  'running',
  'pending',
  'complete',
];

async function listWorst(
  db: Database['db'],
  { planId, length }: { planId: string; length: number },
): Promise<CameraDayRow[]> {
  const rank = sql`case state ${sql.join(
    worstFirst.map((state, at) => sql`when ${state} then ${sql.lit(at)}`),
    sql` `,
  )} end`;
  const query = db.selectFrom('cameraDays').selectAll().where('planId', '=', planId);
  return (await query.orderBy(rank).orderBy('idx').limit(length).execute()).map(cameraDayRow);
}

async function listCameraDays(
  db: Database['db'],
  planId: string,
  filter: CameraDayFilter = {},
): Promise<CameraDayRow[]> {
  const rows: CameraDayRow[] = [];
  for (const { cameraId, states, indexes } of statementsOf(filter)) {
    let query = db.selectFrom('cameraDays').selectAll().where('planId', '=', planId);
    if (cameraId !== undefined) query = query.where('cameraId', '=', cameraId);
    if (states) query = query.where('state', 'in', states);
    if (indexes) query = query.where('idx', 'in', indexes);
    // No spread: a call takes about 120,000 arguments, and a plan may hold a million camera-days.
    for (const row of await query.orderBy('idx').execute()) rows.push(cameraDayRow(row));
  }
  return rows;
}

async function resetCameraDays(
  db: Database['db'],
  planId: string,
  filter: CameraDayFilter = {},
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    let count = 0n;
    for (const { cameraId, states, indexes } of statementsOf(filter)) {
      let query = transaction.updateTable('cameraDays').set(blank).where('planId', '=', planId);
      if (cameraId !== undefined) query = query.where('cameraId', '=', cameraId);
      if (states) query = query.where('state', 'in', states);
      if (indexes) query = query.where('idx', 'in', indexes);
      count += (await query.executeTakeFirst()).numUpdatedRows;
    }
    return Number(count);
  });
}

const blank = {
  state: 'pending',
  host: null,
  reason: null,
  missingSeconds: 0,
  toleranceWindowMissingSeconds: 0,
  merged: '[]',
  coverage: null,
  exported: '[]',
} satisfies Updateable<CameraDaysTable>;

/** The filter as one statement or several, each within the databases' limit on parameters. */
function* statementsOf({ indexes, ...rest }: CameraDayFilter): Generator<CameraDayFilter> {
  if (!indexes) return yield rest;
  for (const some of chunks(indexes.toSorted((a, b) => a - b))) yield { ...rest, indexes: some };
}

export function cameraDayRow({
  idx,
  state,
  merged,
  exported,
  ...row
}: Selectable<CameraDaysTable>): CameraDayRow {
  return {
    ...row,
    index: idx,
    state: state as CameraDayState,
    merged: fromJson<string[]>(merged),
    exported: fromJson<string[]>(exported),
  };
}
