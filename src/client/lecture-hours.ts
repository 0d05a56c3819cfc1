// From hours as people write them to instants, and back, in the zone of a room.
import { addDays, localParts, windowOnDate } from '../domain/calendar.ts';
import { Fault } from '../domain/fault.ts';
import type { MsRange } from '../domain/range.ts';

/** `YYYY-MM-DD` and `HH:MM` or `HH:MM:SS`, in the room's zone. */
export interface LocalHours {
  date: string;
  start: string;
  end: string;
  /** Day of the end; absent: the same day. */
  endDate?: string | undefined;
}

/** @throws Fault InputInvalid, also for an end that lies before the start */
export function hoursToRange(hours: LocalHours, timeZone: string): MsRange {
  const { date, start, end, endDate = date } = hours;
  const startMs = instantMs({ date, clock: start, timeZone });
  const endMs = instantMs({ date: endDate, clock: end, timeZone });
  if (endMs > startMs) return { startMs, endMs };
  throw new Fault(
    'InputInvalid',
    `A lecture cannot end at ${endDate} ${end} and start at ${date} ${start}.`,
    {
      remedy: 'Correct the hours; for an end after midnight give its day with --end-date.',
    },
  );
}

/** The day and clock of a local time; `24:00` is the midnight that ends the day. */
function instantMs({ date, clock, timeZone }: { date: string; clock: string; timeZone: string }): number {
  const [, hh = '', mm = '', ss = '00'] = /^(\d{2}):([0-5]\d)(?::([0-5]\d))?$/.exec(clock) ?? [];
  const second = Number(hh) * 3600 + Number(mm) * 60 + Number(ss);
  if (hh === '' || second > 86_400)
    throw new Fault(
      'InputInvalid',
      `${JSON.stringify(clock.slice(0, 40))} is no time of a day: write HH:MM.`,
    );
  return windowOnDate({ date, window: { startSecond: second, endSecond: second }, timeZone }).startMs;
}

/** What may be said anew of the hours of a lecture; a day without hours moves it and keeps its clock. */
export type HoursChange = Partial<LocalHours>;

/** @throws Fault InputInvalid */
export function movedRange(
  range: MsRange,
  { change, timeZone }: { change: HoursChange; timeZone: string },
): MsRange {
  const from = localParts(range.startMs, timeZone);
  const to = localParts(range.endMs, timeZone);
  const date = change.date ?? from.date;
  const movesStart = change.date !== undefined || change.start !== undefined;
  const endDate = change.endDate ?? addDays(date, daysBetween(from.date, to.date));
  const movesEnd = change.date !== undefined || change.endDate !== undefined || change.end !== undefined;
  const asked = hoursToRange(
    { date, start: change.start ?? clockOf(from), endDate, end: change.end ?? clockOf(to) },
    timeZone,
  );
  // What nobody moves keeps its instant, fractions of a second and the second showing of an hour included.
  const moved = {
    startMs: movesStart ? asked.startMs : range.startMs,
    endMs: movesEnd ? asked.endMs : range.endMs,
  };
  if (moved.endMs > moved.startMs) return moved;
  throw new Fault('InputInvalid', 'A lecture cannot end before it starts.');
}

const clockOf = ({ hh, mm, ss }: { hh: string; mm: string; ss: string }): string => `${hh}:${mm}:${ss}`;
const daysBetween = (date: string, later: string): number =>
  Math.round((Date.parse(later) - Date.parse(date)) / 86_400_000);
