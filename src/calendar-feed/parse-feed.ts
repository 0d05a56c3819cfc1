// Reads the text of a calendar into events: series into their instances, moved and cancelled ones in their place. Runs in the feed's thread.
import type ICAL from 'ical.js';
import { isTimeZone } from '../domain/calendar.ts';
import { mostIdCharacters, readComponents, reasonOf, shortName, type Component } from './feed-components.ts';
import {
  mostEvents,
  type FeedEvent,
  type FeedQuestion,
  type FeedReading,
  type UnreadableEvent,
} from './feed-event.ts';
import { instanceStarts, isSeries, mostSteps } from './feed-series.ts';
import { clockOf, instantMs, type Time } from './feed-time.ts';

type Duration = InstanceType<typeof ICAL.Duration>;

const mostNameCharacters = 1_000;
const mostDescriptionCharacters = 65_536;

/**
 * An event that cannot be read is named, and what else there is of its series counts. Throws an Error in words of ours or of the parser
 * when the text is no calendar, or holds more than a calendar can.
 * @param onSeries told the id before a series is read, and undefined behind it
 */
export function parseFeed(
  question: FeedQuestion,
  onSeries: (id: string | undefined) => void = () => {},
): FeedReading {
  const budget = { steps: mostSteps };
  const { calendars, unreadable } = readComponents(question.text);
  const events = calendars.flatMap((calendar) => {
    const timeZone = floatingZone(calendar, question.timeZone);
    const components = calendar.getAllSubcomponents('vevent');
    return [...byUid(components).values()].flatMap((family) =>
      eventsOf(family, { ...question, timeZone, budget, unreadable, onSeries }),
    );
  });
  if (events.length > mostEvents) throw new Error(`it holds more than ${mostEvents} events in the range`);
  return { events, unreadable };
}

/** Times without a zone are meant in the calendar's own, where it names one. */
function floatingZone(calendar: Component, timeZone: string): string {
  const own = calendar.getFirstPropertyValue('x-wr-timezone');
  return typeof own === 'string' && own.includes('/') && isTimeZone(own) ? own : timeZone;
}

/** A series and what stands in place of its instances. */
function byUid(components: readonly Component[]): Map<string, Component[]> {
  const families = new Map<string, Component[]>();
  for (const component of components) {
    const uid = uidOf(component);
    families.set(uid, [...(families.get(uid) ?? []), component]);
  }
  return families;
}

function uidOf(component: Component): string {
  const uid = component.getFirstPropertyValue('uid');
  if (typeof uid === 'string' && uid !== '') return uid.slice(-mostIdCharacters);
  const [start, name] = ['dtstart', 'summary'].map((field) => component.getFirstPropertyValue(field));
  return `${String(start)} ${String(name)}`.slice(0, mostIdCharacters);
}

type Range = Omit<FeedQuestion, 'text'> & {
  budget: { steps: number };
  unreadable: UnreadableEvent[];
  onSeries: (id: string | undefined) => void;
};

interface Hours {
  start: Time;
  clock: ReturnType<typeof clockOf>;
  startMs: number;
  endMs: number;
}

function eventsOf(family: readonly Component[], range: Range): FeedEvent[] {
  const isException = (component: Component): boolean => component.hasProperty('recurrence-id');
  const uid = uidOf(family[0]!);
  const events = new Map<string, FeedEvent>();
  // Of several versions of one event the newest counts.
  const master = bySequence(family.filter((component) => !isException(component))).at(-1);
  if (master)
    unlessUnreadable({ component: master, uid, range }, () => {
      for (const event of masterEvents(master, { uid, range })) events.set(event.id, event);
    });
  for (const exception of bySequence(family.filter(isException)))
    unlessUnreadable({ component: exception, uid, range }, () =>
      takeException(events, { exception, uid, range }),
    );
  return [...events.values()];
}

/** More steps than all series may take together are the calendar’s trouble, not the event’s. */
function unlessUnreadable(
  { component, uid, range }: { component: Component; uid: string; range: Range },
  read: () => void,
): void {
  try {
    read();
  } catch (error) {
    if (range.budget.steps < 0) throw error;
    const name = component.getFirstPropertyValue('summary');
    range.unreadable.push({
      uid,
      name: shortName(typeof name === 'string' ? name : ''),
      reason: reasonOf(error),
    });
  }
}

function takeException(
  events: Map<string, FeedEvent>,
  { exception, uid, range }: { exception: Component; uid: string; range: Range },
): void {
  const property = exception.getFirstProperty('recurrence-id')!;
  const time = property.getFirstValue() as Time;
  const placeMs = instantMs(time, clockOf(property, time, range.timeZone));
  if (Number.isNaN(placeMs)) return;
  const id = instanceId(uid, placeMs);
  try {
    const hours = hoursOf(exception, range);
    if (hours && touches(hours, range)) events.set(id, eventOf(exception, { id, ...hours }));
    else events.delete(id);
  } catch (error) {
    // Where its series has put it it is not.
    events.delete(id);
    throw error;
  }
}

function bySequence(components: readonly Component[]): Component[] {
  const of = (component: Component): number => Number(component.getFirstPropertyValue('sequence') ?? 0) || 0;
  return components.toSorted((a, b) => of(a) - of(b));
}

function masterEvents(component: Component, { uid, range }: { uid: string; range: Range }): FeedEvent[] {
  const hours = hoursOf(component, range);
  if (!hours) return [];
  if (!isSeries(component)) return touches(hours, range) ? [eventOf(component, { id: uid, ...hours })] : [];
  if (range.skipped?.includes(uid)) throw new Error('it takes too long to read');
  range.onSeries(uid);
  const lengthMs = hours.endMs - hours.startMs;
  try {
    return instanceStarts({ component, ...hours, ...range, lengthMs }).map((startMs) =>
      eventOf(component, { ...hours, id: instanceId(uid, startMs), startMs, endMs: startMs + lengthMs }),
    );
  } finally {
    range.onSeries(undefined);
  }
}

const instanceId = (uid: string, startMs: number): string =>
  `${uid}/${new Date(startMs).toISOString().replace(/[-:]|\.\d+/g, '')}`;

const touches = ({ startMs, endMs }: Hours, { fromMs, toMs }: Range): boolean =>
  startMs < toMs && (endMs > fromMs || startMs >= fromMs);

/** Undefined in a year that nobody means. */
function hoursOf(component: Component, { timeZone }: Range): Hours | undefined {
  const property = component.getFirstProperty('dtstart');
  const start = property?.getFirstValue() as Time | null | undefined;
  if (!property || !start) throw new Error('it has no start');
  const clock = clockOf(property, start, timeZone);
  const startMs = instantMs(start, clock);
  if (Number.isNaN(startMs)) return undefined;
  const endMs = endOf(component, { start, clock, startMs, timeZone });
  return { start, clock, startMs, endMs: Number.isNaN(endMs) ? startMs : Math.max(startMs, endMs) };
}

function endOf(
  component: Component,
  { start, clock, startMs, timeZone }: Omit<Hours, 'endMs'> & { timeZone: string },
): number {
  const property = component.getFirstProperty('dtend');
  const end = property?.getFirstValue() as Time | null | undefined;
  if (property && end) return instantMs(end, clockOf(property, end, timeZone));
  const length = component.getFirstPropertyValue('duration') as unknown as Duration | null;
  const dayMs = start.isDate ? 86_400_000 : 0;
  if (!length) return startMs + dayMs;
  const ended = start.clone();
  ended.addDuration(length);
  return instantMs(ended, clock);
}

function eventOf(component: Component, { id, start, startMs, endMs }: Hours & { id: string }): FeedEvent {
  const text = (name: string): string => {
    const value = component.getFirstPropertyValue(name);
    return typeof value === 'string' ? value : '';
  };
  const organizer = /^mailto:(\S+@\S+)$/i.exec(text('organizer').trim())?.[1];
  return {
    id,
    status: text('status').toUpperCase() === 'CANCELLED' || isRecalled(component) ? 'cancelled' : 'confirmed',
    name: text('summary').slice(0, mostNameCharacters),
    description: text('description').slice(0, mostDescriptionCharacters),
    allDay: start.isDate,
    startMs,
    endMs,
    ...(organizer === undefined ? {} : { organizer }),
  };
}

const isRecalled = ({ parent }: Component): boolean =>
  String(parent?.getFirstPropertyValue('method') ?? '').toUpperCase() === 'CANCEL';
