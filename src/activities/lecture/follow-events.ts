// One look at a room's calendar and what follows of it. Waiting for the next look costs neither a slot nor history: it is the pause before a try.
import { randomInt } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { LectureRow, RoomRow } from '../../catalog/lecture-types.ts';
import type { LectureSpec } from '../../contract/lecture.ts';
import { failures } from '../../contract/failures.ts';
import { isFault, type Fault } from '../../domain/fault.ts';
import {
  decideIntake,
  type EventWords,
  type IntakeDecision,
  type KnownLecture,
} from '../../domain/intake.ts';
import { carryOut } from './follow-events-effects.ts';
import type { FollowOutcome, FollowRequest, IntakeDeps } from './intake-types.ts';
import { idleReason, readCalendar, type CalendarReading } from './read-calendar.ts';

const dayMs = 86_400_000;
const mostLeftOut = 5;
const mostNameCharacters = 100;
const mostIdCharacters = 100;

/** Carries on where a try that was cut off stopped: the calendar's cursor moves on last. */
export async function followEvents(deps: IntakeDeps, request: FollowRequest): Promise<FollowOutcome> {
  const { catalog } = deps;
  const room = await catalog.rooms.get(request.roomId);
  if (!room) return { kind: 'gone' };
  const reason = idleReason(room);
  if (reason !== undefined) return { kind: 'idle', reason };
  const nowMs = Date.now();
  const reading = await readCalendar(deps, { room, nowMs, signal: cancellationSignal() }).catch(
    (error: unknown) => {
      if (!isFault(error) || error.type === 'CatalogUnavailable') throw error;
      return error;
    },
  );
  if (isFault(reading)) return inTrouble(request, reading);
  const decision = reading ? await decide(deps, { room, reading, nowMs }) : nothing;
  const done = await carryOut(deps, { room, decision, calendarId: reading?.calendarId ?? '' });
  if (reading) await catalog.calendarCursors.put(reading.cursor);
  const leftOut = leftOutTexts([...decision.leftOut, ...done.leftOut]);
  const shown = request.unreadable ?? [];
  // Of a text that has not changed nothing else is known than before.
  const unreadable = reading ? unreadableTexts(reading.unreadable) : shown;
  const { added, changed, cancelled } = done.totals;
  const isNews = added + changed + cancelled > 0 || request.trouble || unreadable.join() !== shown.join();
  if (!isNews) throw nothingNew(request, leftOut);
  return {
    ...{ kind: 'followed', totals: done.totals, leftOut },
    ...(unreadable.length > 0 ? { unreadable } : {}),
  };
}

const nothing: IntakeDecision = { add: [], change: [], cancel: [], follow: [], leftOut: [] };

/** The same kind of trouble again is no news. */
function inTrouble(request: FollowRequest, fault: Fault): FollowOutcome {
  const { remedy } = failures[fault.type];
  const message = `${fault.message} ${remedy}`.slice(0, 2_000);
  if (request.trouble?.type !== fault.type)
    return { kind: 'trouble', trouble: { type: fault.type, message } };
  const waitSeconds = Math.max(request.pollSeconds, fault.details.retryAfterSeconds ?? 0);
  throw lookAgain(fault.type, message, waitSeconds);
}

const nothingNew = (
  { roomId, pollSeconds }: FollowRequest,
  leftOut: readonly string[],
): ApplicationFailure => {
  const left = leftOut.length > 0 ? ` Left out: ${leftOut.join(' ')}` : '';
  return lookAgain('NothingNew', `Nothing new in the calendar of ${roomId}.${left}`, pollSeconds);
};

/** Rooms do not ask all at the same moment. */
const jitterShare = 0.1;

function lookAgain(type: string, message: string, seconds: number): ApplicationFailure {
  const jitter = 1 + (jitterShare * randomInt(1000)) / 1000;
  return ApplicationFailure.create({
    type,
    message,
    nextRetryDelay: Math.ceil(seconds * jitter * 1000),
    category: ApplicationFailureCategory.BENIGN,
  });
}

const leftOutTexts = (leftOut: IntakeDecision['leftOut']): string[] =>
  leftOut.slice(0, mostLeftOut).map(({ name, reason }) => `${shortened(name)}: ${reason}.`);

/** `Graphs (4q1@google.com): invalid frequency ….` */
function unreadableTexts(unreadable: CalendarReading['unreadable']): string[] {
  const texts = unreadable.slice(0, mostLeftOut).map(({ name, uid, reason }) => {
    const id = uid === undefined ? 'without a UID' : uid.slice(0, mostIdCharacters).toWellFormed();
    return `${name === '' ? 'An event' : name} (${id}): ${reason}.`;
  });
  const more = unreadable.length - texts.length;
  return more > 0 ? [...texts, `${more} more.`] : texts;
}

const shortened = (name: string): string =>
  name.length > mostNameCharacters ? `${name.slice(0, mostNameCharacters).toWellFormed()}…` : name;

async function decide(
  deps: IntakeDeps,
  { room, reading, nowMs }: { room: RoomRow; reading: CalendarReading; nowMs: number },
): Promise<IntakeDecision> {
  const { entries, full, window, calendarId, unreadable } = reading;
  return decideIntake({
    ...{ entries, full, window, nowMs, undoCancelled: room.spec.undoCancelled },
    unread: unreadable.flatMap(({ uid }) => uid ?? []),
    lectures: await lecturesOf(deps, { room, reading, calendarId }),
  });
}

/** Those that begin in the window or were moved a day out of it, and whatever the entries are about. */
async function lecturesOf(
  { catalog: { lectures } }: IntakeDeps,
  { room, reading, calendarId }: { room: RoomRow; reading: CalendarReading; calendarId: string },
): Promise<KnownLecture[]> {
  const { startMs, endMs } = reading.window;
  const rows = await lectures.list({ roomId: room.id, fromMs: startMs - dayMs, toMs: endMs + dayMs });
  const ours = rows.filter(({ event }) => event?.calendarId === calendarId);
  const seen = new Set(ours.map(({ event }) => event?.eventId));
  const others = reading.entries.filter(({ eventId }) => !seen.has(eventId));
  for (const { eventId } of others) {
    const row = await lectures.findByEvent({ calendarId, eventId });
    if (row?.roomId === room.id) ours.push(row);
  }
  return ours.map(knownLecture);
}

const knownLecture = ({ id, event, state, startMs, endMs, spec }: LectureRow): KnownLecture => {
  const said = spec.calendar && saidWords(spec.calendar);
  return {
    ...{ id, state, startMs, endMs, name: spec.name, courses: spec.courses },
    eventId: event?.eventId ?? '',
    byCalendar: spec.source === 'calendar',
    ...(said ? { said } : {}),
  };
};

const saidWords = ({
  startAt,
  endAt,
  name,
  courses,
  cancelled,
}: NonNullable<LectureSpec['calendar']>): EventWords & { cancelled?: true | undefined } => ({
  ...{ startMs: Date.parse(startAt), endMs: Date.parse(endAt), name, courses },
  ...(cancelled ? { cancelled } : {}),
});
