// Events and calendars as the API shows them, and who may see them.
import type { Call } from './call.ts';
import type { AccessRole, CalendarData, StoredEvent } from './calendar-store.ts';
import { GoogleError } from './google-error.ts';
import type { Json } from './json.ts';

const ranks: readonly AccessRole[] = ['freeBusyReader', 'reader', 'writer', 'owner'];

export const notFound = (): GoogleError =>
  new GoogleError({ code: 404, reason: 'notFound', message: 'Not Found' });

export const etagOf = (change: number): string => `"${3_500_000_000_000_000 + change}"`;

export const eventResource = ({ resource, change }: Pick<StoredEvent, 'resource' | 'change'>): Json => ({
  kind: 'calendar#event',
  etag: etagOf(change),
  ...resource,
});

/** What is left of a cancelled event: only `id` is promised, and for instances where they belonged. */
export const tombstone = (event: Pick<StoredEvent, 'resource' | 'change'>): Json => {
  const { id, recurringEventId, originalStartTime } = event.resource;
  return {
    kind: 'calendar#event',
    etag: etagOf(event.change),
    id,
    status: 'cancelled',
    ...(recurringEventId !== undefined && { recurringEventId, originalStartTime }),
  };
};

/** The calendar that the path names, when the caller has at least this access to it. */
export function calendarWithAccess({ world, route, caller }: Call, least: AccessRole): CalendarData {
  const given = route.pathParameters.calendarId!;
  const calendar = world.calendar.calendars.get(given === 'primary' ? caller.email : given);
  const role = calendar?.id === caller.email ? 'owner' : calendar?.access.get(caller.email);
  if (calendar === undefined || role === undefined) throw notFound();
  if (ranks.indexOf(role) >= ranks.indexOf(least)) return calendar;
  throw new GoogleError({
    code: 403,
    domain: 'calendar',
    reason: 'requiredAccessLevel',
    message: `You need to have ${least} access to this calendar.`,
  });
}

/** If-Match with another etag than the event's. */
export function checkIfMatch({ headers }: Call, change: number): void {
  const wanted = headers['if-match'];
  if (wanted === undefined || wanted === '*' || wanted === etagOf(change)) return;
  throw new GoogleError({
    code: 412,
    reason: 'conditionNotMet',
    message: 'Precondition Failed',
    location: 'If-Match',
    locationType: 'header',
  });
}
