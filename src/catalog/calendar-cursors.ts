// How far the calendar of each room has been read.
import { optional } from './columns.ts';
import type { CalendarCursors } from './lecture-types.ts';
import type { Database } from './tables.ts';

export function calendarCursorsOf({ db }: Database): CalendarCursors {
  return {
    async get(roomId) {
      const row = await db
        .selectFrom('calendarCursors')
        .selectAll()
        .where('roomId', '=', roomId)
        .executeTakeFirst();
      return (
        row && {
          roomId,
          source: row.source,
          ...optional('syncToken', row.syncToken),
          ...optional('fullSyncedMs', row.fullSyncedMs),
        }
      );
    },
    async put({ roomId, source, syncToken, fullSyncedMs }) {
      const row = { source, syncToken: syncToken ?? null, fullSyncedMs: fullSyncedMs ?? null };
      await db
        .insertInto('calendarCursors')
        .values({ roomId, ...row })
        .onConflict((conflict) => conflict.column('roomId').doUpdateSet(row))
        .execute();
    },
  };
}
