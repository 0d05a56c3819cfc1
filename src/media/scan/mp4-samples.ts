// Expands the sample tables of one MP4 track into decode and composition times, in ticks of the track's clock.
import type { ByteWindow } from './byte-source.ts';
import { BoxReader } from './mp4-boxes.ts';
import type { Mp4Track } from './mp4-moov.ts';
import { maxTrackSamples, tooManySamples } from './track-times.ts';

export interface TrackSamples {
  /** Composition times (presentation before edits), in decode order. */
  composition: Float64Array;
  /** The largest step back of the decode time. */
  backwardsTicks: number;
}

/** Times out of `stts` and `ctts`; as many as both `stts` and the size table know. */
export function readSamples(window: ByteWindow, track: Mp4Track): TrackSamples {
  const count = Math.min(timedSamples(window, track), sizedSamples(window, track));
  if (count > maxTrackSamples || count > window.source.sizeBytes) throw tooManySamples(count);
  const composition = new Float64Array(count);
  const backwardsTicks = fillDecodeTimes(window, track, composition);
  addCompositionOffsets(window, track, composition);
  return { composition, backwardsTicks };
}

function timedSamples(window: ByteWindow, track: Mp4Track): number {
  let total = 0;
  forEachRun(window, track, 'stts', (count) => {
    total += count;
    return total <= maxTrackSamples;
  });
  return total;
}

/** Entries of the size table: a table that is too short for its own count tells only what it holds. */
function sizedSamples(window: ByteWindow, track: Mp4Track): number {
  const box = track.tables.get('stsz') ?? track.tables.get('stz2');
  if (!box) return 0;
  const reader = new BoxReader(window, box);
  reader.skip(4);
  const sizeField = reader.u32();
  const count = reader.u32();
  if (box.type === 'stsz' && sizeField !== 0) return count;
  const bits = box.type === 'stsz' ? 32 : Math.max(4, sizeField & 0xff);
  return Math.min(count, Math.floor((Math.max(0, reader.remaining) * 8) / bits));
}

function fillDecodeTimes(window: ByteWindow, track: Mp4Track, times: Float64Array): number {
  let index = 0;
  let decode = 0;
  let backwards = 0;
  forEachRun(window, track, 'stts', (count, value) => {
    const delta = value | 0;
    backwards = Math.max(backwards, -delta);
    for (let left = count; left > 0 && index < times.length; left--) {
      times[index++] = decode;
      decode += delta;
    }
    return index < times.length;
  });
  return backwards;
}

/**
 * Offsets are signed whatever the version of the table says: writers ignore that difference. A negative offset moves the whole
 * track up until none is negative, as ffmpeg does, whose clock the merge will use.
 */
function addCompositionOffsets(window: ByteWindow, track: Mp4Track, times: Float64Array): void {
  let index = 0;
  let lowest = 0;
  forEachRun(window, track, 'ctts', (count, value) => {
    const offset = value | 0;
    lowest = Math.min(lowest, offset);
    for (let left = count; left > 0 && index < times.length; left--) times[index++]! += offset;
    return index < times.length;
  });
  if (lowest < 0) for (let at = 0; at < times.length; at++) times[at]! -= lowest;
}

/** Runs of a run-length table (`stts`, `ctts`); the visitor answers false to stop. */
function forEachRun(
  window: ByteWindow,
  track: Mp4Track,
  table: 'stts' | 'ctts',
  visit: (count: number, value: number) => boolean,
): void {
  const box = track.tables.get(table);
  if (!box) return;
  const reader = new BoxReader(window, box);
  reader.skip(4);
  for (let left = reader.u32(); left > 0 && reader.remaining >= 8; left--) {
    if (!visit(reader.u32(), reader.u32())) return;
  }
}

/** Indexes of the samples that can be decoded alone, ascending; undefined when every sample can. */
export function readSyncSamples(window: ByteWindow, track: Mp4Track): Uint32Array | undefined {
  const box = track.tables.get('stss');
  if (!box) return undefined;
  const reader = new BoxReader(window, box);
  reader.skip(4);
  const count = Math.min(
    reader.u32(),
    Math.floor(Math.max(0, reader.remaining - 4) / 4) + 1,
    maxTrackSamples,
  );
  const indexes = new Uint32Array(count);
  for (let index = 0; index < count; index++) indexes[index] = Math.max(0, reader.u32() - 1);
  return indexes;
}
