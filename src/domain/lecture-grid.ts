// The one clock of a lecture: which frames and samples belong to each of its slots, so that the slots' sums are exact.

/** Rate of the sound in slots and in the finished video, samples a second. */
export const samplesPerSecond = 48_000;

/** A slot's share of the lecture, and when its first picture and its first sample are. */
export interface SlotGrid {
  /** Number of the slot's first frame in the lecture. */
  firstFrame: number;
  frames: number;
  firstSample: number;
  samples: number;
  /** Wall times, epoch milliseconds with a fraction: positions in the slot are counted from them. */
  firstFrameMs: number;
  firstSampleMs: number;
}

/**
 * Frame k shows the wall time start + k / rate and belongs to the slot with `fromMs` <= time < `toMs`; samples alike. Slots that touch
 * share nothing and leave nothing out.
 * @param slot times in epoch milliseconds, whole ones; what lies before the lecture's start is not counted; frames a second, whole
 */
export function slotGrid(slot: {
  lectureStartMs: number;
  fromMs: number;
  toMs: number;
  frameRate: number;
}): SlotGrid {
  const { lectureStartMs, frameRate } = slot;
  const fromMs = Math.max(0, slot.fromMs - lectureStartMs);
  const toMs = Math.max(fromMs, slot.toMs - lectureStartMs);
  const firstFrame = firstTick(fromMs, frameRate);
  const firstSample = firstTick(fromMs, samplesPerSecond);
  return {
    firstFrame,
    frames: firstTick(toMs, frameRate) - firstFrame,
    firstSample,
    samples: firstTick(toMs, samplesPerSecond) - firstSample,
    firstFrameMs: lectureStartMs + (firstFrame * 1000) / frameRate,
    firstSampleMs: lectureStartMs + (firstSample * 1000) / samplesPerSecond,
  };
}

/**
 * Where a recorded file stands in a slot, for its pictures and for its sound: position on the grid minus time in the file, seconds. The
 * first picture is up to a frame behind the slot's beginning, the first sample up to a sample.
 * @param file the wall time, epoch milliseconds, of its presentation time 0
 */
export function shiftsOnGrid(
  grid: Pick<SlotGrid, 'firstFrameMs' | 'firstSampleMs'>,
  file: { wallAtPtsZeroMs: number },
): { pictureSeconds: number; soundSeconds: number } {
  return {
    pictureSeconds: (file.wallAtPtsZeroMs - grid.firstFrameMs) / 1000,
    soundSeconds: (file.wallAtPtsZeroMs - grid.firstSampleMs) / 1000,
  };
}

/** The first tick at or after a time; the product is whole, so nothing is lost before the division. */
const firstTick = (ms: number, ticksPerSecond: number): number => Math.ceil((ms * ticksPerSecond) / 1000);
