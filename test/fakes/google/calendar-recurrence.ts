// Instances of a recurring event: RRULE of days and weeks with INTERVAL, COUNT, UNTIL and BYDAY, and EXDATE.
import { Temporal } from 'temporal-polyfill';
import { msOf, normalTime } from './calendar-time.ts';
import { badRequest } from './google-error.ts';
import { isObject, listAt, textAt, type Json } from './json.ts';

export interface Instance {
  /** `<series>_<UTC start>` */
  id: string;
  resource: Json;
}

/** A rule without an end is followed this far from now. */
const horizonDays = 365;
const mostInstances = 730;
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

interface Rule {
  stepDays: number;
  isWeekly: boolean;
  count: number;
  untilMs: number;
  weekdays: Set<number>;
}

/** `20261121T063000Z` or `20261121` to epoch milliseconds. */
const compactMs = (text: string): number => {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(text);
  if (!match) throw badRequest('Invalid recurrence rule.');
  const [year, month, day, hour = 23, minute = 59, second = 59] = match
    .slice(1)
    .map((part) => part && Number(part));
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
};

function parseRule(text: string, firstWeekday: number): Rule {
  const parts = new Map(
    text
      .replace(/^RRULE:/, '')
      .split(';')
      .map((part) => part.split('=') as [string, string]),
  );
  const frequency = parts.get('FREQ');
  const known = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYDAY', 'WKST'];
  if (
    (frequency !== 'DAILY' && frequency !== 'WEEKLY') ||
    [...parts.keys()].some((key) => !known.includes(key))
  )
    throw badRequest('Invalid recurrence rule.');
  const days = (parts.get('BYDAY') ?? '').split(',').filter(Boolean);
  const numbers = days.map((day) => weekdays.indexOf(day) + 1);
  return {
    stepDays: Number(parts.get('INTERVAL') ?? 1),
    isWeekly: frequency === 'WEEKLY',
    count: Number(parts.get('COUNT') ?? Infinity),
    untilMs: parts.has('UNTIL') ? compactMs(parts.get('UNTIL')!) : Infinity,
    weekdays: new Set(numbers.length > 0 || frequency === 'DAILY' ? numbers : [firstWeekday]),
  };
}

/** Days from the first on which the rule falls. */
function* daysOf(rule: Rule, first: Temporal.PlainDate): Generator<Temporal.PlainDate> {
  for (let offset = 0; ; offset += 1) {
    const day = first.add({ days: offset });
    if (rule.isWeekly) {
      const monday = first.subtract({ days: first.dayOfWeek - 1 });
      const week = Math.floor(monday.until(day).total('days') / 7);
      if (week % rule.stepDays === 0 && rule.weekdays.has(day.dayOfWeek)) yield day;
    } else if (offset % rule.stepDays === 0 && (rule.weekdays.size === 0 || rule.weekdays.has(day.dayOfWeek)))
      yield day;
  }
}

const idTime = (start: Json, timeZone: string): string =>
  textAt(start, 'date')?.replaceAll('-', '') ??
  new Date(msOf(start, timeZone)).toISOString().replace(/[-:]|\.\d+/g, '');

function instanceAt(series: Json, day: Temporal.PlainDate, timeZone: string): Instance {
  const first = series.start as Json;
  const { recurrence: _, ...rest } = series;
  let [start, end]: [Json, Json] = [{}, {}];
  if (textAt(first, 'date') !== undefined) {
    const length = Temporal.PlainDate.from(textAt(first, 'date')!).until(textAt(series.end, 'date')!);
    start = { date: day.toString() };
    end = { date: day.add(length).toString() };
  } else {
    const zone = textAt(first, 'timeZone') ?? timeZone;
    const clockTime = Temporal.Instant.fromEpochMilliseconds(msOf(first, timeZone))
      .toZonedDateTimeISO(zone)
      .toPlainTime();
    const startMs = day.toZonedDateTime({ timeZone: zone, plainTime: clockTime }).epochMilliseconds;
    const lengthMs = msOf(series.end, timeZone) - msOf(first, timeZone);
    const at = (ms: number): Json =>
      normalTime({ dateTime: new Date(ms).toISOString(), timeZone: zone }, timeZone);
    [start, end] = [at(startMs), at(startMs + lengthMs)];
  }
  const id = `${String(series.id)}_${idTime(start, timeZone)}`;
  return { id, resource: { ...rest, id, start, end, recurringEventId: series.id, originalStartTime: start } };
}

/** All instances by the rule; none for an event that does not recur. Changed instances are the caller's to put in their place. */
export function instancesOf(series: Json, timeZone: string, nowMs: number): Instance[] {
  const lines = listAt(series, 'recurrence').map(String);
  const line = lines.find((text) => text.startsWith('RRULE:'));
  if (line === undefined || !isObject(series.start)) return [];
  const zone = textAt(series.start, 'timeZone') ?? timeZone;
  const firstMs = msOf(series.start, timeZone);
  const first = Temporal.Instant.fromEpochMilliseconds(firstMs).toZonedDateTimeISO(zone).toPlainDate();
  const rule = parseRule(line, first.dayOfWeek);
  // `EXDATE:20261124T063000Z` takes away the instance whose id ends so.
  const excepted = new Set(
    lines
      .filter((text) => text.startsWith('EXDATE'))
      .flatMap((text) => text.slice(text.indexOf(':') + 1).split(','))
      .map((text) => `${String(series.id)}_${text}`),
  );
  const lastMs = Math.min(rule.untilMs, nowMs + horizonDays * 24 * 3600 * 1000);
  const instances: Instance[] = [];
  let counted = 0;
  for (const day of daysOf(rule, first)) {
    const instance = instanceAt(series, day, timeZone);
    const startMs = msOf(instance.resource.start, timeZone);
    counted += 1;
    if (startMs > lastMs || counted > rule.count || counted > mostInstances) break;
    if (!excepted.has(instance.id)) instances.push(instance);
  }
  return instances;
}
