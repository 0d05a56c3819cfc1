// What was published of lectures, and under which ids; an id is kept here before anything is made at the other side.
import type { Selectable } from 'kysely';
import type { PublicationKind, PublicationState } from '../contract/lecture-messages.ts';
import { fromJson, optional } from './columns.ts';
import type { PublicationRow, Publications } from './lecture-types.ts';
import type { Database, PublicationsTable } from './tables.ts';

type Key = Pick<PublicationRow, 'lectureId' | 'kind' | 'target'>;

export function publicationsOf({ db }: Database): Publications {
  return {
    reserve: (row) => db.transaction().execute((transaction) => reserve(transaction, row)),
    async record(row) {
      await db.transaction().execute((transaction) => record(transaction, row));
    },
    get: (key) => get(db, key),
    async listOf(lectureId) {
      const rows = await db
        .selectFrom('publications')
        .selectAll()
        .where('lectureId', '=', lectureId)
        .orderBy('kind')
        .orderBy('target')
        .execute();
      return rows.map(publicationRow);
    },
  };
}

async function get(
  db: Database['db'],
  { lectureId, kind, target }: Key,
): Promise<PublicationRow | undefined> {
  const row = await db
    .selectFrom('publications')
    .selectAll()
    .where(({ and }) => and({ lectureId, kind, target }))
    .executeTakeFirst();
  return row && publicationRow(row);
}

async function reserve(
  db: Database['db'],
  { lectureId, kind, target, externalId }: Parameters<Publications['reserve']>[0],
): Promise<PublicationRow> {
  const row = await db
    .insertInto('publications')
    .values({
      lectureId,
      kind,
      target,
      externalId: externalId ?? null,
      state: 'pending',
      updatedMs: Date.now(),
    })
    .onConflict((conflict) =>
      conflict.columns(['lectureId', 'kind', 'target']).doUpdateSet(({ fn, ref }) => ({
        externalId: fn.coalesce(ref('publications.externalId'), ref('excluded.externalId')),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return publicationRow(row);
}

async function record(
  db: Database['db'],
  { lectureId, kind, target, state, externalId, url, reason, files }: Parameters<Publications['record']>[0],
): Promise<void> {
  const values = {
    state,
    ...(externalId !== undefined && { externalId }),
    ...(url !== undefined && { url }),
    ...(files !== undefined && { files: JSON.stringify(files) }),
    reason: reason ?? null,
    updatedMs: Date.now(),
  };
  await db
    .insertInto('publications')
    .values({ lectureId, kind, target, ...values })
    .onConflict((conflict) => conflict.columns(['lectureId', 'kind', 'target']).doUpdateSet(values))
    .execute();
}

const publicationRow = ({
  kind,
  state,
  externalId,
  url,
  reason,
  files,
  ...row
}: Selectable<PublicationsTable>): PublicationRow => ({
  ...row,
  kind: kind as PublicationKind,
  state: state as PublicationState,
  ...optional('externalId', externalId),
  ...optional('url', url),
  ...optional('reason', reason),
  ...optional('files', files === null ? null : fromJson<string[]>(files)),
});
