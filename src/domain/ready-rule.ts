// When the files of a lecture are looked for: some time after its end, and once more.
import { nextSlotMs, slotBeginMs, type SlotClock } from './lecture-slots.ts';

/**
 * First and second look for a lecture's files, epoch milliseconds; both count from the end, rounded up to where the recorder begins a new
 * file, because only then the last file is whole. The second look is never before the first. Source: NVR Merger, 60 and 180 minutes.
 */
export function readyTimes(
  at: { endMs: number; readyAfterSeconds: number; secondTryAfterSeconds: number } & SlotClock,
): { readyMs: number; secondTryMs: number } {
  const beginMs = slotBeginMs(at.endMs, at);
  const roundedMs = beginMs === at.endMs ? beginMs : nextSlotMs(at.endMs, at);
  const readyMs = roundedMs + at.readyAfterSeconds * 1000;
  return { readyMs, secondTryMs: Math.max(readyMs, roundedMs + at.secondTryAfterSeconds * 1000) };
}
