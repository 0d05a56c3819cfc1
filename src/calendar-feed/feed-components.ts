// The calendars of a text as components. An event that the parser refuses is set aside, so that the others count.
import ICAL from 'ical.js';
import type { UnreadableEvent } from './feed-event.ts';

export type Component = InstanceType<typeof ICAL.Component>;

/** As the parser gives them: name, properties, components. */
type Parsed = [string, unknown[], Parsed[]];

const mostNameCharacters = 100;
const mostReasonCharacters = 200;
export const mostIdCharacters = 900;

/** Throws an Error in words of ours or of the parser when the text is no calendar, whatever its events are. */
export function readComponents(text: string): { calendars: Component[]; unreadable: UnreadableEvent[] } {
  const unreadable: UnreadableEvent[] = [];
  let all: Parsed[];
  try {
    all = calendarsIn(text);
  } catch {
    // Slower, and only where something is wrong.
    const { rest, events } = withoutEvents(text);
    all = calendarsIn(rest);
    for (const { calendar, lines } of events) {
      try {
        all[calendar]?.[2].push(eventIn(lines));
      } catch (error) {
        unreadable.push({ ...idAndName(lines), reason: reasonOf(error) });
      }
    }
  }
  return { calendars: all.map((one) => new ICAL.Component(one as unknown as string)), unreadable };
}

/** Why, in a few words. The parser quotes what it stumbled over: that may be another file than a calendar. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : 'it cannot be read')
    .replace(/["'][\s\S]*$/, '…')
    .replace(/\.$/, '')
    .slice(0, mostReasonCharacters);

export const shortName = (name: string): string => name.slice(0, mostNameCharacters).toWellFormed();

function calendarsIn(text: string): Parsed[] {
  const parsed = ICAL.parse(text) as unknown[];
  const all = (typeof parsed[0] === 'string' ? [parsed] : parsed) as Parsed[];
  if (all.length === 0 || all.some(([name]) => name !== 'vcalendar')) throw new Error('it holds no calendar');
  return all;
}

interface EventLines {
  /** Which of the text's calendars it stands in. */
  calendar: number;
  lines: string[];
}

/** What stands around the events, and each of them; one without an end goes to where the next begins, or its calendar ends. */
function withoutEvents(text: string): { rest: string; events: EventLines[] } {
  const rest: string[] = [];
  const events: EventLines[] = [];
  let calendar = -1;
  let event: EventLines | undefined;
  for (const line of text.split(/\r\n?|\n/)) {
    const word = line.trim().toUpperCase();
    if (word === 'END:VCALENDAR') event = undefined;
    if (word === 'BEGIN:VCALENDAR' && !event) calendar += 1;
    if (word === 'BEGIN:VEVENT') events.push((event = { calendar, lines: [] }));
    (event?.lines ?? rest).push(line);
    if (word === 'END:VEVENT') event = undefined;
  }
  return { rest: rest.join('\r\n'), events };
}

function eventIn(lines: readonly string[]): Parsed {
  const [calendar] = calendarsIn(['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR'].join('\r\n'));
  const [event] = calendar?.[2] ?? [];
  if (!event) throw new Error('it is no event');
  return event;
}

/** As far as lines show them that the parser does not take. */
function idAndName(lines: readonly string[]): Pick<UnreadableEvent, 'uid' | 'name'> {
  const text = lines.join('\n').replace(/\n[ \t]/g, '');
  const valueOf = (property: string): string =>
    (new RegExp(`^${property}(?:;[^:\\n]*)?:(.*)$`, 'im').exec(text)?.[1] ?? '')
      .replace(/\\n/gi, ' ')
      .replace(/\\([\\;,])/g, '$1')
      .trim();
  const uid = valueOf('UID').slice(-mostIdCharacters);
  return { ...(uid === '' ? {} : { uid }), name: shortName(valueOf('SUMMARY')) };
}
