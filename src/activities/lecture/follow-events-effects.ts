// Carries out what a calendar means for lectures: rows first, then words to their workflows, then the note that they were told.
import { randomInt } from 'node:crypto';
import type { LectureRow, RoomRow } from '../../catalog/lecture-types.ts';
import type { IntakeTotals } from '../../contract/intake-messages.ts';
import { lectureSpec, type LectureSpec } from '../../contract/lecture.ts';
import type { LectureStart } from '../../contract/lecture-start.ts';
import { localParts } from '../../domain/calendar.ts';
import { isFault } from '../../domain/fault.ts';
import type { EventWords, IntakeDecision } from '../../domain/intake.ts';
import { isoFromMs } from '../../domain/range.ts';
import type { IntakeDeps } from './intake-types.ts';

export interface Effects {
  room: RoomRow;
  calendarId: string;
  decision: IntakeDecision;
}

export interface Effected {
  totals: IntakeTotals;
  leftOut: IntakeDecision['leftOut'];
}

/** Any part of it may be repeated. Cancelled lectures go first: what is added or moved may take their hours. */
export async function carryOut(deps: IntakeDeps, effects: Effects): Promise<Effected> {
  const { decision } = effects;
  const done: Effected = { totals: { added: 0, changed: 0, cancelled: 0 }, leftOut: [] };
  for (const one of decision.cancel) {
    await cancelOne(deps, effects.room, one);
    done.totals.cancelled += 1;
  }
  await changeAll(deps, effects, done);
  for (const one of decision.add) {
    const end = await addOne(deps, effects, one);
    if (end.kind === 'added') done.totals.added += 1;
    if (end.kind === 'followed') done.totals.changed += 1;
    if (end.kind === 'taken')
      done.leftOut.push({ name: one.name, reason: `lecture ${end.by} has its hours` });
  }
  for (const { lectureId, said } of decision.follow) {
    await followOne(deps, effects.room, { row: await deps.catalog.lectures.require(lectureId), said });
    done.totals.changed += 1;
  }
  return done;
}

/** A lecture that a person has asked for keeps what it was asked for; the note says that its workflow knows of the event. */
async function followOne(
  { catalog: { lectures }, tellLectures }: IntakeDeps,
  room: RoomRow,
  { row, said }: { row: LectureRow; said: EventWords },
): Promise<void> {
  if (row.state !== 'failed') await tellLectures.event(startOf(row, room));
  await lectures.change(row.id, { spec: { ...row.spec, calendar: noted(said) } });
}

async function cancelOne(
  { catalog: { lectures }, tellLectures }: IntakeDeps,
  room: RoomRow,
  { lectureId, reason, undo }: IntakeDecision['cancel'][number],
): Promise<void> {
  const row = await lectures.require(lectureId);
  const isTold = await tellLectures.cancel(startOf(row, room), { undo });
  // What is to be taken back is known to the workflow alone, and so is when that is done.
  if (!isTold || !undo) await lectures.record(lectureId, { state: 'cancelled', reason });
  const { name, courses } = row.spec;
  const said = row.spec.calendar ?? noted({ startMs: row.startMs, endMs: row.endMs, name, courses });
  await lectures.change(lectureId, { spec: { ...row.spec, calendar: { ...said, cancelled: true } } });
}

/** Lectures may take each other's hours: those that stand in the way step aside for a moment. */
async function changeAll(deps: IntakeDeps, effects: Effects, done: Effected): Promise<void> {
  const { change } = effects.decision;
  const blocked: { one: (typeof change)[number]; row: LectureRow }[] = [];
  for (const one of change) {
    const row = await deps.catalog.lectures.require(one.lectureId);
    if (await changeOne(deps, effects.room, { one, row })) done.totals.changed += 1;
    else blocked.push({ one, row });
  }
  if (blocked.length > 1) for (const { row } of blocked) await shift(deps, row, 1);
  for (const { one, row } of blocked) {
    if (await changeOne(deps, effects.room, { one, row })) done.totals.changed += 1;
    else {
      if (blocked.length > 1) await shift(deps, row, 0);
      done.leftOut.push({ name: row.spec.name, reason: 'another lecture of the room has its new hours' });
    }
  }
}

const shift = ({ catalog: { lectures } }: IntakeDeps, row: LectureRow, byMs: number): Promise<unknown> =>
  lectures.change(row.id, { startMs: row.startMs + byMs, endMs: row.endMs + byMs }).catch(unlessTaken);

/** False: another lecture of the room has these hours. */
async function changeOne(
  { catalog: { lectures }, tellLectures }: IntakeDeps,
  room: RoomRow,
  { one, row }: { one: IntakeDecision['change'][number]; row: LectureRow },
): Promise<boolean> {
  const { startMs, endMs, name = row.spec.name, courses = row.spec.courses } = one;
  const spec: LectureSpec = { ...row.spec, name, courses };
  const changed = await lectures.change(row.id, { startMs, endMs, spec }).catch(unlessTaken);
  if (!changed) return false;
  await tellLectures.changed(startOf(changed, room));
  await lectures.change(row.id, { spec: { ...changed.spec, calendar: noted(one.said) } });
  return true;
}

function unlessTaken(error: unknown): undefined {
  if (!isFault(error, 'InputInvalid')) throw error;
}

/** `followed`: a person had asked for it; `taken`: a lecture of another event has these hours already. */
type Added = { kind: 'added' | 'followed' } | { kind: 'taken'; by: string };

async function addOne(
  deps: IntakeDeps,
  { room, calendarId }: Effects,
  { eventId, users, startMs, endMs, name, courses }: IntakeDecision['add'][number],
): Promise<Added> {
  const { lectures } = deps.catalog;
  const { row } = await lectures.add({
    id: await freeId(lectures, localParts(startMs, room.spec.timeZone).date),
    roomId: room.id,
    ...{ startMs, endMs, event: { calendarId, eventId } },
    spec: lectureSpec.parse({ name, courses, users, source: 'calendar' }),
  });
  const isOurs = row.event?.calendarId === calendarId && row.event.eventId === eventId;
  if (!isOurs) return { kind: 'taken', by: row.id };
  const said = { startMs, endMs, name, courses };
  if (row.spec.source !== 'calendar') {
    await followOne(deps, room, { row, said });
    return { kind: 'followed' };
  }
  await deps.tellLectures.start(startOf(row, room));
  await lectures.change(row.id, { spec: { ...row.spec, calendar: noted(said) } });
  return { kind: 'added' };
}

const noted = ({ startMs, endMs, name, courses }: EventWords): NonNullable<LectureSpec['calendar']> => ({
  ...{ startAt: isoFromMs(startMs), endAt: isoFromMs(endMs), name, courses },
});

const startOf = ({ id, roomId, startMs, endMs, spec }: LectureRow, room: RoomRow): LectureStart => ({
  ...{ lectureId: id, roomId, startMs, endMs },
  name: spec.name,
  timeZone: room.spec.timeZone,
});

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `l-20260914-k7x2`, as ids of lectures are. */
async function freeId(lectures: IntakeDeps['catalog']['lectures'], date: string): Promise<string> {
  for (;;) {
    const tail = Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
    const id = `l-${date.replaceAll('-', '')}-${tail}`;
    if (!(await lectures.get(id))) return id;
  }
}
