// Starts and ends of events: dates or instants, with a zone where the text has no offset.
import { Temporal } from 'temporal-polyfill';
import { badRequest } from './google-error.ts';
import { isObject, textAt, type Json } from './json.ts';

const hasOffset = (text: string): boolean => /(?:Z|[+-]\d\d:\d\d)$/.test(text);

/** Epoch milliseconds; a date begins at midnight in the calendar's zone. */
export function msOf(time: unknown, timeZone: string): number {
  const [dateTime, date] = [textAt(time, 'dateTime'), textAt(time, 'date')];
  if (dateTime !== undefined && hasOffset(dateTime)) return Temporal.Instant.from(dateTime).epochMilliseconds;
  const zone = textAt(time, 'timeZone') ?? timeZone;
  if (dateTime !== undefined)
    return Temporal.PlainDateTime.from(dateTime).toZonedDateTime(zone).epochMilliseconds;
  return Temporal.PlainDate.from(date ?? '1970-01-01').toZonedDateTime(zone).epochMilliseconds;
}

/** As Google answers it: an instant always has its offset. */
export function normalTime(time: Json, timeZone: string): Json {
  const dateTime = textAt(time, 'dateTime');
  if (dateTime === undefined) return { date: time.date };
  const zone = textAt(time, 'timeZone') ?? timeZone;
  const zoned = Temporal.Instant.fromEpochMilliseconds(msOf(time, timeZone)).toZonedDateTimeISO(zone);
  const text = zoned.toString({ timeZoneName: 'never', smallestUnit: 'second' });
  return { dateTime: zone === 'UTC' ? text.replace('+00:00', 'Z') : text, timeZone: zone };
}

function checkTime(time: unknown, name: 'start' | 'end'): Json {
  if (!isObject(time)) throw badRequest(`Missing ${name} time.`, undefined, 'required');
  const [dateTime, date] = [textAt(time, 'dateTime'), textAt(time, 'date')];
  if ((dateTime === undefined) === (date === undefined))
    throw badRequest(`Invalid ${name} time.`, undefined, 'invalid');
  if (dateTime !== undefined && !hasOffset(dateTime) && textAt(time, 'timeZone') === undefined)
    throw badRequest(`Missing time zone definition for ${name} time.`, undefined, 'required');
  return time;
}

/** Start and end in Google's form; refuses what Google refuses. */
export function checkTimes(resource: Json, timeZone: string): { start: Json; end: Json } {
  const [start, end] = [checkTime(resource.start, 'start'), checkTime(resource.end, 'end')];
  if ('date' in start !== 'date' in end)
    throw badRequest('Start and end times must either both be date or both be dateTime.');
  if (msOf(end, timeZone) < msOf(start, timeZone))
    throw badRequest('The specified time range is empty.', undefined, 'timeRangeEmpty');
  return { start: normalTime(start, timeZone), end: normalTime(end, timeZone) };
}
