// Calendars as text for tests: events by their lines, and the range that is asked for.

export const calendar = (...lines: readonly (string | readonly string[])[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines.flat(), 'END:VCALENDAR', ''].join('\r\n');

export const event = (uid: string, ...lines: string[]): string[] => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  'DTSTAMP:20260901T000000Z',
  ...lines,
  'END:VEVENT',
];

/** A zone that no platform knows: two hours and a half ahead, without daylight saving. */
export const ownZone = [
  'BEGIN:VTIMEZONE',
  'TZID:Hall Time',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0230',
  'TZOFFSETTO:+0230',
  'END:STANDARD',
  'END:VTIMEZONE',
];
