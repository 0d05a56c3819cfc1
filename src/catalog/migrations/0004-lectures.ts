// Lectures: rooms with their sources, lectures with what became of them, publications, and what Google and webhooks need remembered.
import { sql, type Kysely } from 'kysely';
import type { CatalogKind } from '../tables.ts';

/** As in the first step: sorts by code point in both databases. */
const textOf = (kind: CatalogKind) => (kind === 'postgres' ? sql`text collate "C"` : sql`text`);

export const createLectures = (kind: CatalogKind) => async (db: Kysely<unknown>) => {
  const text = textOf(kind);
  await createRooms(db, text);
  await createLectureTable(db, text);
  await createPublications(db, text);
  await createUploadSessions(db, text);
  await createIntake(db, text);
};

type TextType = ReturnType<typeof textOf>;

async function createRooms(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('rooms')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('spec', text, (c) => c.notNull())
    .addColumn('revision', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('room_sources')
    .addColumn('room_id', text, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
    .addColumn('role', text, (c) => c.notNull())
    .addColumn('camera_id', text, (c) => c.notNull().references('cameras.id').onDelete('cascade'))
    .addColumn('position', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('room_sources_pk', ['room_id', 'role', 'camera_id'])
    .execute();
  await db.schema
    .createTable('no_signal_pictures')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('room_id', text)
    .addColumn('pixels', text, (c) => c.notNull())
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .execute();
}

async function createLectureTable(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('lectures')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('room_id', text, (c) => c.notNull())
    .addColumn('start_ms', 'bigint', (c) => c.notNull())
    .addColumn('end_ms', 'bigint', (c) => c.notNull())
    .addColumn('calendar_id', text)
    .addColumn('event_id', text)
    .addColumn('spec', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull().defaultTo('pending'))
    .addColumn('reason', text)
    .addColumn('host', text)
    .addColumn('missing_seconds', 'double precision')
    .addColumn('slots', text)
    .addColumn('files', text)
    .addColumn('revision', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .addCheckConstraint('lectures_order', sql`end_ms > start_ms`)
    .execute();
  await db.schema
    .createIndex('lectures_event')
    .unique()
    .on('lectures')
    .columns(['calendar_id', 'event_id'])
    .where(sql.ref('state'), '<>', sql.lit('cancelled'))
    .execute();
  await db.schema
    .createIndex('lectures_times')
    .unique()
    .on('lectures')
    .columns(['room_id', 'start_ms', 'end_ms'])
    .where(sql.ref('state'), '<>', sql.lit('cancelled'))
    .execute();
  await db.schema.createIndex('lectures_start').on('lectures').columns(['start_ms', 'id']).execute();
}

async function createPublications(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('publications')
    .addColumn('lecture_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('target', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('external_id', text)
    .addColumn('url', text)
    .addColumn('reason', text)
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('publications_pk', ['lecture_id', 'kind', 'target'])
    .execute();
  await db.schema
    .createTable('drive_folders')
    .addColumn('parent_id', text, (c) => c.notNull())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('folder_id', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('drive_folders_pk', ['parent_id', 'name'])
    .execute();
}

async function createUploadSessions(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('upload_sessions')
    .addColumn('file_id', text, (c) => c.notNull().primaryKey())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('sha256', text, (c) => c.notNull())
    .addColumn('key_id', text, (c) => c.notNull())
    .addColumn('sealed', text, (c) => c.notNull())
    .execute();
}

async function createIntake(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('course_codes')
    .addColumn('code', text, (c) => c.notNull().primaryKey())
    .addColumn('course_id', text, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('calendar_cursors')
    .addColumn('room_id', text, (c) => c.notNull().primaryKey())
    .addColumn('source', text, (c) => c.notNull())
    .addColumn('sync_token', text)
    .addColumn('full_synced_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('webhooks')
    .addColumn('name', text, (c) => c.notNull().primaryKey())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('rooms', text, (c) => c.notNull())
    .addColumn('events', text, (c) => c.notNull())
    .addColumn('template', text)
    .addColumn('recipient', text)
    .addColumn('key_id', text, (c) => c.notNull())
    .addColumn('sealed', text, (c) => c.notNull())
    .addColumn('updated_ms', 'bigint', (c) => c.notNull())
    .execute();
}
