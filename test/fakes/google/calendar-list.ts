// calendar.events.list: the whole calendar with a sync token at its end, or what changed since one.
import { createHash } from 'node:crypto';
import { first, flag, numberOf, type Call, type Reply } from './call.ts';
import { instancesOf } from './calendar-recurrence.ts';
import { calendarWithAccess, eventResource, notFound, tombstone } from './calendar-resource.ts';
import type { CalendarData, StoredEvent } from './calendar-store.ts';
import { msOf } from './calendar-time.ts';
import { badRequest, GoogleError } from './google-error.ts';
import { textAt, type Json } from './json.ts';
import { pageOf, placeOf } from './page-token.ts';

/** A token cannot go with any of these, and a list with the first ones ends without a token. */
const noTokenAfter = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'updatedMin',
];
const notWithToken = [...noTokenAfter, 'timeMin', 'timeMax'];
/** These must be the same from the first list on. */
const fixed = ['singleEvents', 'eventTypes', 'maxAttendees', 'showHiddenInvitations'];
const mostResults = 2500;

type Row = Pick<StoredEvent, 'resource' | 'change'>;

const shapeOf = ({ query }: Call): string =>
  createHash('sha256')
    .update(JSON.stringify(fixed.map((name) => query[name] ?? [])))
    .digest('base64url')
    .slice(0, 8);

const gone = (): GoogleError =>
  new GoogleError({
    code: 410,
    domain: 'calendar',
    reason: 'fullSyncRequired',
    message: 'Sync token is no longer valid, a full sync is required.',
    location: 'syncToken',
  });

/** The change after which the caller wants to hear; undefined for a full list. */
function sinceOf(call: Call, calendar: CalendarData): number | undefined {
  const token = first(call.query, 'syncToken');
  if (token === undefined) return undefined;
  if (notWithToken.some((name) => name in call.query) || first(call.query, 'showDeleted') === 'false')
    throw badRequest('Sync token cannot be used with other request restrictions.', 'syncToken');
  const [generation, change, shape] = Buffer.from(token, 'base64url').toString('utf8').split(' ');
  if (shape === undefined) throw badRequest('Invalid sync token value.', 'syncToken');
  if (Number(generation) !== calendar.generation) throw gone();
  if (shape !== shapeOf(call))
    throw badRequest('Sync token cannot be used with other request restrictions.', 'syncToken');
  return Number(change);
}

const tokenOf = (call: Call, calendar: CalendarData, change: number): string =>
  Buffer.from([calendar.generation, change, shapeOf(call)].join(' ')).toString('base64url');

/** Instances of a series with the changed ones in their places; those that the rule lost, as cancelled. */
function expanded(call: Call, calendar: CalendarData, series: StoredEvent): Row[] {
  const { calendar: store, clock } = call.world;
  const exceptions = new Map(store.exceptionsOf(calendar, series.id).map((event) => [event.id, event]));
  const isCancelled = series.resource.status === 'cancelled';
  const instances = instancesOf(series.resource, calendar.timeZone, clock.nowMs());
  const rows = instances.map(({ id, resource }): Row => {
    const exception = exceptions.get(id);
    if (exception === undefined || isCancelled) return { resource, change: series.change };
    return { resource: exception.resource, change: exception.change };
  });
  const lost = [...series.vanished].map(([id, change]): Row => {
    const resource = { id, status: 'cancelled', recurringEventId: series.id, originalStartTime: {} };
    return { resource, change };
  });
  return [...rows, ...lost];
}

function rowsOf(call: Call, calendar: CalendarData): Row[] {
  const events = [...calendar.events.values()];
  if (!flag(call.query, 'singleEvents')) return events;
  return events.flatMap((event) => {
    if ('recurrence' in event.resource) return expanded(call, calendar, event);
    return textAt(event.resource, 'recurringEventId') === undefined ? [event] : [];
  });
}

const propertyAt = (resource: Json, kind: 'private' | 'shared', key: string): string | undefined =>
  textAt((resource.extendedProperties as Json | undefined)?.[kind], key);

/** What the query asks of one event, deleted ones aside. */
function matches({ query }: Call, { timeZone }: CalendarData, { resource }: Row): boolean {
  const [timeMin, timeMax] = [first(query, 'timeMin'), first(query, 'timeMax')];
  const hasTimes = 'start' in resource;
  if (hasTimes && timeMin !== undefined && msOf(resource.end, timeZone) <= Date.parse(timeMin)) return false;
  if (hasTimes && timeMax !== undefined && msOf(resource.start, timeZone) >= Date.parse(timeMax))
    return false;
  const updatedMin = first(query, 'updatedMin');
  if (updatedMin !== undefined && Date.parse(String(resource.updated)) < Date.parse(updatedMin)) return false;
  const iCalUID = first(query, 'iCalUID');
  if (iCalUID !== undefined && resource.iCalUID !== iCalUID) return false;
  const q = first(query, 'q')?.toLowerCase();
  const words = ['summary', 'description', 'location'].map((name) => textAt(resource, name) ?? '').join(' ');
  if (q !== undefined && !words.toLowerCase().includes(q)) return false;
  const pairs = (['private', 'shared'] as const).flatMap((kind) =>
    (query[`${kind}ExtendedProperty`] ?? []).map((pair) => ({ kind, pair })),
  );
  return pairs.every(({ kind, pair }) => {
    const [key = '', ...value] = pair.split('=');
    return propertyAt(resource, kind, key) === value.join('=');
  });
}

/** Cancelled events show to those who ask for changes or for deleted ones; cancelled instances to those who see rules. */
function isShown(call: Call, { resource }: Row, isSync: boolean): boolean {
  if (resource.status !== 'cancelled' || isSync || flag(call.query, 'showDeleted')) return true;
  return 'recurringEventId' in resource && !flag(call.query, 'singleEvents');
}

function orderedBy(call: Call, calendar: CalendarData, rows: Row[]): Row[] {
  const orderBy = first(call.query, 'orderBy');
  if (orderBy === 'startTime' && !flag(call.query, 'singleEvents'))
    throw badRequest('The requested ordering is not available for the particular query.', 'orderBy');
  if (orderBy === 'startTime')
    return rows.toSorted(
      (a, b) => msOf(a.resource.start, calendar.timeZone) - msOf(b.resource.start, calendar.timeZone),
    );
  return rows.toSorted((a, b) => a.change - b.change);
}

function checkWindow({ query }: Call): void {
  const [timeMin, timeMax] = [first(query, 'timeMin'), first(query, 'timeMax')];
  if (timeMin !== undefined && timeMax !== undefined && Date.parse(timeMin) >= Date.parse(timeMax))
    throw badRequest('The specified time range is empty.', 'timeMax', 'timeRangeEmpty');
}

/** Rows to the page that is asked for; a token to go on from stands at the end of the last one. */
function answer(call: Call, calendar: CalendarData, { rows, upTo }: { rows: Row[]; upTo: number }): Reply {
  const { query } = call;
  const place = placeOf(query, upTo);
  const size = Math.min(numberOf(query, 'maxResults', 250), mostResults);
  const { items, nextPageToken } = pageOf(rows, size, { query, place });
  const hasToken = !noTokenAfter.some((name) => name in query);
  return {
    json: {
      kind: 'calendar#events',
      etag: `"p${place.note}"`,
      summary: calendar.summary,
      timeZone: calendar.timeZone,
      accessRole: calendar.id === call.caller.email ? 'owner' : calendar.access.get(call.caller.email),
      items: items.map((row) => (row.resource.status === 'cancelled' ? tombstone(row) : eventResource(row))),
      ...(nextPageToken !== undefined && { nextPageToken }),
      ...(nextPageToken === undefined && hasToken && { nextSyncToken: tokenOf(call, calendar, place.note) }),
    },
  };
}

export function listEvents(call: Call): Reply {
  const calendar = calendarWithAccess(call, 'reader');
  checkWindow(call);
  const since = sinceOf(call, calendar);
  const rows = rowsOf(call, calendar)
    .filter(({ change }) => since === undefined || change > since)
    .filter((row) => isShown(call, row, since !== undefined) && matches(call, calendar, row));
  const upTo = call.world.calendar.lastChange;
  return answer(call, calendar, { rows: orderedBy(call, calendar, rows), upTo });
}

/** Instances of one series. */
export function listInstances(call: Call): Reply {
  const calendar = calendarWithAccess(call, 'reader');
  const series = calendar.events.get(call.route.pathParameters.eventId!);
  if (series === undefined) throw notFound();
  const rows = expanded(call, calendar, series).filter(
    (row) =>
      (row.resource.status !== 'cancelled' || flag(call.query, 'showDeleted')) &&
      matches(call, calendar, row),
  );
  const reply = answer(call, calendar, { rows, upTo: call.world.calendar.lastChange });
  const { nextSyncToken: _, ...json } = reply.json as Json;
  return { json };
}
