// The instances of a recurring event that may touch a range: rules, added and excepted dates, bounded in number.
import ICAL from 'ical.js';
import { clockOf, instantMs, type Clock, type Time } from './feed-time.ts';

type Component = InstanceType<typeof ICAL.Component>;
type Recur = InstanceType<typeof ICAL.Recur>;

export interface Series {
  component: Component;
  start: Time;
  clock: Clock;
  /** Of each instance. */
  lengthMs: number;
  fromMs: number;
  toMs: number;
  timeZone: string;
  /** Shared by all series of a calendar. */
  budget: { steps: number };
}

/** Fifty series that have run every day for thirteen years; some seconds of work. */
export const mostSteps = 250_000;
/** Each hour for five years. */
const mostStepsOfOne = 50_000;

/** Starts of instances that touch [fromMs, toMs), by their rule and sorted; moved and cancelled ones are the caller's. Throws when the budget is used up, or its own share. */
export function instanceStarts(series: Series): number[] {
  const { component, start, clock } = series;
  const starts = new Set<number>();
  const rules = component.getAllProperties('rrule');
  if (rules.length === 0) starts.add(instantMs(start, clock));
  for (const rule of rules)
    for (const startMs of byRule(series, rule.getFirstValue() as Recur)) starts.add(startMs);
  for (const added of datesOf(series, 'rdate')) starts.add(added.ms);
  const excepted = datesOf(series, 'exdate');
  const instants = new Set(excepted.filter(({ isDate }) => !isDate).map(({ ms }) => ms));
  const days = excepted.filter(({ isDate }) => isDate).map(({ ms }) => ms);
  const isExcepted = (ms: number): boolean =>
    instants.has(ms) || days.some((day) => ms >= day && ms < day + 86_400_000);
  return [...starts].filter((ms) => touches(series, ms) && !isExcepted(ms)).sort((a, b) => a - b);
}

export const isSeries = (component: Component): boolean =>
  component.getAllProperties('rrule').length + component.getAllProperties('rdate').length > 0;

const touches = ({ lengthMs, fromMs, toMs }: Series, startMs: number): boolean =>
  startMs < toMs && (startMs + lengthMs > fromMs || startMs >= fromMs);

/** Walks the local clock, so that ten o'clock stays ten o'clock; the end of the rule is judged as an instant. */
function* byRule({ start, clock, toMs, budget, component }: Series, rule: Recur): Generator<number> {
  const untilMs = lastInstant(rule, { start, clock, component });
  const walked = rule.clone();
  walked.until = null;
  const local = start.clone();
  local.zone = ICAL.Timezone.localTimezone;
  const iterator = walked.iterator(local);
  let steps = 0;
  for (let time = iterator.next() as Time | null; time; time = iterator.next() as Time | null) {
    steps += 1;
    if (steps > mostStepsOfOne) throw new Error('it repeats more often than a lecture can');
    budget.steps -= 1;
    if (budget.steps < 0) throw new Error('its series repeat more often than a calendar can');
    const ms = instantMs(time, clock);
    if (Number.isNaN(ms) || ms >= toMs || ms > untilMs) return;
    yield ms;
  }
}

function lastInstant(rule: Recur, { start, clock }: Pick<Series, 'start' | 'clock' | 'component'>): number {
  const { until } = rule;
  if (!until) return Infinity;
  if (until.isDate && !start.isDate) {
    const lastDay = until.clone();
    Object.assign(lastDay, { isDate: false, hour: 23, minute: 59, second: 59 });
    return instantMs(lastDay, clock);
  }
  return instantMs(until, until.zone.tzid === 'UTC' ? 'Z' : clock);
}

function datesOf(
  { component, timeZone, clock }: Series,
  name: 'rdate' | 'exdate',
): { ms: number; isDate: boolean }[] {
  return component.getAllProperties(name).flatMap((property) =>
    (property.getValues() as (Time | { start: Time })[]).map((value) => {
      const time = 'start' in value ? value.start : value;
      const own = time.isDate ? clock : clockOf(property, time, timeZone);
      return {
        ms: instantMs(time, own === 'Z' && time.isDate ? { name: timeZone } : own),
        isDate: time.isDate,
      };
    }),
  );
}
