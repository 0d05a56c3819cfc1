// Calendars and their events, each change numbered, so that a sync token is a number to go on from.
import type { FakeClock } from './clock.ts';
import { instancesOf } from './calendar-recurrence.ts';
import { textAt, type Json } from './json.ts';

export type AccessRole = 'freeBusyReader' | 'reader' | 'writer' | 'owner';

export interface StoredEvent {
  id: string;
  /** Event resource without kind and etag. */
  resource: Json;
  /** Number of the last change. */
  change: number;
  /** Ids of instances that a changed rule made vanish, with the number of that change. */
  vanished: Map<string, number>;
}

export interface CalendarData {
  id: string;
  summary: string;
  timeZone: string;
  access: Map<string, AccessRole>;
  events: Map<string, StoredEvent>;
  /** Sync tokens of an earlier generation are worth nothing. */
  generation: number;
}

export class CalendarStore {
  readonly calendars = new Map<string, CalendarData>();
  #change = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  get lastChange(): number {
    return this.#change;
  }

  addCalendar(
    id: string,
    { timeZone = 'Europe/Moscow', summary = id, access = {} as Readonly<Record<string, AccessRole>> } = {},
  ): CalendarData {
    const calendar: CalendarData = {
      id,
      summary,
      timeZone,
      access: new Map(Object.entries(access)),
      events: new Map(),
      generation: 1,
    };
    this.calendars.set(id, calendar);
    return calendar;
  }

  /** The server forgets what it gave out: 410 for every sync token until now. */
  invalidateSyncTokens(calendarId: string): void {
    this.calendars.get(calendarId)!.generation += 1;
  }

  /** Writes an event as it is to be. */
  put(calendar: CalendarData, id: string, resource: Json): StoredEvent {
    this.#change += 1;
    const old = calendar.events.get(id);
    const vanished = new Map(old?.vanished);
    if (old !== undefined && resource.status !== 'cancelled') {
      const left = new Set(
        instancesOf(resource, calendar.timeZone, this.#clock.nowMs()).map((each) => each.id),
      );
      for (const instance of instancesOf(old.resource, calendar.timeZone, this.#clock.nowMs()))
        if (!left.has(instance.id)) vanished.set(instance.id, this.#change);
    }
    const updated = { ...resource, updated: this.#clock.nowAt() };
    const event: StoredEvent = { id, resource: updated, change: this.#change, vanished };
    calendar.events.set(id, event);
    return event;
  }

  /** Rows that changed an exception of the series: they hold instead of what the rule gives. */
  exceptionsOf(calendar: CalendarData, seriesId: string): StoredEvent[] {
    return [...calendar.events.values()].filter(
      ({ resource }) => textAt(resource, 'recurringEventId') === seriesId,
    );
  }
}
