// Rooms: where lectures are recorded, with their sources in order of preference.
import type { Selectable } from 'kysely';
import type { RoomSource, RoomSpec } from '../contract/room.ts';
import { Fault } from '../domain/fault.ts';
import { fromJson } from './columns.ts';
import type { RoomRow, Rooms } from './lecture-types.ts';
import type { Database, RoomsTable } from './tables.ts';

export function roomsOf({ db }: Database): Rooms {
  return {
    put: (spec) => db.transaction().execute((transaction) => putRoom(transaction, spec)),
    get: (id) => getRoom(db, id),
    require: (id) => requireRoom(db, id),
    async list() {
      const rows = await selectRooms(db).execute();
      return [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((own) => roomRow(own) ?? []);
    },
    async remove(id) {
      return db.transaction().execute(async (transaction) => {
        // A room that comes back under this name reads its calendar from the beginning.
        await transaction.deleteFrom('calendarCursors').where('roomId', '=', id).execute();
        const { numDeletedRows } = await transaction
          .deleteFrom('rooms')
          .where('id', '=', id)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },
    addSource: (room, source) =>
      db.transaction().execute((transaction) => addSource(transaction, room, source)),
    removeSource: (room, source) =>
      db.transaction().execute((transaction) => removeSource(transaction, room, source)),
  };
}

const selectRooms = (db: Database['db']) =>
  db
    .selectFrom('rooms')
    .leftJoin('roomSources', 'roomSources.roomId', 'rooms.id')
    .selectAll('rooms')
    .select(['roomSources.role', 'roomSources.cameraId'])
    .orderBy('rooms.id')
    .orderBy('roomSources.position');

type RoomJoin = Selectable<RoomsTable> & { role: string | null; cameraId: string | null };

/** One room of the rows of its sources. */
function roomRow(rows: readonly RoomJoin[]): RoomRow | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const sources = rows.flatMap(({ role, cameraId }) =>
    role !== null && cameraId !== null ? [{ role: role as RoomSource['role'], camera: cameraId }] : [],
  );
  const { id, spec, revision, updatedMs } = first;
  return { id, spec: fromJson<RoomSpec>(spec), sources, revision, updatedMs };
}

async function getRoom(db: Database['db'], id: string): Promise<RoomRow | undefined> {
  return roomRow(await selectRooms(db).where('rooms.id', '=', id).execute());
}

async function requireRoom(db: Database['db'], id: string): Promise<RoomRow> {
  const room = await getRoom(db, id);
  if (!room)
    throw new Fault(
      'NotFound',
      `There is no room ${JSON.stringify(id)}; \`longtake room list\` shows those there are.`,
    );
  return room;
}

async function putRoom(db: Database['db'], spec: RoomSpec): Promise<RoomRow> {
  const row = { spec: JSON.stringify(spec), updatedMs: Date.now() };
  await db
    .insertInto('rooms')
    .values({ id: spec.id, ...row })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet(({ eb }) => ({ ...row, revision: eb('rooms.revision', '+', 1) }))
        .where('rooms.spec', '!=', row.spec),
    )
    .execute();
  return requireRoom(db, spec.id);
}

/** Holds the room’s row until the transaction ends. */
const hold = (db: Database['db'], id: string) =>
  db
    .updateTable('rooms')
    .set(({ ref }) => ({ revision: ref('revision') }))
    .where('id', '=', id)
    .execute();

const growRevision = (db: Database['db'], id: string) =>
  db
    .updateTable('rooms')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1), updatedMs: Date.now() }))
    .where('id', '=', id)
    .execute();

async function addSource(db: Database['db'], roomId: string, { role, camera }: RoomSource): Promise<RoomRow> {
  await hold(db, roomId);
  const room = await requireRoom(db, roomId);
  if (room.sources.some((source) => source.role === role && source.camera === camera)) return room;
  const known = await db.selectFrom('cameras').select('id').where('id', '=', camera).executeTakeFirst();
  if (!known) throw new Fault('NotFound', `There is no camera ${JSON.stringify(camera)}.`);
  await db
    .insertInto('roomSources')
    .values(({ selectFrom, fn, lit, eb }) => ({
      roomId,
      role,
      cameraId: camera,
      position: selectFrom('roomSources')
        .where('roomId', '=', roomId)
        .select(eb(fn.coalesce(fn.max('position'), lit(0)), '+', 1).as('next')),
    }))
    .execute();
  await growRevision(db, roomId);
  return requireRoom(db, roomId);
}

async function removeSource(
  db: Database['db'],
  roomId: string,
  { role, camera }: RoomSource,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('roomSources')
    .where(({ and }) => and({ roomId, role, cameraId: camera }))
    .executeTakeFirst();
  if (numDeletedRows > 0n) await growRevision(db, roomId);
  return numDeletedRows > 0n;
}
