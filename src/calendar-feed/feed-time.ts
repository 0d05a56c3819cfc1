// Times of a calendar's text as instants: by the zone's IANA name where it has one, else by the zone that the text itself describes.
import type ICAL from 'ical.js';
import { isTimeZone, windowOnDate } from '../domain/calendar.ts';

type Property = InstanceType<typeof ICAL.Property>;
export type Time = InstanceType<typeof ICAL.Time>;

/** Where a clock stands: an IANA name, `Z`, or a description in the calendar's text. */
export type Clock = { name: string } | { zone: Time['zone'] } | 'Z';

/** @param fallback zone of times that name none, and of days */
export function clockOf(property: Property, time: Time, fallback: string): Clock {
  if (time.zone.tzid === 'UTC') return 'Z';
  const tzid = property.getFirstParameter('tzid') as string | undefined;
  if (time.isDate || !tzid) return { name: fallback };
  // Some programs put a path before the name.
  const names = [tzid, tzid.split('/').slice(-2).join('/'), tzid.split('/').slice(-3).join('/')];
  const name = names.find(isKnownZone);
  if (name !== undefined) return { name };
  return time.zone.tzid === 'floating' ? { name: fallback } : { zone: time.zone };
}

/** Epoch milliseconds; NaN outside of the years that a calendar can mean. A time that the clock skips is the end of the skip. */
export function instantMs(time: Time, clock: Clock): number {
  const { year, month, day, hour, minute, second } = time;
  if (year < 1900 || year > 2200) return Number.NaN;
  if (clock === 'Z') return Date.UTC(year, month - 1, day, hour, minute, second);
  if ('zone' in clock) return placed(time, clock.zone).toUnixTime() * 1000;
  const atSecond = time.isDate ? 0 : hour * 3600 + minute * 60 + second;
  const date = new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
  const window = { startSecond: atSecond, endSecond: atSecond };
  return windowOnDate({ date, window, timeZone: clock.name }).startMs;
}

function placed(time: Time, zone: Time['zone']): Time {
  const copy = time.clone();
  copy.zone = zone;
  return copy;
}

const known = new Map<string, boolean>();

/** Asked of the platform once a name: a feed names the same few thousands of times. */
function isKnownZone(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) known.set(name, (answer = name.includes('/') && isTimeZone(name)));
  return answer;
}
