// What a calendar holds and what has changed in it: whole lists, and lists from a sync token on.
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import { Fault, isFault } from '../domain/fault.ts';
import { askGoogle } from './google-fault.ts';
import type { GoogleConnection } from './google-types.ts';

/** Of a cancelled event only `id` is promised; its name and description are empty then. */
export interface CalendarEvent {
  /** Of a recurring event each instance has its own, `<series>_<where its rule put it>`, which stays when it is moved. */
  id: string;
  /** `cancelled`: deleted, or declined by the calendar itself. */
  status: 'confirmed' | 'tentative' | 'cancelled';
  name: string;
  /** As it was written: text or HTML. */
  description: string;
  /** ISO 8601 with offset; absent for all-day and cancelled events. */
  startAt?: string;
  endAt?: string;
  allDay: boolean;
  /** All-day alone: YYYY-MM-DD in the calendar's zone, the end exclusive. */
  startDate?: string;
  endDate?: string;
  etag: string;
  /** Mail address of the calendar that the event belongs to. */
  organizer?: string;
}

export interface CalendarAsk {
  calendarId: string;
  /** Absent: the whole list. */
  syncToken?: string | undefined;
  /** What a whole list is about: events that touch [fromMs, toMs). A list from a token on knows no such bounds. */
  fromMs: number;
  toMs: number;
}

export interface CalendarChanges {
  events: CalendarEvent[];
  /** To go on from, once the events are dealt with. */
  syncToken: string;
  /** The events are all there are in the range, deleted ones too: what is not among them does not exist. */
  full: boolean;
}

const eventsPerPage = 500;
/** More than a room ever has: a list that does not end is no list. */
const mostPages = 400;

const fields = `nextPageToken,nextSyncToken,items(${[
  'id',
  'status',
  'summary',
  'description',
  'start',
  'end',
  'etag',
  'organizer(email)',
  'attendees(self,responseStatus)',
].join()})`;

/** Lists from the token on; without one, or when Google knows it no more, all of the range. */
export async function listChanges(connection: GoogleConnection, ask: CalendarAsk): Promise<CalendarChanges> {
  const { calendarId, syncToken, fromMs, toMs } = ask;
  if (syncToken !== undefined) {
    try {
      return { ...(await listAll(connection, { calendarId, syncToken })), full: false };
    } catch (error) {
      // 410 when the token is too old, 400 when it belongs to another question: either way only the whole list helps.
      if (!isFault(error, 'GonePermanently', 'InputInvalid')) throw error;
    }
  }
  const [timeMin, timeMax] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  return { ...(await listAll(connection, { calendarId, timeMin, timeMax })), full: true };
}

async function listAll(
  { calendar }: GoogleConnection,
  question: { calendarId: string } & ({ syncToken: string } | { timeMin: string; timeMax: string }),
): Promise<Omit<CalendarChanges, 'full'>> {
  const what = `Listing the events of calendar ${question.calendarId}`;
  const events: CalendarEvent[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { data } = await askGoogle(what, () =>
      calendar.events.list({
        ...question,
        // The same in every list: a token is worth something only with these.
        singleEvents: true,
        showDeleted: true,
        maxResults: eventsPerPage,
        fields,
        ...(pageToken !== undefined && { pageToken }),
      }),
    );
    events.push(...(data.items ?? []).flatMap((item) => eventOf(item) ?? []));
    if (data.nextSyncToken) return { events, syncToken: data.nextSyncToken };
    pageToken = data.nextPageToken ?? undefined;
    if (pageToken === undefined) break;
  }
  throw new Fault('GoogleTransient', `${what}: it ends without a token to go on from.`);
}

function eventOf(item: calendar_v3.Schema$Event): CalendarEvent | undefined {
  if (!item.id) return undefined;
  const organizer = item.organizer?.email;
  const isDeclined = item.attendees?.some((guest) => guest.self && guest.responseStatus === 'declined');
  const status = isDeclined ? 'cancelled' : item.status;
  return {
    id: item.id,
    status: status === 'cancelled' || status === 'tentative' ? status : 'confirmed',
    name: item.summary ?? '',
    description: item.description ?? '',
    ...timesOf(item),
    etag: item.etag ?? '',
    ...(organizer && { organizer }),
  };
}

function timesOf({
  start,
  end,
}: calendar_v3.Schema$Event): Pick<CalendarEvent, 'startAt' | 'endAt' | 'allDay' | 'startDate' | 'endDate'> {
  if (start?.date) return { allDay: true, startDate: start.date, ...(end?.date && { endDate: end.date }) };
  return {
    allDay: false,
    ...(start?.dateTime && { startAt: start.dateTime }),
    ...(end?.dateTime && { endAt: end.dateTime }),
  };
}
