// What of a lecture lies at an export target: known by name, so that a copy under an old name can be removed.
import type { Kysely } from 'kysely';

export async function addExportedFiles(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('publications').addColumn('files', 'text').execute();
}
