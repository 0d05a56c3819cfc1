// One row: how the user's own table of cameras is read, and the sealed address of its database.
import type { Kysely } from 'kysely';

export async function createCameraMap(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('camera_map')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('map', 'text', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('sealed', 'text', (c) => c.notNull())
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .execute();
}
