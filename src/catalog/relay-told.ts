// Which relays' workflows have not heard of their newest revision, and the end of a row whose workflow has retired.
import { sql } from 'kysely';
import { chunks } from './columns.ts';
import { jsonRows } from './relay-json-rows.ts';
import { lockRelays, raiseFloor } from './relay-settings.ts';
import type { Relays, UntoldRelay } from './relay-types.ts';
import type { Database } from './tables.ts';

export function toldOf({ kind, db }: Database): Pick<Relays, 'listUntold' | 'markTold' | 'remove'> {
  return {
    async listUntold(limit) {
      const rows = await db
        .selectFrom('relays')
        .select(['cameraId', 'revision', 'wanted', 'toldRevision', 'startRevision'])
        .whereRef('toldRevision', '<', 'revision')
        .orderBy('cameraId')
        .limit(limit)
        .execute();
      return rows.map(({ cameraId, revision, wanted, toldRevision, startRevision }) => ({
        cameraId,
        revision,
        wanted: wanted === 1,
        isNew: toldRevision < startRevision,
      }));
    },
    async markTold(refs) {
      if (refs.length === 0) return;
      await db.transaction().execute(async (transaction) => {
        await lockRelays(transaction);
        for (const some of chunks(refs)) await markSome({ kind, db: transaction }, some);
      });
    },
    remove: (cameraId) => removeRelay(db, cameraId),
  };
}

type ToldRef = Pick<UntoldRelay, 'cameraId' | 'revision'>;

async function markSome({ kind, db }: Database, refs: readonly ToldRef[]): Promise<void> {
  const rows = refs.map(({ cameraId, revision }) => ({ id: cameraId, n: revision }));
  await sql`
    update relays set told_revision = v.n from ${jsonRows(kind, rows)}
    where relays.camera_id = v.id and relays.told_revision < v.n and v.n <= relays.revision`.execute(db);
}

function removeRelay(db: Database['db'], cameraId: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const floor = await lockRelays(transaction);
    const removed = await transaction
      .deleteFrom('relays')
      .where('cameraId', '=', cameraId)
      .where('wanted', '=', 0)
      .returning(['epoch', 'revision'])
      .executeTakeFirst();
    if (!removed) {
      await startAnew(transaction, cameraId);
      return false;
    }
    await transaction.deleteFrom('relayReports').where('cameraId', '=', cameraId).execute();
    // One above, so that a late report of the removed relay is older than a new one's first epoch.
    await raiseFloor(transaction, Math.max(floor, removed.epoch + 1, removed.revision));
    return true;
  });
}

/** The camera came back while its workflow retired: a word to that workflow told just now must not pass for one to the next. */
async function startAnew(transaction: Database['db'], cameraId: string): Promise<void> {
  await transaction
    .updateTable('relays')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1), startRevision: eb('revision', '+', 1) }))
    .where('cameraId', '=', cameraId)
    .execute();
}
