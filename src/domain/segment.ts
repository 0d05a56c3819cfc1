// A segment: a fixed piece of one camera's archive time, its key, and how a window is cut into segments.
import type { MsRange } from './range.ts';
import { slugOf } from './slug.ts';

/** (camera, startAt, seconds) names a segment for all plans; `startUnix` is epoch seconds. */
export interface SegmentKey {
  cameraId: string;
  startUnix: number;
  seconds: number;
}

export const segmentRange = (key: Pick<SegmentKey, 'startUnix' | 'seconds'>): MsRange => ({
  startMs: key.startUnix * 1000,
  endMs: (key.startUnix + key.seconds) * 1000,
});

/**
 * Cuts a window into segments from its start on; the last one is shorter when the window does not divide evenly.
 * @param window whole seconds, half-open
 */
export function cutIntoSegments(window: MsRange, seconds: number): Omit<SegmentKey, 'cameraId'>[] {
  const segments: Omit<SegmentKey, 'cameraId'>[] = [];
  const endUnix = window.endMs / 1000;
  for (let startUnix = window.startMs / 1000; startUnix < endUnix; startUnix += seconds) {
    segments.push({ startUnix, seconds: Math.min(seconds, endUnix - startUnix) });
  }
  return segments;
}

/** One path segment: `<camera>-<unix start>` for 900 s, `…-<seconds>s` for any other length, so that no length overwrites another. Source: Churo's names. */
export function segmentStem(key: SegmentKey): string {
  const stem = `${slugOf(key.cameraId)}-${key.startUnix}`;
  return key.seconds === 900 ? stem : `${stem}-${key.seconds}s`;
}
