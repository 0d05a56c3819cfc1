// What the activities of a room's calendar take and answer, and what they are given.
import type { LectureCatalog } from '../../catalog/lecture-types.ts';
import type { CalendarFeed } from '../../calendar-feed/calendar-feed.ts';
import type { IntakeTotals, IntakeTrouble } from '../../contract/intake-messages.ts';
import type { LectureStart } from '../../contract/lecture-start.ts';
import type { CalendarAsk, CalendarChanges } from '../../google/calendar-changes.ts';

export interface FollowRequest {
  roomId: string;
  pollSeconds: number;
  /** What the workflow shows at present; a look ends when it is over, or another kind of trouble began. */
  trouble?: IntakeTrouble;
  /** Events that it shows as unreadable; a look ends when they are others. Absent: none. */
  unreadable?: string[];
}

/**
 * `gone`: the room is; `idle`: it has no calendar to follow; `trouble`: the calendar cannot be read; `followed`: lectures were added,
 * changed or cancelled, a trouble is over, or other events than before cannot be read.
 */
export type FollowOutcome =
  | { kind: 'gone' }
  | { kind: 'idle'; reason: string }
  | { kind: 'trouble'; trouble: IntakeTrouble }
  | { kind: 'followed'; totals: IntakeTotals; leftOut: string[]; unreadable?: string[] };

export interface IntakeActivities {
  /** One look at the calendar, and what follows of it. A look that finds nothing new fails, to be tried again after `pollSeconds`. */
  followEvents(request: FollowRequest): Promise<FollowOutcome>;
}

/** Words to lectures' workflows. */
export interface LectureTeller {
  /** Starts it, unless it runs or has run. */
  start(lecture: LectureStart): Promise<void>;
  /** Has it read its row again; starts it when it never ran. */
  changed(lecture: LectureStart): Promise<void>;
  /** It has an event now: a run reads its row again, a published one has its video attached there. */
  event(lecture: LectureStart): Promise<void>;
  /** False: it does not run, and nothing had to be taken back. */
  cancel(lecture: LectureStart, how: { undo: boolean }): Promise<boolean>;
}

export interface IntakeDeps {
  catalog: Pick<LectureCatalog, 'rooms' | 'lectures' | 'calendarCursors' | 'courseCodes'>;
  calendarFeed: CalendarFeed;
  /** Absent: Google is not configured. */
  googleCalendar?: { changes(ask: CalendarAsk): Promise<CalendarChanges> } | undefined;
  tellLectures: LectureTeller;
}
