// Relays: the wanted list with owners and epochs, their last reports, the MediaMTX servers that carry them, and the secrets of both.
import { sql, type Kysely } from 'kysely';
import type { CatalogKind } from '../tables.ts';

/** As in the first step: sorts by code point in both databases. */
const textOf = (kind: CatalogKind) => (kind === 'postgres' ? sql`text collate "C"` : sql`text`);

export const createRelays = (kind: CatalogKind) => async (db: Kysely<unknown>) => {
  const text = textOf(kind);
  await createRelayTables(db, text);
  await createServerTables(db, text);
  await createSettings(db);
};

type TextType = ReturnType<typeof textOf>;

async function createRelayTables(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('relays')
    .addColumn('camera_id', text, (c) => c.notNull().primaryKey())
    .addColumn('spec', text, (c) => c.notNull())
    .addColumn('fingerprint', text, (c) => c.notNull())
    .addColumn('revision', 'bigint', (c) => c.notNull())
    .addColumn('told_revision', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('start_revision', 'bigint', (c) => c.notNull())
    .addColumn('wanted', 'integer', (c) => c.notNull())
    .addColumn('stopped', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('engine', text)
    .addColumn('server', text)
    .addColumn('epoch', 'bigint', (c) => c.notNull())
    .addColumn('refused_at', text, (c) => c.notNull().defaultTo('[]'))
    .execute();
  await db.schema.createIndex('relays_server').on('relays').columns(['server', 'camera_id']).execute();
  await db.schema
    .createTable('relay_credentials')
    .addColumn('camera_id', text, (c) =>
      c.notNull().primaryKey().references('relays.camera_id').onDelete('cascade'),
    )
    .addColumn('key_id', text, (c) => c.notNull())
    .addColumn('sealed', text, (c) => c.notNull())
    .execute();
  // No reference to `relays`: a relay removed in the same instant would make a report of a thousand others fail.
  await db.schema
    .createTable('relay_reports')
    .addColumn('camera_id', text, (c) => c.notNull().primaryKey())
    .addColumn('epoch', 'bigint', (c) => c.notNull())
    .addColumn('report', text, (c) => c.notNull())
    .execute();
}

async function createServerTables(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('relay_servers')
    .addColumn('name', text, (c) => c.notNull().primaryKey())
    .addColumn('spec', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('since_ms', 'bigint', (c) => c.notNull())
    .addColumn('reason', text)
    .execute();
  await db.schema
    .createTable('relay_server_secrets')
    .addColumn('name', text, (c) =>
      c.notNull().primaryKey().references('relay_servers.name').onDelete('cascade'),
    )
    .addColumn('key_id', text, (c) => c.notNull())
    .addColumn('sealed', text, (c) => c.notNull())
    .execute();
}

async function createSettings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('relay_settings')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('paused', 'integer', (c) => c.notNull())
    .addColumn('floor', 'bigint', (c) => c.notNull())
    .execute();
  await sql`insert into relay_settings (id, paused, floor) values (1, 0, 0)`.execute(db);
}
