// What is asked of a calendar's text, and the events that it is read into.

export interface FeedQuestion {
  /** iCalendar, RFC 5545. */
  text: string;
  /** Events that touch [fromMs, toMs). */
  fromMs: number;
  toMs: number;
  /** For times without a zone and for days: IANA name or fixed offset. */
  timeZone: string;
  /** Ids of series that took too long before: they are named and not read. */
  skipped?: readonly string[];
}

/** An event, or one instance of a series. */
export interface FeedEvent {
  /** The UID; of an instance `UID/20260914T071000Z`: where its rule put it, which stays when it is moved. */
  id: string;
  status: 'confirmed' | 'cancelled';
  name: string;
  /** As it was written: text or HTML. */
  description: string;
  /** Days instead of hours; their range is that of the zone's midnights. */
  allDay: boolean;
  startMs: number;
  /** The start where the event has no duration. */
  endMs: number;
  /** Mail address. */
  organizer?: string;
}

/** An event that cannot be read: the others count all the same. Of a series one instance or all of them. */
export interface UnreadableEvent {
  /** Absent: not even that can be read. */
  uid?: string;
  /** At most 100 characters; empty: it says none. */
  name: string;
  /** In a few words. */
  reason: string;
}

export interface FeedReading {
  events: FeedEvent[];
  unreadable: UnreadableEvent[];
}

/** What the thread says: which series it reads next, whose rule may take for ever, and its answer in the end. */
export type FeedWord = FeedReading | { problem: string } | { series: string | undefined };

/** More is no calendar of a room. */
export const mostEvents = 5_000;
