// Places composition times of an MP4 track on the movie's clock by its edit list (ISO 14496-12, 8.6.6), as ffmpeg does.
import type { Edit, Mp4Track } from './mp4-moov.ts';

export interface EditedTrack {
  track: Mp4Track;
  movieTimescale: number;
  /** Ticks of the track, decode order. */
  composition: Float64Array;
  /** Indexes of samples that can be decoded alone; undefined when every sample can. */
  sync: Uint32Array | undefined;
}

/** Fragments: the edit list only shifts the clock, every sample stays. */
export function shiftByEdits(spec: Omit<EditedTrack, 'sync'>): Float64Array {
  const { track, composition } = spec;
  const mediaTime = track.edits.find((edit) => edit.mediaTime >= 0)?.mediaTime ?? 0;
  const emptySeconds = leadingEmptyTicks(track.edits) / spec.movieTimescale;
  return composition.map((ticks) => (ticks - mediaTime) / track.timescale + emptySeconds);
}

/**
 * Sample tables: edits play one after another, each from the key frame before it, because a decoder needs these frames (they get
 * times before the edit). The first frame shown stands at the edit's start, even when the edit begins between two frames.
 */
export function playEdits(spec: EditedTrack): Float64Array {
  const { composition, track } = spec;
  if (!track.edits.some((edit) => edit.mediaTime >= 0)) return shiftByEdits(spec);
  const parts: Float64Array[] = [];
  let startSeconds = 0;
  let total = 0;
  for (const edit of track.edits) {
    const lengthSeconds = edit.duration / spec.movieTimescale;
    if (edit.mediaTime >= 0) {
      const part = playEdit(spec, { edit, lengthSeconds, startSeconds });
      parts.push(part);
      total += part.length;
    }
    startSeconds += lengthSeconds;
    if (total > 2 * composition.length) break;
  }
  return parts.length === 1 ? parts[0]! : joined(parts, total);
}

function playEdit(
  spec: EditedTrack,
  at: { edit: Edit; lengthSeconds: number; startSeconds: number },
): Float64Array {
  const { composition, track } = spec;
  const { mediaTime, duration } = at.edit;
  const endTicks = duration > 0 ? mediaTime + at.lengthSeconds * track.timescale : Number.POSITIVE_INFINITY;
  const first = keyFrameBefore(spec, mediaTime);
  const last = keyFrameAfter(spec, endTicks);
  let shownTicks = Number.POSITIVE_INFINITY;
  for (let index = first; index < last; index++) {
    const ticks = composition[index]!;
    if (ticks >= mediaTime && ticks < shownTicks) shownTicks = ticks;
  }
  const zeroTicks = shownTicks < endTicks ? shownTicks : mediaTime;
  return composition
    .slice(first, last)
    .map((ticks) => (ticks - zeroTicks) / track.timescale + at.startSeconds);
}

function leadingEmptyTicks(edits: readonly Edit[]): number {
  let ticks = 0;
  for (const edit of edits) {
    if (edit.mediaTime >= 0) break;
    ticks += edit.duration;
  }
  return ticks;
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

/** The first key frame at or behind the end: frames before it belong to the edit or were needed to decode it. */
function keyFrameAfter(spec: EditedTrack, endTicks: number): number {
  const { composition, sync } = spec;
  const count = sync?.length ?? composition.length;
  for (let position = 0; position < count; position++) {
    const index = sync?.[position] ?? position;
    const ticks = composition[index];
    if (ticks === undefined) break;
    if (ticks >= endTicks) return index;
  }
  return composition.length;
}

function joined(parts: readonly Float64Array[], total: number): Float64Array {
  const all = new Float64Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
