// What a room's calendar says now: from Google since the last look, or from a feed that is read whole.
import { createHash } from 'node:crypto';
import type { CalendarCursorRow, RoomRow } from '../../catalog/lecture-types.ts';
import type { FeedEvent, UnreadableEvent } from '../../calendar-feed/feed-event.ts';
import { Fault } from '../../domain/fault.ts';
import { readDescription } from '../../domain/event-description.ts';
import type { CalendarEntry } from '../../domain/intake.ts';
import type { MsRange } from '../../domain/range.ts';
import type { CalendarEvent } from '../../google/calendar-changes.ts';
import type { IntakeDeps } from './intake-types.ts';

const dayMs = 86_400_000;

/** A lecture may be put into the calendar a day late; what lies further ahead than this comes with a later look. */
const behindMs = dayMs;
const aheadMs = 30 * dayMs;

/** The window moves: at least once a day all of it is read, or what lay beyond its end would never come in. */
const wholeEveryMs = dayMs;
/** A feed whose text has not changed costs nothing but its transfer in between. */
const feedWholeEveryMs = 3_600_000;

export interface CalendarReading {
  /** Of the lectures that follow it; a feed’s address is no part of it. */
  calendarId: string;
  entries: CalendarEntry[];
  unreadable: UnreadableEvent[];
  full: boolean;
  window: MsRange;
  /** To be kept once lectures stand as the entries say. */
  cursor: CalendarCursorRow;
}

export interface CalendarLook {
  room: RoomRow;
  nowMs: number;
  signal: AbortSignal;
}

/** Why the room’s calendar is not followed; undefined when it is. */
export function idleReason({ spec }: RoomRow): string | undefined {
  if (!spec.intake) return 'The room’s intake is switched off.';
  if (!spec.calendarId && !spec.calendarFeed) return 'The room has no calendar.';
  return undefined;
}

/** Undefined when the feed’s text is the one that was read last. Throws Faults of Google and of feeds. */
export async function readCalendar(
  deps: IntakeDeps,
  look: CalendarLook,
): Promise<CalendarReading | undefined> {
  const { calendarId, calendarFeed } = look.room.spec;
  if (calendarId !== undefined) return await readGoogle(deps, { ...look, calendarId });
  if (calendarFeed !== undefined) return await readFeed(deps, { ...look, address: calendarFeed });
  throw new Fault('ConfigInvalid', `The room ${look.room.id} has no calendar.`);
}

const windowAt = (nowMs: number): MsRange => ({ startMs: nowMs - behindMs, endMs: nowMs + aheadMs });

async function readGoogle(
  deps: IntakeDeps,
  { room, nowMs, calendarId }: CalendarLook & { calendarId: string },
): Promise<CalendarReading> {
  if (!deps.googleCalendar)
    throw new Fault(
      'ConfigInvalid',
      `The room ${room.id} follows a Google calendar, and this worker has no account for Google.`,
    );
  const source = `google:${calendarId}`;
  const last = await lastCursor(deps, { room, source });
  const isDue = nowMs - (last?.fullSyncedMs ?? 0) >= wholeEveryMs;
  const window = windowAt(nowMs);
  const { events, syncToken, full } = await deps.googleCalendar.changes({
    calendarId,
    syncToken: isDue ? undefined : last?.syncToken,
    fromMs: window.startMs,
    toMs: window.endMs,
  });
  const codes = await codesInTable(deps);
  return {
    calendarId,
    entries: events.map((event) => entryOfGoogle(event, { calendarId, codes })),
    ...{ unreadable: [], full, window },
    cursor: {
      roomId: room.id,
      source,
      syncToken,
      ...(full ? { fullSyncedMs: nowMs } : optionalSync(last?.fullSyncedMs)),
    },
  };
}

const optionalSync = (fullSyncedMs: number | undefined): Pick<CalendarCursorRow, 'fullSyncedMs'> =>
  fullSyncedMs === undefined ? {} : { fullSyncedMs };

async function readFeed(
  deps: IntakeDeps,
  { room, nowMs, signal, address }: CalendarLook & { address: string },
): Promise<CalendarReading | undefined> {
  const { timeZone } = room.spec;
  // The address may hold the calendar's key.
  const source = `feed:${createHash('sha256').update(`${address}\n${timeZone}`).digest('hex')}`;
  const last = await lastCursor(deps, { room, source });
  const isDue = nowMs - (last?.fullSyncedMs ?? 0) >= feedWholeEveryMs;
  const window = windowAt(nowMs);
  const read = await deps.calendarFeed.read({
    address,
    timeZone,
    fromMs: window.startMs,
    toMs: window.endMs,
    unless: isDue ? undefined : last?.syncToken,
    signal,
  });
  if (!read) return undefined;
  const codes = await codesInTable(deps);
  return {
    calendarId: `feed:${room.id}`,
    entries: read.events.map((event) => entryOfFeed(event, codes)),
    unreadable: read.unreadable,
    // One that may be any event’s: then none is gone.
    full: read.unreadable.every(({ uid }) => uid !== undefined),
    window,
    cursor: { roomId: room.id, source, syncToken: read.digest, fullSyncedMs: nowMs },
  };
}

/** Of another calendar than this one it is worth nothing. */
async function lastCursor(
  { catalog }: IntakeDeps,
  { room, source }: { room: RoomRow; source: string },
): Promise<CalendarCursorRow | undefined> {
  const cursor = await catalog.calendarCursors.get(room.id);
  return cursor?.source === source ? cursor : undefined;
}

/** A code that somebody has put into the table is one, whatever it looks like. */
const codesInTable = async ({ catalog }: IntakeDeps): Promise<ReadonlySet<string>> =>
  new Set((await catalog.courseCodes.list()).map(({ code }) => code));

function entryOfGoogle(
  event: CalendarEvent,
  { calendarId, codes }: { calendarId: string; codes: ReadonlySet<string> },
): CalendarEntry {
  const { id, status, name, description, startAt, endAt, allDay, organizer } = event;
  return {
    eventId: id,
    status: status === 'cancelled' ? 'cancelled' : 'confirmed',
    name: eventName(name),
    courses: readDescription(description, codes).courses,
    // Events made in the room's own calendar name that as their organizer.
    users: organizer !== undefined && organizer !== calendarId ? mailsOf(organizer) : [],
    allDay,
    ...(startAt === undefined ? {} : { startMs: Date.parse(startAt) }),
    ...(endAt === undefined ? {} : { endMs: Date.parse(endAt) }),
  };
}

const entryOfFeed = (
  { id, name, description, organizer, ...event }: FeedEvent,
  codes: ReadonlySet<string>,
): CalendarEntry => ({
  ...event,
  eventId: id,
  name: eventName(name),
  courses: readDescription(description, codes).courses,
  users: mailsOf(organizer),
});

/** Calendars and rooms have addresses too, and read no mail. */
const mailsOf = (address = ''): string[] =>
  /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(address) &&
  address.length <= 254 &&
  !/\.calendar\.google\.com$/i.test(address)
    ? [address]
    : [];

const mostNameCharacters = 1_000;

/** As a lecture’s name may be: one line, something. */
function eventName(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.slice(0, mostNameCharacters).toWellFormed().trim() || 'Untitled';
}
