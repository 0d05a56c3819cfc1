import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClipContainer } from '../fakes/clips.ts';
import { fps, numberedClip, scanner, scratch } from './media-kit.ts';
import { expectTrueClock, type DayFile, mergeDay, segmentSeconds } from './merge-day.ts';

let place: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  place = await scratch();
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

/** Three segments with a hole inside the second, the third ends early, the fourth is missing, the fifth is there. */
async function holedDay(container: ClipContainer, bFrames: number): Promise<DayFile[]> {
  const make = async (segment: number, clip: object): Promise<DayFile> => {
    const startSeconds = segment * segmentSeconds;
    const path = await numberedClip({
      dir: place.dir,
      name: `${container}-${bFrames}-${segment}`,
      container,
      bFrames,
      gopFrames: 25,
      seconds: segmentSeconds,
      baseSeconds: startSeconds,
      ...clip,
    });
    return { path, startSeconds };
  };
  const inner = { holes: [{ startSeconds: 4, lengthSeconds: 3 }], holesInAudio: true };
  return [await make(0, {}), await make(1, inner), await make(2, { seconds: 8 }), await make(4, {})];
}

describe('the merged file of a day with holes', () => {
  it.each([
    ['flv', 0],
    ['flv', 2],
    ['mp4', 2],
    ['fmp4', 2],
    ['mpegts', 0],
    ['mpegts', 2],
    ['matroska', 0],
  ] as const)('shows each picture at its wall time: %s with %i B-frames', async (container, bFrames) => {
    const files = await holedDay(container, bFrames);
    const merged = await mergeDay({ dir: place.dir, files });
    expect(merged.files).toHaveLength(1);
    const compared = await expectTrueClock(merged);
    expect(compared).toBeGreaterThan((12 + 9 + 8 + 12) * fps - 8);
  });
});
