// A window of the local wall clock, as plans write it; calendar.ts places it on a day.
import { Fault } from './fault.ts';

const daySeconds = 86_400;

/** Seconds after local midnight on the clock's face, half-open; an end on the next day is `endSecond > 86400`. */
export interface LocalWindow {
  startSecond: number;
  endSecond: number;
}

const time = '(\\d{2}):([0-5]\\d)(?::([0-5]\\d))?';
const grammar = new RegExp(`^${time}-${time}$`);

/**
 * Reads `HH:MM-HH:MM` or `HH:MM:SS-HH:MM:SS`. An end at or before the start lies on the next day; `24:00` is an end only.
 * Throws Fault InputInvalid.
 */
export function parseLocalWindow(text: string): LocalWindow {
  const match = grammar.exec(text);
  if (!match) throw invalidWindow(text, 'write it as HH:MM-HH:MM or HH:MM:SS-HH:MM:SS');
  const startSecond = secondOfDay(match.slice(1, 4));
  const endSecond = secondOfDay(match.slice(4, 7));
  if (startSecond >= daySeconds) throw invalidWindow(text, 'it must start before 24:00');
  if (endSecond > daySeconds) throw invalidWindow(text, 'it must end at 24:00 or earlier on the clock');
  return { startSecond, endSecond: endSecond <= startSecond ? endSecond + daySeconds : endSecond };
}

/** The canonical text of a window: `07:45-20:00`, with seconds only where one of the two has them. */
export function formatLocalWindow(window: LocalWindow): string {
  const withSeconds = window.startSecond % 60 !== 0 || window.endSecond % 60 !== 0;
  const parts = [window.startSecond, clockEnd(window.endSecond)].map((second) => clockDigits(second));
  return parts.map(([hh, mm, ss]) => (withSeconds ? `${hh}:${mm}:${ss}` : `${hh}:${mm}`)).join('-');
}

/** The window as part of a file name: `0745-2000`, or `074500-200030` where seconds matter. One text per window. */
export function windowLabel(window: LocalWindow): string {
  return formatLocalWindow(window).replaceAll(':', '');
}

/** An end at the next midnight reads 24:00; one after it shows the next day's clock. */
const clockEnd = (endSecond: number): number => (endSecond > daySeconds ? endSecond - daySeconds : endSecond);

function clockDigits(second: number): [string, string, string] {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return [two(second / 3600), two((second / 60) % 60), two(second % 60)];
}

function secondOfDay([hh, mm, ss]: readonly (string | undefined)[]): number {
  return Number(hh) * 3600 + Number(mm) * 60 + Number(ss ?? 0);
}

function invalidWindow(text: string, remedy: string): Fault {
  return new Fault(
    'InputInvalid',
    `The window ${JSON.stringify(text.slice(0, 60))} is not valid: ${remedy}.`,
  );
}
