// Which Drive folder stands for a name inside another: Drive itself would take the same name twice.
import type { DriveFolders } from './lecture-types.ts';
import type { Database } from './tables.ts';

export function driveFoldersOf({ db }: Database): DriveFolders {
  return {
    async get({ parentId, name }) {
      const row = await db
        .selectFrom('driveFolders')
        .select('folderId')
        .where(({ and }) => and({ parentId, name }))
        .executeTakeFirst();
      return row?.folderId;
    },
    async reserve({ parentId, name, folderId }) {
      const row = await db.transaction().execute((transaction) =>
        transaction
          .insertInto('driveFolders')
          .values({ parentId, name, folderId })
          // Writing the standing id once more makes the statement answer it.
          .onConflict((conflict) =>
            conflict
              .columns(['parentId', 'name'])
              .doUpdateSet(({ ref }) => ({ folderId: ref('driveFolders.folderId') })),
          )
          .returning('folderId')
          .executeTakeFirstOrThrow(),
      );
      return row.folderId;
    },
    async forget({ parentId, name, folderId }) {
      await db.transaction().execute((transaction) =>
        transaction
          .deleteFrom('driveFolders')
          .where(({ and }) => and({ parentId, name, folderId }))
          .execute(),
      );
    },
  };
}
