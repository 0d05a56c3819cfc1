// Local days and clocks on the time line, for IANA zones and fixed offsets; the only file that knows time zones.
import { Temporal } from 'temporal-polyfill';
import { Fault } from './fault.ts';
import type { MsRange } from './range.ts';
import type { LocalWindow } from './window.ts';

const dayMs = 86_400_000;

/** What a local clock showed at an instant; `isoLocal` carries the offset: `2026-09-13T08:00:00+03:00`. */
export interface LocalParts {
  date: string;
  hh: string;
  mm: string;
  ss: string;
  isoLocal: string;
}

/**
 * Where a local window stands on one day, epoch milliseconds.
 *
 * A local time stands for the first instant at which the local clock shows it or has passed it: one that the clock
 * skips becomes the end of the skip, one that it shows twice becomes the first of the two. Starts and ends follow the
 * same rule, which never runs backwards, so windows that touch on the clock touch on the time line, whole days tile,
 * and 00:00-24:00 is 23, 24 or 25 hours long as the day really was. A window inside a skip is empty.
 *
 * @param date YYYY-MM-DD in the zone
 * @param timeZone IANA name or fixed offset such as `+03:00`; throws Fault InputInvalid for anything else
 */
export function windowOnDate(at: { date: string; window: LocalWindow; timeZone: string }): MsRange {
  requireTimeZone(at.timeZone);
  const midnight = Temporal.PlainDate.from(requireDate(at.date)).toPlainDateTime();
  const place = (second: number): number => firstInstantMs(midnight.add({ seconds: second }), at.timeZone);
  return { startMs: place(at.window.startSecond), endMs: place(at.window.endSecond) };
}

/** Every day from `date` to `toDate`, both included. Throws Fault InputInvalid when one is no day or they are reversed. */
export function datesBetween(date: string, toDate: string): string[] {
  const firstMs = Date.parse(requireDate(date));
  const lastMs = Date.parse(requireDate(toDate));
  if (lastMs < firstMs)
    throw new Fault('InputInvalid', `The last day ${toDate} lies before the first, ${date}.`);
  return Array.from({ length: (lastMs - firstMs) / dayMs + 1 }, (_, index) =>
    new Date(firstMs + index * dayMs).toISOString().slice(0, 10),
  );
}

/** True for an IANA zone this runtime knows and for a fixed offset `+HH:MM` or `-HH:MM`. */
export function isTimeZone(text: string): boolean {
  if (/^[+-]([01]\d|2[0-3]):[0-5]\d$/.test(text)) return true;
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,3}$/.test(text)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch {
    return false;
  }
}

/** What the local clock shows at an instant. Throws Fault InputInvalid for an unknown zone. */
export function localParts(epochMs: number, timeZone: string): LocalParts {
  requireTimeZone(timeZone);
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(timeZone);
  const isoLocal = local.toString({ smallestUnit: 'second', timeZoneName: 'never', calendarName: 'never' });
  const [date = '', clock = ''] = isoLocal.split('T');
  return { date, hh: clock.slice(0, 2), mm: clock.slice(3, 5), ss: clock.slice(6, 8), isoLocal };
}

/** The day after (or `days` after) a date. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(requireDate(date)) + days * dayMs).toISOString().slice(0, 10);
}

function firstInstantMs(local: Temporal.PlainDateTime, timeZone: string): number {
  // 'earlier' is the first of two showings; in a skip it lies before the skip, so that the next transition is the skip's end.
  const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds;
  const transition = earlier.getTimeZoneTransition('next');
  if (transition === null)
    throw new Fault('InputInvalid', `No instant of ${timeZone} shows ${local.toString()}.`);
  return transition.epochMilliseconds;
}

function requireTimeZone(timeZone: string): void {
  if (isTimeZone(timeZone)) return;
  const shown = JSON.stringify(timeZone.slice(0, 60));
  throw new Fault('InputInvalid', `${shown} is no time zone: use an IANA name or an offset such as +03:00.`);
}

function requireDate(date: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(date) : Number.NaN;
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date)) return date;
  throw new Fault('InputInvalid', `${JSON.stringify(date.slice(0, 60))} is no day: write YYYY-MM-DD.`);
}
