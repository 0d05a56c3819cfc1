// Lectures: what was asked for, its state and what it came to. Which of two requests adds is decided by the unique indexes.
import type { Selectable, Updateable } from 'kysely';
import type { LectureEvent, LectureSpec } from '../contract/lecture.ts';
import type { LectureState } from '../domain/lecture-states.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { isTaken } from './catalog-fault.ts';
import { fromJson, optional } from './columns.ts';
import type { LectureFilter, LectureOutcome, LectureRow, Lectures, NewLecture } from './lecture-types.ts';
import type { Database, LecturesTable } from './tables.ts';

export function lecturesOf({ db }: Database): Lectures {
  return {
    add: (lecture) => addLecture(db, lecture),
    get: (id) => getLecture(db, id),
    async require(id) {
      const lecture = await getLecture(db, id);
      if (!lecture) throw absent(id);
      return lecture;
    },
    findByEvent: (event) => findByEvent(db, event),
    list: (filter) => listLectures(db, filter),
    change: (id, change) =>
      refusingTaken(id, () =>
        db.transaction().execute((transaction) => changeLecture(transaction, id, change)),
      ),
    record: (id, result) =>
      refusingTaken(id, async () => {
        const { numUpdatedRows } = await db
          .transaction()
          .execute((transaction) =>
            transaction
              .updateTable('lectures')
              .set(resultColumns(result))
              .where('id', '=', id)
              .executeTakeFirst(),
          );
        if (numUpdatedRows === 0n) throw absent(id);
      }),
  };
}

const absent = (id: string) =>
  new Fault(
    'NotFound',
    `There is no lecture ${JSON.stringify(id)}; \`longtake lecture list\` shows those there are.`,
  );

async function getLecture(db: Database['db'], id: string): Promise<LectureRow | undefined> {
  const row = await db.selectFrom('lectures').selectAll().where('id', '=', id).executeTakeFirst();
  return row && lectureRow(row);
}

async function addLecture(
  db: Database['db'],
  lecture: NewLecture,
): Promise<{ row: LectureRow; joined: boolean; tookEvent: boolean }> {
  if (lecture.endMs <= lecture.startMs) throw disordered(lecture);
  for (;;) {
    const added = await db.transaction().execute((transaction) =>
      transaction
        .insertInto('lectures')
        .values(newColumns(lecture))
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst(),
    );
    if (added) return { row: lectureRow(added), joined: false, tookEvent: false };
    const row = await standing(db, lecture);
    // What stood in the way may have been moved or cancelled between the two statements; then there is room now.
    if (!row) continue;
    const { event } = lecture;
    if (!event || row.event) return { row, joined: true, tookEvent: false };
    const taker = await takeEvent(db, row.id, event);
    if (taker) return { row: taker, joined: true, tookEvent: true };
  }
}

/** Undefined when somebody else was faster: with this lecture, or with this event. */
async function takeEvent(
  db: Database['db'],
  id: string,
  { calendarId, eventId }: LectureEvent,
): Promise<LectureRow | undefined> {
  try {
    const row = await db.transaction().execute((transaction) =>
      transaction
        .updateTable('lectures')
        .set(({ eb }) => ({ calendarId, eventId, revision: eb('revision', '+', 1), updatedMs: Date.now() }))
        .where('id', '=', id)
        .where('eventId', 'is', null)
        .where('state', '!=', 'cancelled')
        .returningAll()
        .executeTakeFirst(),
    );
    return row && lectureRow(row);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return undefined;
  }
}

function newColumns({ id, roomId, startMs, endMs, event, spec }: NewLecture) {
  const now = Date.now();
  return {
    id,
    roomId,
    startMs,
    endMs,
    calendarId: event?.calendarId ?? null,
    eventId: event?.eventId ?? null,
    spec: JSON.stringify(spec),
    createdMs: now,
    updatedMs: now,
  };
}

/** The lecture in whose place this one would be: by its own id (a repeated request), its event, or room and times. */
async function standing(db: Database['db'], lecture: NewLecture): Promise<LectureRow | undefined> {
  const { id, roomId, startMs, endMs, event } = lecture;
  const own = await getLecture(db, id);
  if (own?.roomId === roomId) return own;
  if (own)
    throw new Fault('InputInvalid', `The id ${JSON.stringify(id)} belongs to a lecture of another room.`);
  const ofEvent = event && (await findByEvent(db, event));
  if (ofEvent && ofEvent.state !== 'cancelled') return ofEvent;
  const row = await db
    .selectFrom('lectures')
    .selectAll()
    .where(({ and }) => and({ roomId, startMs, endMs }))
    .where('state', '!=', 'cancelled')
    .executeTakeFirst();
  return row && lectureRow(row);
}

async function findByEvent(
  db: Database['db'],
  { calendarId, eventId }: LectureEvent,
): Promise<LectureRow | undefined> {
  const row = await db
    .selectFrom('lectures')
    .selectAll()
    .where(({ and }) => and({ calendarId, eventId }))
    .orderBy(({ eb }) => eb.case().when('state', '=', 'cancelled').then(1).else(0).end())
    .orderBy('createdMs', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row && lectureRow(row);
}

async function listLectures(
  db: Database['db'],
  { roomId, state, fromMs, toMs, limit }: LectureFilter,
): Promise<LectureRow[]> {
  let query = db.selectFrom('lectures').selectAll().orderBy('startMs', 'desc').orderBy('id');
  if (roomId !== undefined) query = query.where('roomId', '=', roomId);
  if (state !== undefined) query = query.where('state', '=', state);
  if (fromMs !== undefined) query = query.where('startMs', '>=', fromMs);
  if (toMs !== undefined) query = query.where('startMs', '<', toMs);
  if (limit !== undefined) query = query.limit(limit);
  return (await query.execute()).map(lectureRow);
}

async function changeLecture(
  db: Database['db'],
  id: string,
  change: Parameters<Lectures['change']>[1],
): Promise<LectureRow> {
  // Writing first holds the row: two changes at once follow each other, and neither is lost.
  const held = await db
    .updateTable('lectures')
    .set(({ ref }) => ({ revision: ref('revision') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (!held) throw absent(id);
  const next = {
    startMs: change.startMs ?? held.startMs,
    endMs: change.endMs ?? held.endMs,
    spec: change.spec === undefined ? held.spec : JSON.stringify(change.spec),
  };
  if (next.endMs <= next.startMs) throw disordered({ id, ...next });
  const isSame = next.startMs === held.startMs && next.endMs === held.endMs && next.spec === held.spec;
  if (isSame) return lectureRow(held);
  const row = await db
    .updateTable('lectures')
    .set({ ...next, revision: held.revision + 1, updatedMs: Date.now() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return lectureRow(row);
}

const disordered = ({ id, startMs, endMs }: { id: string; startMs: number; endMs: number }) =>
  new Fault(
    'InputInvalid',
    `Lecture ${JSON.stringify(id)} would end at ${isoFromMs(endMs)}, not after its start at ${isoFromMs(startMs)}.`,
  );

async function refusingTaken<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new Fault(
      'InputInvalid',
      `Lecture ${JSON.stringify(id)} cannot have this event or these times: another lecture of the room has them.`,
      {},
      { cause: error },
    );
  }
}

function resultColumns({ state, reason, outcome }: Parameters<Lectures['record']>[1]) {
  const columns: Updateable<LecturesTable> = { reason: reason ?? null, updatedMs: Date.now() };
  if (state !== undefined) columns.state = state;
  if (outcome?.host !== undefined) columns.host = outcome.host;
  if (outcome?.missingSeconds !== undefined) columns.missingSeconds = outcome.missingSeconds;
  if (outcome?.slots !== undefined) columns.slots = JSON.stringify(outcome.slots);
  if (outcome?.files !== undefined) columns.files = JSON.stringify(outcome.files);
  return columns;
}

function lectureRow(row: Selectable<LecturesTable>): LectureRow {
  const { id, roomId, startMs, endMs, calendarId, eventId, revision, createdMs, updatedMs } = row;
  const slots = row.slots === null ? null : fromJson<NonNullable<LectureOutcome['slots']>>(row.slots);
  const files = row.files === null ? null : fromJson<NonNullable<LectureOutcome['files']>>(row.files);
  return {
    id,
    roomId,
    startMs,
    endMs,
    ...(calendarId !== null && eventId !== null && { event: { calendarId, eventId } }),
    spec: fromJson<LectureSpec>(row.spec),
    state: row.state as LectureState,
    ...optional('reason', row.reason),
    outcome: {
      ...optional('host', row.host),
      ...optional('missingSeconds', row.missingSeconds),
      ...optional('slots', slots),
      ...optional('files', files),
    },
    revision,
    createdMs,
    updatedMs,
  };
}
