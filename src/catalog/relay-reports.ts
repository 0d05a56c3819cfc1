// What keepers and owners say of their relays: the last report of each, and the logins its camera refused.
import { sql } from 'kysely';
import { chunks, fromJson } from './columns.ts';
import { jsonRows, type JsonRow } from './relay-json-rows.ts';
import type { Relays } from './relay-types.ts';
import type { Database } from './tables.ts';

export function reportsOf(database: Database): Pick<Relays, 'record' | 'noteRefusal'> {
  return {
    async record(reports) {
      const newest = new Map<string, JsonRow>();
      for (const { cameraId, report } of reports) {
        if (report.epoch < (newest.get(cameraId)?.n ?? 0)) continue;
        newest.set(cameraId, { id: cameraId, n: report.epoch, text: JSON.stringify(report) });
      }
      for (const some of chunks([...newest.values()])) await recordSome(database, some);
    },
    noteRefusal: (refusal) => noteRefusal(database.db, refusal),
  };
}

/**
 * Reports have a table of their own: what changes every few seconds waits for no one who changes relays, and nobody waits for it. In the
 * order of ids, so that two keepers of the same relays wait for each other instead of deadlocking.
 */
async function recordSome({ kind, db }: Database, rows: readonly JsonRow[]): Promise<void> {
  await sql`
    insert into relay_reports (camera_id, epoch, report)
    select relays.camera_id, v.n, v.text from ${jsonRows(kind, rows)}
    join relays on relays.camera_id = v.id and relays.epoch <= v.n
    where true order by relays.camera_id
    on conflict (camera_id) do update set epoch = excluded.epoch, report = excluded.report
    where relay_reports.epoch <= excluded.epoch`.execute(db);
}

function noteRefusal(
  db: Database['db'],
  { cameraId, atMs, windowSeconds }: Parameters<Relays['noteRefusal']>[0],
): Promise<number[]> {
  return db.transaction().execute(async (transaction) => {
    // Writing the row takes its lock: of two refusals at once, none is lost.
    const row = await transaction
      .updateTable('relays')
      .set(({ ref }) => ({ refusedAt: ref('refusedAt') }))
      .where('cameraId', '=', cameraId)
      .returning('refusedAt')
      .executeTakeFirst();
    if (!row) return [];
    const recent = [...fromJson<number[]>(row.refusedAt), atMs]
      .filter((refusedMs) => refusedMs > atMs - windowSeconds * 1000)
      .sort((a, b) => a - b);
    await transaction
      .updateTable('relays')
      .set({ refusedAt: JSON.stringify(recent) })
      .where('cameraId', '=', cameraId)
      .execute();
    return recent;
  });
}
