// calendar.events save for lists: get, insert, patch, update, delete, of single events and of one instance of a series.
import { randomBytes } from 'node:crypto';
import { first, flag, type Call, type Handler, type Reply } from './call.ts';
import { listEvents, listInstances } from './calendar-list.ts';
import { instancesOf } from './calendar-recurrence.ts';
import { calendarWithAccess, checkIfMatch, etagOf, eventResource, notFound } from './calendar-resource.ts';
import type { CalendarData, StoredEvent } from './calendar-store.ts';
import { checkTimes } from './calendar-time.ts';
import { badRequest, GoogleError } from './google-error.ts';
import { isObject, listAt, mergePatch, textAt, type Json } from './json.ts';

const mostAttachments = 25;

/** Fields that belong to the organizer: guests may not change them. */
const sharedFields = [
  'summary',
  'description',
  'location',
  'start',
  'end',
  'attachments',
  'recurrence',
  'attendees',
];

/** The event, or the instance that the rule of a series gives under this id. */
function findEvent(call: Call, calendar: CalendarData, id: string): StoredEvent {
  const stored = calendar.events.get(id);
  if (stored !== undefined) return stored;
  const series = calendar.events.get(id.replace(/_\d{8}(?:T\d{6}Z)?$/, ''));
  if (series === undefined) throw notFound();
  const nowMs = call.world.clock.nowMs();
  const instance = instancesOf(series.resource, calendar.timeZone, nowMs).find((each) => each.id === id);
  if (instance === undefined) throw notFound();
  return { id, resource: instance.resource, change: series.change, vanished: new Map() };
}

/** Fills in what Google knows of a file by its address; `fileId` itself is not ours to set. */
function normalAttachments(resource: Json): Json {
  if (!('attachments' in resource)) return {};
  const given = listAt(resource, 'attachments').filter(isObject);
  if (given.length > mostAttachments)
    throw badRequest(`The maximum number of attachments per event is ${mostAttachments}.`);
  const attachments = given.map((attachment) => {
    const fileUrl = textAt(attachment, 'fileUrl');
    if (fileUrl === undefined)
      throw badRequest('Missing attachment file URL.', 'attachments.fileUrl', 'required');
    const fileId = /drive\.google\.com\/(?:file\/d\/|open\?id=)([\w-]+)/.exec(fileUrl)?.[1];
    return {
      fileUrl,
      title: textAt(attachment, 'title') ?? 'Untitled',
      mimeType: textAt(attachment, 'mimeType') ?? 'application/octet-stream',
      iconLink:
        textAt(attachment, 'iconLink') ?? 'https://drive-thirdparty.googleusercontent.com/16/type/video/mp4',
      ...(fileId !== undefined && { fileId }),
    };
  });
  return { attachments };
}

const withoutAttachments = ({ attachments: _, ...rest }: Json): Json => rest;

/** Without supportsAttachments the client is taken for one that knows none: what it says of them is ignored. */
const heard = ({ body, query }: Call): Json =>
  flag(query, 'supportsAttachments') ? body : withoutAttachments(body);

function notify(call: Call, resource: Json): void {
  if (first(call.query, 'sendUpdates') !== 'all') return;
  for (const attendee of listAt(resource, 'attendees'))
    call.world.mails.push({ to: textAt(attendee, 'email') ?? '', about: `event ${String(resource.id)}` });
}

function save(call: Call, calendar: CalendarData, resource: Json): Reply {
  const id = String(resource.id);
  const { start, end } = checkTimes(resource, calendar.timeZone);
  const complete = { ...resource, start, end, ...normalAttachments(resource) };
  // Refuses rules that cannot be followed before anything is stored.
  instancesOf(complete, calendar.timeZone, call.world.clock.nowMs());
  const event = call.world.calendar.put(calendar, id, complete);
  notify(call, complete);
  return { json: eventResource(event), headers: { etag: etagOf(event.change) } };
}

function getEvent(call: Call): Reply {
  const calendar = calendarWithAccess(call, 'reader');
  const event = findEvent(call, calendar, call.route.pathParameters.eventId!);
  const etag = etagOf(event.change);
  if (call.headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { json: eventResource(event), headers: { etag } };
}

function insertEvent(call: Call): Reply {
  const calendar = calendarWithAccess(call, 'writer');
  const body = heard(call);
  const given = textAt(body, 'id');
  if (given !== undefined && !/^[a-v0-9]{5,1024}$/.test(given))
    throw badRequest('Invalid resource id value.');
  if (given !== undefined && calendar.events.has(given))
    throw new GoogleError({
      code: 409,
      reason: 'duplicate',
      message: 'The requested identifier already exists.',
    });
  const id = given ?? BigInt(`0x${randomBytes(16).toString('hex')}`).toString(32);
  const self = { email: calendar.id, displayName: calendar.summary, self: true };
  return save(call, calendar, {
    status: 'confirmed',
    htmlLink: `https://www.google.com/calendar/event?eid=${id}`,
    created: call.world.clock.nowAt(),
    creator: { email: call.caller.email },
    organizer: self,
    iCalUID: `${id}@google.com`,
    sequence: 0,
    reminders: { useDefault: true },
    eventType: 'default',
    ...body,
    id,
  });
}

/** The event that the caller may change now; refuses a stale etag, and guests. */
function changeable(call: Call): { calendar: CalendarData; event: StoredEvent } {
  const calendar = calendarWithAccess(call, 'writer');
  const event = findEvent(call, calendar, call.route.pathParameters.eventId!);
  checkIfMatch(call, event.change);
  const organizer = textAt(event.resource.organizer, 'email');
  const isGuest = organizer !== undefined && organizer !== calendar.id;
  if (isGuest && event.resource.guestsCanModify !== true && sharedFields.some((name) => name in call.body))
    throw new GoogleError({
      code: 403,
      domain: 'calendar',
      reason: 'forbiddenForNonOrganizer',
      message: 'Shared properties can only be changed by the organizer of the event.',
    });
  return { calendar, event };
}

function patchEvent(call: Call): Reply {
  const { calendar, event } = changeable(call);
  return save(call, calendar, { ...mergePatch(event.resource, heard(call)), id: event.id });
}

/** PUT: what the body leaves out is gone, save for what only Google writes, and attachments of those who know none. */
function updateEvent(call: Call): Reply {
  const { calendar, event } = changeable(call);
  const kept = [
    'id',
    'htmlLink',
    'created',
    'creator',
    'organizer',
    'iCalUID',
    'eventType',
    'recurringEventId',
  ];
  if (!flag(call.query, 'supportsAttachments')) kept.push('attachments');
  const base = Object.fromEntries(
    [...kept, 'originalStartTime'].flatMap((name) =>
      name in event.resource ? [[name, event.resource[name]]] : [],
    ),
  );
  return save(call, calendar, { status: 'confirmed', ...heard(call), ...base });
}

function deleteEvent(call: Call): Reply {
  const { calendar, event } = changeable(call);
  if (event.resource.status === 'cancelled')
    throw new GoogleError({ code: 410, reason: 'deleted', message: 'Resource has been deleted' });
  call.world.calendar.put(calendar, event.id, { ...event.resource, status: 'cancelled' });
  return { status: 204 };
}

const calendarFields = ({ id, summary, timeZone }: CalendarData): Json => ({ id, summary, timeZone });

function listCalendars({ world, caller }: Call): Reply {
  const items = [...world.calendar.calendars.values()].flatMap((calendar) => {
    const role = calendar.id === caller.email ? 'owner' : calendar.access.get(caller.email);
    const entry = { kind: 'calendar#calendarListEntry', ...calendarFields(calendar), accessRole: role };
    return role === undefined ? [] : [entry];
  });
  return { json: { kind: 'calendar#calendarList', items } };
}

function getCalendarListEntry(call: Call): Reply {
  const calendar = calendarWithAccess(call, 'freeBusyReader');
  const accessRole = calendar.id === call.caller.email ? 'owner' : calendar.access.get(call.caller.email);
  return { json: { kind: 'calendar#calendarListEntry', ...calendarFields(calendar), accessRole } };
}

export const calendarHandlers: Readonly<Record<string, Handler>> = {
  'calendar.events.get': getEvent,
  'calendar.events.insert': insertEvent,
  'calendar.events.patch': patchEvent,
  'calendar.events.update': updateEvent,
  'calendar.events.delete': deleteEvent,
  'calendar.events.list': listEvents,
  'calendar.events.instances': listInstances,
  'calendar.calendarList.list': listCalendars,
  'calendar.calendarList.get': getCalendarListEntry,
  'calendar.calendars.get': (call) => ({
    json: { kind: 'calendar#calendar', ...calendarFields(calendarWithAccess(call, 'reader')) },
  }),
};
