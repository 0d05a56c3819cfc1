// The half hours of a room: where its recorder begins a new file, and which of these files a lecture needs.
import { localParts, windowOnDate } from './calendar.ts';

const daySeconds = 86_400;

export interface LectureSlot {
  /** 0 for the first slot of the lecture. */
  index: number;
  /** The recorder's file, epoch milliseconds, half-open. */
  startMs: number;
  endMs: number;
  /** The part of it that the lecture needs, half-open and never empty. */
  fromMs: number;
  toMs: number;
}

/** How a room's recorder begins its files: at multiples of `slotSeconds` after midnight on the clock of the zone. */
export interface SlotClock {
  slotSeconds: number;
  timeZone: string;
}

/**
 * The slots that a lecture touches, in order and without holes; from `fromMs` of the first to `toMs` of the last is the lecture.
 *
 * A slot begins whenever the local clock shows a multiple of `slotSeconds` since midnight, or jumps over one; so a clock hour that is
 * shown twice gives its slots twice, one that is skipped gives none, and slots longer than the change are longer or shorter that day.
 * @param at epoch milliseconds, half-open; empty for a lecture that ends before it starts
 */
export function lectureSlots(at: { startMs: number; endMs: number } & SlotClock): LectureSlot[] {
  const slots: LectureSlot[] = [];
  if (at.endMs <= at.startMs) return slots;
  let startMs = slotBeginMs(at.startMs, at);
  while (startMs < at.endMs) {
    const endMs = nextSlotMs(startMs, at);
    const fromMs = Math.max(startMs, at.startMs);
    slots.push({ index: slots.length, startMs, endMs, fromMs, toMs: Math.min(endMs, at.endMs) });
    startMs = endMs;
  }
  return slots;
}

/** Where the slot begins that holds this instant; epoch milliseconds. */
export function slotBeginMs(epochMs: number, clock: SlotClock): number {
  const wholeMs = Math.floor(epochMs / 1000) * 1000;
  const local = localSeconds(wholeMs, clock);
  const straightMs = wholeMs - phaseOf(local, clock) * 1000;
  if (offsetSeconds(straightMs, clock) === local - wholeMs / 1000) return straightMs;
  let beginMs = midnightMs(wholeMs, clock);
  for (let nextMs = beginMs; nextMs <= wholeMs; nextMs = nextSlotMs(nextMs, clock)) beginMs = nextMs;
  return beginMs;
}

/** Where the first slot after this instant begins; later than the instant. Epoch milliseconds. */
export function nextSlotMs(epochMs: number, clock: SlotClock): number {
  const wholeMs = Math.floor(epochMs / 1000) * 1000;
  const local = localSeconds(wholeMs, clock);
  const ahead = Math.min(clock.slotSeconds - phaseOf(local, clock), daySeconds - secondOfDay(local));
  const straightMs = wholeMs + ahead * 1000;
  const offset = local - wholeMs / 1000;
  if (offsetSeconds(straightMs, clock) === offset) return straightMs;
  const changeMs = offsetChangeMs({ afterMs: wholeMs, toMs: straightMs, offset, clock });
  const shown = localSeconds(changeMs, clock);
  const jumpsOverIt = shown >= local + ahead;
  return jumpsOverIt || phaseOf(shown, clock) === 0 ? changeMs : nextSlotMs(changeMs, clock);
}

/** The first instant after `afterMs` at which the offset is no longer `offset`; it has changed at `toMs`. */
function offsetChangeMs(at: { afterMs: number; toMs: number; offset: number; clock: SlotClock }): number {
  let before = at.afterMs / 1000;
  let after = at.toMs / 1000;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetSeconds(middle * 1000, at.clock) === at.offset) before = middle;
    else after = middle;
  }
  return after * 1000;
}

function midnightMs(epochMs: number, { timeZone }: SlotClock): number {
  const { date } = localParts(epochMs, timeZone);
  return windowOnDate({ date, window: { startSecond: 0, endSecond: daySeconds }, timeZone }).startMs;
}

/** What the local clock shows, as seconds since 1970-01-01T00:00 on its face. */
function localSeconds(epochMs: number, { timeZone }: SlotClock): number {
  const { date, hh, mm, ss } = localParts(epochMs, timeZone);
  return Date.parse(`${date}T${hh}:${mm}:${ss}Z`) / 1000;
}

const offsetSeconds = (epochMs: number, clock: SlotClock): number =>
  localSeconds(epochMs, clock) - epochMs / 1000;

const secondOfDay = (local: number): number => ((local % daySeconds) + daySeconds) % daySeconds;

const phaseOf = (local: number, { slotSeconds }: SlotClock): number => secondOfDay(local) % slotSeconds;
