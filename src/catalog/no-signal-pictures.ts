// Pictures that a source shows when nothing is plugged in, small and without order, for comparison.
import type { Selectable } from 'kysely';
import { optional } from './columns.ts';
import type { NoSignalPictures, NoSignalRow } from './lecture-types.ts';
import type { Database, NoSignalPicturesTable } from './tables.ts';

export function noSignalPicturesOf({ db }: Database): NoSignalPictures {
  const select = () => db.selectFrom('noSignalPictures').selectAll().orderBy('id');
  return {
    async put({ id, roomId, pixels }) {
      const row = {
        roomId: roomId ?? null,
        pixels: Buffer.from(pixels).toString('base64'),
        createdMs: Date.now(),
      };
      await db.transaction().execute((transaction) =>
        transaction
          .insertInto('noSignalPictures')
          .values({ id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute(),
      );
    },
    async listFor(roomId) {
      const rows = await select()
        .where(({ or, eb }) => or([eb('roomId', 'is', null), eb('roomId', '=', roomId)]))
        .execute();
      return rows.map(noSignalRow);
    },
    async list() {
      return (await select().execute()).map(noSignalRow);
    },
    async remove(id) {
      const { numDeletedRows } = await db
        .deleteFrom('noSignalPictures')
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

const noSignalRow = ({ id, roomId, pixels, createdMs }: Selectable<NoSignalPicturesTable>): NoSignalRow => ({
  id,
  ...optional('roomId', roomId),
  pixels: new Uint8Array(Buffer.from(pixels, 'base64')),
  createdMs,
});
