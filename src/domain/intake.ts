// What a room's calendar means for its lectures: which are to be added, moved, renamed or cancelled. Pure; who calls carries it out.
import type { LectureState } from './lecture-states.ts';
import type { MsRange } from './range.ts';

/** The part of an event that a lecture follows. */
export interface EventWords extends MsRange {
  name: string;
  courses: string[];
}

/** An event, or one instance of a series, as the calendar shows it. */
export interface CalendarEntry {
  eventId: string;
  status: 'confirmed' | 'cancelled';
  name: string;
  courses: string[];
  /** Who asked for it: mail addresses. */
  users: string[];
  /** Has days instead of hours. */
  allDay: boolean;
  /** Absent where the calendar says no more than that it was cancelled, or no hours at all. */
  startMs?: number;
  endMs?: number;
}

/** A lecture that came from an event of this calendar. */
export interface KnownLecture extends EventWords {
  id: string;
  eventId: string;
  state: LectureState;
  /** Made by the intake: what a person has asked for stays as it was asked for. */
  byCalendar: boolean;
  /** What the event said when the lecture's workflow was last told; absent: it has not been told yet. */
  said?: EventWords & { cancelled?: true | undefined };
}

export interface IntakeFacts {
  entries: readonly CalendarEntry[];
  /** The entries are all that the calendar holds in the window: what is missing is gone. */
  full: boolean;
  /** Ids of events that are there and cannot be read; of a series all its instances, `<id>/…`. Their lectures are not taken for gone. */
  unread?: readonly string[];
  /** Cancelled ones too. */
  lectures: readonly KnownLecture[];
  /** Events outside of it become no lectures. */
  window: MsRange;
  nowMs: number;
  /** Whether a cancelled event takes back what was published. */
  undoCancelled: boolean;
}

export interface IntakeDecision {
  add: (EventWords & { eventId: string; users: string[] })[];
  /** Fields that are absent stay as they are. */
  change: (Partial<EventWords> & { lectureId: string; said: EventWords })[];
  cancel: { lectureId: string; reason: string; undo: boolean }[];
  /** Asked for by a person, and given this event: they stay as they were asked for, and are told of it once. */
  follow: { lectureId: string; said: EventWords }[];
  /** For people, in the order of the entries. */
  leftOut: { name: string; reason: string }[];
}

/** Longer events are holidays and reservations. */
const longestMs = 86_400_000;

const ended: readonly LectureState[] = ['complete', 'incomplete', 'failed', 'cancelled'];
const isLive = ({ state }: KnownLecture): boolean => !ended.includes(state);

/**
 * A lecture follows its event until it has ended: new hours, name and courses are taken over where the event itself has changed, so that
 * a person's changes stay. An event that lasts all day, no time, or longer than a day becomes no lecture, and ends the one it was. What is
 * missing from a full list cancels only lectures that have not begun: many calendars drop what is past.
 */
export function decideIntake(facts: IntakeFacts): IntakeDecision {
  const decision: IntakeDecision = { add: [], change: [], cancel: [], follow: [], leftOut: [] };
  const byEvent = lecturesByEvent(facts.lectures);
  const entries = new Map(facts.entries.map((entry) => [entry.eventId, entry]));
  for (const entry of entries.values())
    decideEntry({ facts, decision, entry, known: byEvent.get(entry.eventId) });
  if (facts.full)
    for (const known of byEvent.values())
      if (!entries.has(known.eventId) && !isUnread(known, facts) && isFuture(known, facts))
        cancel(decision, { known, undo: false, reason: 'Its event is gone from the calendar.' });
  return decision;
}

interface EntryCase {
  facts: IntakeFacts;
  decision: IntakeDecision;
  entry: CalendarEntry;
  known: KnownLecture | undefined;
}

function decideEntry({ facts, decision, entry, known }: EntryCase): void {
  if (entry.status === 'cancelled') {
    if (known) decideCancelled({ facts, decision, known });
    return;
  }
  const words = wordsOf(entry);
  if (typeof words === 'string') {
    if (known && isLive(known)) cancel(decision, { known, undo: false, reason: `Its event ${words}.` });
    decision.leftOut.push({ name: entry.name, reason: `it ${words}` });
  } else if (!known || (known.state === 'cancelled' && known.said?.cancelled)) {
    if (words.startMs < facts.window.endMs && words.endMs > facts.window.startMs)
      decision.add.push({ ...words, eventId: entry.eventId, users: entry.users });
  } else if (known.state === 'cancelled') {
    decision.leftOut.push({ name: entry.name, reason: 'its lecture was cancelled by hand' });
  } else if (!known.byCalendar) {
    if (!known.said && known.state !== 'failed') decision.follow.push({ lectureId: known.id, said: words });
  } else if (isLive(known)) {
    const change = changeOf(known, words);
    if (change) decision.change.push(change);
  }
}

function decideCancelled({
  facts,
  decision,
  known,
}: Pick<EntryCase, 'facts' | 'decision'> & { known: KnownLecture }): void {
  const undo = facts.undoCancelled;
  if (!isLive(known) && !(undo && known.state !== 'cancelled')) return;
  cancel(decision, { known, undo, reason: 'Its event was cancelled in the calendar.' });
}

function cancel(
  decision: IntakeDecision,
  { known, undo, reason }: { known: KnownLecture; undo: boolean; reason: string },
): void {
  if (known.byCalendar && !known.said?.cancelled) decision.cancel.push({ lectureId: known.id, reason, undo });
}

const isUnread = ({ eventId }: KnownLecture, { unread = [] }: IntakeFacts): boolean =>
  unread.some((id) => eventId === id || eventId.startsWith(`${id}/`));

/** Judged by the event's own hours: a person may have moved the lecture. */
function isFuture(known: KnownLecture, { nowMs, window }: IntakeFacts): boolean {
  const { startMs } = known.said ?? known;
  return isLive(known) && startMs > nowMs && startMs >= window.startMs && startMs < window.endMs;
}

/** What the event asks for; in words why it asks for nothing that could be recorded. */
function wordsOf({ name, courses, allDay, startMs, endMs }: CalendarEntry): EventWords | string {
  if (allDay) return 'lasts all day';
  if (startMs === undefined || !Number.isFinite(startMs)) return 'has no start that can be read';
  if (endMs === undefined || !Number.isFinite(endMs) || endMs <= startMs) return 'has no duration';
  if (endMs - startMs > longestMs) return 'is longer than 24 hours';
  return { startMs, endMs, name, courses };
}

function changeOf(known: KnownLecture, words: EventWords): IntakeDecision['change'][number] | undefined {
  const { said } = known;
  if (said && sameWords(said, words)) return undefined;
  const before = said ?? known;
  const isMoved = before.startMs !== words.startMs || before.endMs !== words.endMs;
  return {
    lectureId: known.id,
    said: words,
    ...(isMoved ? { startMs: words.startMs, endMs: words.endMs } : {}),
    ...(before.name === words.name ? {} : { name: words.name }),
    ...(sameList(before.courses, words.courses) ? {} : { courses: words.courses }),
  };
}

const sameWords = (a: EventWords, b: EventWords): boolean =>
  a.startMs === b.startMs && a.endMs === b.endMs && a.name === b.name && sameList(a.courses, b.courses);

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** Of several lectures of one event the one that is not cancelled counts, else the first given. */
function lecturesByEvent(lectures: readonly KnownLecture[]): Map<string, KnownLecture> {
  const byEvent = new Map<string, KnownLecture>();
  for (const lecture of lectures) {
    const other = byEvent.get(lecture.eventId);
    if (!other || (other.state === 'cancelled' && lecture.state !== 'cancelled'))
      byEvent.set(lecture.eventId, lecture);
  }
  return byEvent;
}
