// The first tables: camera inventory with sealed credentials, export targets, plans with their camera-days, segments with leases, hosts.
import { sql, type Kysely } from 'kysely';
import type { CatalogKind } from '../tables.ts';

/** Text that sorts by code point in both databases, so that pages and ranges agree. */
const textOf = (kind: CatalogKind) => (kind === 'postgres' ? sql`text collate "C"` : sql`text`);

export const createPlans = (kind: CatalogKind) => async (db: Kysely<unknown>) => {
  const text = textOf(kind);
  await createInventory(db, text);
  await createPlanTables(db, text);
  await createSegments(db, text);
};

type TextType = ReturnType<typeof textOf>;

async function createInventory(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('cameras')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('name', text)
    .addColumn('region', text)
    .addColumn('station', text)
    .addColumn('time_zone', text, (c) => c.notNull())
    .addColumn('live_url', text)
    .addColumn('archive_kind', text)
    .addColumn('archive_url', text)
    .addColumn('external_id', text)
    .addColumn('tags', text, (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('revision', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('cameras_region').on('cameras').columns(['region', 'id']).execute();
  await db.schema
    .createTable('credentials')
    .addColumn('camera_id', text, (c) => c.notNull().references('cameras.id').onDelete('cascade'))
    .addColumn('field', text, (c) => c.notNull())
    .addColumn('key_id', text, (c) => c.notNull())
    .addColumn('sealed', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('credentials_pk', ['camera_id', 'field'])
    .execute();
  await db.schema
    .createTable('targets')
    .addColumn('name', text, (c) => c.primaryKey())
    .addColumn('spec', text, (c) => c.notNull())
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('hosts')
    .addColumn('host', text, (c) => c.primaryKey())
    .addColumn('lease_expires_ms', 'bigint', (c) => c.notNull())
    .addColumn('facts', text, (c) => c.notNull())
    .execute();
}

async function createPlanTables(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('plans')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('spec', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('camera_days')
    .addColumn('plan_id', text, (c) => c.notNull().references('plans.id').onDelete('cascade'))
    .addColumn('idx', 'integer', (c) => c.notNull())
    .addColumn('camera_id', text, (c) => c.notNull())
    .addColumn('date', text, (c) => c.notNull())
    .addColumn('slug', text, (c) => c.notNull())
    .addColumn('start_ms', 'bigint', (c) => c.notNull())
    .addColumn('end_ms', 'bigint', (c) => c.notNull())
    .addColumn('tolerance_start_ms', 'bigint')
    .addColumn('tolerance_end_ms', 'bigint')
    .addColumn('state', text, (c) => c.notNull().defaultTo('pending'))
    .addColumn('host', text)
    .addColumn('reason', text)
    .addColumn('missing_seconds', 'double precision', (c) => c.notNull().defaultTo(0))
    .addColumn('tolerance_window_missing_seconds', 'double precision', (c) => c.notNull().defaultTo(0))
    .addColumn('merged', text, (c) => c.notNull().defaultTo('[]'))
    .addColumn('coverage', text)
    .addColumn('exported', text, (c) => c.notNull().defaultTo('[]'))
    .addPrimaryKeyConstraint('camera_days_pk', ['plan_id', 'idx'])
    .addUniqueConstraint('camera_days_slug', ['plan_id', 'slug'])
    .execute();
  await db.schema
    .createIndex('camera_days_state')
    .on('camera_days')
    .columns(['plan_id', 'state', 'missing_seconds'])
    .execute();
  await db.schema
    .createIndex('camera_days_camera')
    .on('camera_days')
    .columns(['camera_id', 'plan_id'])
    .execute();
}

async function createSegments(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('segments')
    .addColumn('camera_id', text, (c) => c.notNull())
    .addColumn('start_unix', 'bigint', (c) => c.notNull())
    .addColumn('seconds', 'integer', (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull().defaultTo('pending'))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('missing_seconds', 'double precision')
    .addColumn('host', text)
    .addColumn('path', text)
    .addColumn('container', text)
    .addColumn('size_bytes', 'bigint')
    .addColumn('sha256', text)
    .addColumn('stream_key', text)
    .addColumn('gaps', text, (c) => c.notNull().defaultTo('[]'))
    .addColumn('reason', text)
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .addColumn('lease_owner', text)
    .addColumn('lease_epoch', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('lease_expires_ms', 'bigint', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('segments_pk', ['camera_id', 'start_unix', 'seconds'])
    .execute();
}
