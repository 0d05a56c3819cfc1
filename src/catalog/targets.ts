// Export targets by name. What may stand in one is held by contract/target.ts; this file keeps it.
import { Fault } from '../domain/fault.ts';
import type { TargetSpec } from '../contract/target.ts';
import { fromJson } from './columns.ts';
import type { Database } from './tables.ts';

export interface TargetRow {
  name: string;
  spec: TargetSpec;
  updatedMs: number;
}

export interface Targets {
  /** Adds or replaces. */
  put(target: { name: string; spec: TargetSpec }): Promise<void>;
  get(name: string): Promise<TargetRow | undefined>;
  /** @throws Fault NotFound */
  require(name: string): Promise<TargetRow>;
  list(): Promise<TargetRow[]>;
  remove(name: string): Promise<boolean>;
}

export function targetsOf({ db }: Database): Targets {
  const get = async (name: string): Promise<TargetRow | undefined> => {
    const row = await db.selectFrom('targets').selectAll().where('name', '=', name).executeTakeFirst();
    return row && { ...row, spec: fromJson<TargetSpec>(row.spec) };
  };
  return {
    async put({ name, spec }) {
      const row = { spec: JSON.stringify(spec), updatedMs: Date.now() };
      await db.transaction().execute((transaction) =>
        transaction
          .insertInto('targets')
          .values({ name, ...row })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute(),
      );
    },
    get,
    async require(name) {
      const target = await get(name);
      if (!target) throw new Fault('NotFound', `There is no export target ${JSON.stringify(name)}.`);
      return target;
    },
    async list() {
      const rows = await db.selectFrom('targets').selectAll().orderBy('name').execute();
      return rows.map((row) => ({ ...row, spec: fromJson<TargetSpec>(row.spec) }));
    },
    async remove(name) {
      const { numDeletedRows } = await db.deleteFrom('targets').where('name', '=', name).executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
