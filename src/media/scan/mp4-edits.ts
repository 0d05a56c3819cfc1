// Places composition times of an MP4 track on the movie's clock by its edit list (ISO 14496-12, 8.6.6).
import type { Edit, Mp4Track } from './mp4-moov.ts';

export interface EditedTrack {
  track: Mp4Track;
  movieTimescale: number;
  /** Ticks of the track, decode order. */
  composition: Float64Array;
  /** Indexes of samples that can be decoded alone; undefined when every sample can. */
  sync: Uint32Array | undefined;
}

/**
 * Presentation seconds. One edit only shifts the times, and frames before it stay with negative times, because a decoder needs them.
 * Several edits play their stretches one after another, each from the key frame before it.
 */
export function placeEdits(spec: EditedTrack): Float64Array {
  const { track, movieTimescale } = spec;
  const shown = track.edits.filter((edit) => edit.mediaTime >= 0);
  if (shown.length <= 1) {
    const emptySeconds = leadingEmptyTicks(track.edits) / movieTimescale;
    const mediaTime = shown[0]?.mediaTime ?? 0;
    return spec.composition.map((ticks) => (ticks - mediaTime) / track.timescale + emptySeconds);
  }
  return playEdits(spec);
}

function leadingEmptyTicks(edits: readonly Edit[]): number {
  let ticks = 0;
  for (const edit of edits) {
    if (edit.mediaTime >= 0) break;
    ticks += edit.duration;
  }
  return ticks;
}

function playEdits(spec: EditedTrack): Float64Array {
  const { composition, track, movieTimescale } = spec;
  const seconds: number[] = [];
  let startSeconds = 0;
  for (const edit of track.edits) {
    const lengthSeconds = edit.duration / movieTimescale;
    if (edit.mediaTime >= 0) {
      const endTicks =
        edit.duration > 0 ? edit.mediaTime + lengthSeconds * track.timescale : Number.POSITIVE_INFINITY;
      for (let index = keyFrameBefore(spec, edit.mediaTime); index < composition.length; index++) {
        const ticks = composition[index]!;
        if (ticks < endTicks) seconds.push((ticks - edit.mediaTime) / track.timescale + startSeconds);
      }
    }
    startSeconds += lengthSeconds;
    if (seconds.length > composition.length * 2) break;
  }
  return Float64Array.from(seconds);
}

function keyFrameBefore(spec: EditedTrack, mediaTime: number): number {
  const { composition, sync } = spec;
  let found = 0;
  const count = sync?.length ?? composition.length;
  for (let position = 0; position < count; position++) {
    const index = sync?.[position] ?? position;
    const ticks = composition[index];
    if (ticks === undefined || ticks > mediaTime) break;
    found = index;
  }
  return found;
}
