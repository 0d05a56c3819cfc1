// Two hours of a lecture out of sources of different rates, one of which lacks a slot: every picture of both panes says which moment it is of.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shiftsOnGrid, slotGrid } from '../../src/domain/lecture-grid.ts';
import { type JoinSlot, joinSlots } from '../../src/media/lecture/join-slots.ts';
import type { PaneSource } from '../../src/media/lecture/compose-slot.ts';
import { ffprobeTimes } from '../fakes/clips.ts';
import { compose, deps, pane, paneNumbers } from '../media/lecture/compose-kit.ts';
import { neverAborted, numberedClip, scanner, scratch } from '../media/media-kit.ts';

const frameRate = 25;
const slotSeconds = 1800;
/** Between two pictures of every source and of the grid. */
const lectureStartMs = 13;
const lectureEndMs = (4 * slotSeconds + 60) * 1000;
const missingSlot = 2;
/** Pictures carry sixteen bits of their number. */
const numbers = 2 ** 16;

let place: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  place = await scratch();
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

interface Recorder {
  name: string;
  fps: number;
  container: 'flv' | 'mp4';
}
const lecturer: Recorder = { name: 'lecturer', fps: 15, container: 'flv' };
const screen: Recorder = { name: 'screen', fps: 25, container: 'mp4' };

/** The file of a slot: its picture at wall time t shows t × 25. */
async function recorded(
  recorder: Recorder,
  slot: number,
): Promise<{ path: string; wallAtPtsZeroMs: number }> {
  const seconds = Math.min(slotSeconds, lectureEndMs / 1000 - slot * slotSeconds);
  const path = await numberedClip({
    ...{
      ...recorder,
      dir: place.dir,
      name: `${recorder.name}-${slot}`,
      seconds,
      audio: false,
      gopFrames: 250,
    },
    baseSeconds: slot * slotSeconds,
  });
  const [first] = await ffprobeTimes(path);
  return { path, wallAtPtsZeroMs: (slot * slotSeconds - first!) * 1000 };
}

const slots = Array.from({ length: Math.ceil(lectureEndMs / 1000 / slotSeconds) }, (_, index) => {
  const toMs = Math.min((index + 1) * slotSeconds * 1000, lectureEndMs);
  return slotGrid({ lectureStartMs, fromMs: index * slotSeconds * 1000, toMs, frameRate });
});

async function composed(index: number): Promise<JoinSlot> {
  const grid = slots[index]!;
  const paneOf = async (recorder: Recorder): Promise<PaneSource> => {
    const file = await recorded(recorder, index);
    const { container } = recorder;
    return {
      kind: 'file',
      path: file.path,
      container,
      shiftSeconds: shiftsOnGrid(grid, file).pictureSeconds,
    };
  };
  const { frames, samples } = grid;
  const { path } = await compose({
    ...{ dir: place.dir, name: `slot-${index}`, seconds: 0, frames, samples },
    left: index === missingSlot ? { kind: 'filler', caption: 'Not recorded' } : await paneOf(lecturer),
    right: await paneOf(screen),
  });
  return { path, frames, samples };
}

test('panes stay within a frame of the clock and of each other over two hours, also behind a missing slot', async () => {
  const pieces: JoinSlot[] = [];
  for (const index of slots.keys()) pieces.push(await composed(index));
  const outPath = `${place.dir}/lecture.mp4`;
  const about = {
    chapters: [],
    title: 'Two hours',
    workDir: place.dir,
    stallSeconds: 120,
    signal: neverAborted,
  };
  const { frames } = await joinSlots(deps, { slots: pieces, outPath, ...about });
  expect(frames).toBe(((lectureEndMs - lectureStartMs) / 1000 + 0.013) * frameRate);
  const [left, right] = [await paneNumbers(outPath, 0), await paneNumbers(outPath, pane.width)];
  expect([left.length, right.length]).toEqual([frames, frames]);
  const missing = slots[missingSlot]!;
  const isMissing = (frame: number): boolean =>
    frame >= missing.firstFrame && frame < missing.firstFrame + missing.frames;
  expect(right.filter((number, frame) => apart(number, frame) > 1)).toEqual([]);
  expect(left.filter((number, frame) => !isMissing(frame) && apart(number, frame) > 1)).toEqual([]);
  expect(left.filter((number, frame) => !isMissing(frame) && apart(number, right[frame]!) > 1)).toEqual([]);
  const filler = new Set(left.slice(missing.firstFrame, missing.firstFrame + missing.frames));
  expect(filler.size).toBe(1);
});

/** Distance on the circle of sixteen bits, in pictures. */
function apart(a: number, b: number): number {
  const around = (((a - b) % numbers) + numbers) % numbers;
  return Math.min(around, numbers - around);
}
