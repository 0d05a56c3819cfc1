// Finds which samples of an MP4 track really lie in the file: a download cut short keeps the table of all of them.
import { ByteWindow } from './byte-source.ts';
import { BoxReader, type Box } from './mp4-boxes.ts';
import type { Mp4Track } from './mp4-moov.ts';

/** How many samples, from the first in decode order, begin inside the file. `sampleCount` bounds the work. */
export function samplesInFile(window: ByteWindow, track: Mp4Track, sampleCount: number): number {
  const { sizeBytes } = window.source;
  const chunks = chunkOffsets(window, track);
  if (!chunks) return sampleCount;
  const perChunk = chunkLengths(window, track);
  const sizes = sampleSizes(window, track);
  let sample = 0;
  for (let chunk = 1; sample < sampleCount; chunk++) {
    let position = chunks.next();
    if (position === undefined) return sample;
    for (let left = perChunk(chunk); left > 0 && sample < sampleCount; left--) {
      if (position >= sizeBytes) return sample;
      position += sizes(sample++);
    }
  }
  return sample;
}

/** True when a chunk of the track begins beyond the end of the file. */
export function hasChunkBeyondEnd(window: ByteWindow, track: Mp4Track): boolean {
  const chunks = chunkOffsets(window, track);
  for (let offset = chunks?.next(); offset !== undefined; offset = chunks?.next()) {
    if (offset >= window.source.sizeBytes) return true;
  }
  return false;
}

function chunkOffsets(window: ByteWindow, track: Mp4Track): { next(): number | undefined } | undefined {
  const box = track.tables.get('stco') ?? track.tables.get('co64');
  if (!box) return undefined;
  const reader = tableReader(window, box);
  const entryBytes = box.type === 'stco' ? 4 : 8;
  reader.skip(4);
  let left = reader.u32();
  return {
    next: () => {
      if (left-- <= 0 || reader.remaining < entryBytes) return undefined;
      return entryBytes === 4 ? reader.u32() : reader.u64();
    },
  };
}

/** Samples in each chunk, asked for in ascending order (`stsc` names only the chunks where the number changes). */
function chunkLengths(window: ByteWindow, track: Mp4Track): (chunk: number) => number {
  const box = track.tables.get('stsc');
  if (!box) return () => 0;
  const reader = tableReader(window, box);
  reader.skip(4);
  let left = reader.u32();
  let current = 0;
  const readNext = (): { first: number; count: number } => {
    if (left-- <= 0 || reader.remaining < 12) return { first: Number.POSITIVE_INFINITY, count: 0 };
    const entry = { first: reader.u32(), count: reader.u32() };
    reader.skip(4);
    return entry;
  };
  let next = readNext();
  return (chunk) => {
    while (next.first <= chunk) {
      current = next.count;
      next = readNext();
    }
    return current;
  };
}

function sampleSizes(window: ByteWindow, track: Mp4Track): (sample: number) => number {
  const stsz = track.tables.get('stsz');
  if (!stsz) return () => 0;
  const head = tableReader(window, stsz);
  head.skip(4);
  const fixedSize = head.u32();
  if (fixedSize !== 0) return () => fixedSize;
  const reader = tableReader(window, { ...stsz, body: stsz.body + 12 });
  return () => reader.u32();
}

/** The tables take turns, so each is read through a small window of its own. */
function tableReader(window: ByteWindow, box: Box): BoxReader {
  return new BoxReader(new ByteWindow(window.source, 16_384), box);
}
