// Brings a catalog to the schema of this version. Any number of processes may do so at once: one works, the others wait and find it done.
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { Fault } from '../domain/fault.ts';
import { createPlans } from './migrations/0001-plans.ts';
import { createRelays } from './migrations/0002-relays.ts';
import { createCameraMap } from './migrations/0003-camera-map.ts';
import { createLectures } from './migrations/0004-lectures.ts';
import { addExportedFiles } from './migrations/0005-exported-files.ts';
import type { CatalogKind } from './tables.ts';

const migrationTable = 'longtake_migrations';

const migrationsFor = (kind: CatalogKind): Record<string, Migration> => ({
  '0001-plans': { up: createPlans(kind) },
  '0002-relays': { up: createRelays(kind) },
  '0003-camera-map': { up: createCameraMap },
  '0004-lectures': { up: createLectures(kind) },
  '0005-exported-files': { up: addExportedFiles },
});

/** @throws Fault ConfigInvalid when a newer Longtake has migrated the catalog */
export async function migrate({ kind, db }: { kind: CatalogKind; db: Kysely<unknown> }): Promise<void> {
  const migrations = migrationsFor(kind);
  const names = Object.keys(migrations).sort();
  const done = await executed(db);
  if (done !== undefined) refuseNewer(names, done);
  if (done !== undefined && names.every((name) => done.includes(name))) return;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: migrationTable,
    migrationLockTableName: `${migrationTable}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof Error) throw error;
  if (error !== undefined) throw new Error('The migration failed.', { cause: error });
}

/** The migrations this catalog has seen, or undefined when it is new. Asked first, since nearly every start finds nothing to do. */
async function executed(db: Kysely<unknown>): Promise<string[] | undefined> {
  try {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationTable)}`.execute(db);
    return rows.map((row) => row.name);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === '42P01' || message.includes('no such table')) return undefined;
    throw error;
  }
}

function refuseNewer(known: string[], done: string[]): void {
  const unknown = done.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Fault(
    'ConfigInvalid',
    `The catalog was migrated by a newer Longtake (step ${unknown}); update this one.`,
  );
}
