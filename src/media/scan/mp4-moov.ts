// Reads the header of an MP4 (`moov`) into tracks: clock, edits, codec, and where the sample tables lie; the tables stay in the file.
import type { ByteWindow } from './byte-source.ts';
import { BoxReader, boxesIn, type Box } from './mp4-boxes.ts';
import { readSampleEntries } from './mp4-codec.ts';
import type { AudioParameters, VideoParameters } from './stream-key.ts';

export interface Edit {
  /** In the movie's clock; 0 means "to the end". */
  duration: number;
  /** In the track's clock; -1 for an empty edit. */
  mediaTime: number;
}

export interface FragmentDefaults {
  duration: number;
  size: number;
}

export interface Mp4Track {
  id: number;
  kind: 'vide' | 'soun' | 'other';
  /** Ticks a second */
  timescale: number;
  edits: Edit[];
  video?: VideoParameters;
  audio?: AudioParameters;
  /** stts, ctts, stsz, stz2, stsc, stco, co64, stss */
  tables: Map<string, Box>;
  fragmentDefaults: FragmentDefaults;
}

export interface Movie {
  timescale: number;
  tracks: Mp4Track[];
  isFragmented: boolean;
}

/** More tracks than any recorder writes; the rest is ignored. */
const maxTracks = 64;
/** Edits of one track that we read; recorders write one or two, and each costs a walk over the samples. */
const maxEdits = 64;

export function readMovie(window: ByteWindow, moov: Box): Movie {
  const movie: Movie = { timescale: 1000, tracks: [], isFragmented: false };
  for (const box of boxesIn(window, moov.body, moov.end)) {
    if (box.type === 'mvhd') movie.timescale = headerTimescale(window, box) || 1000;
    if (box.type === 'trak' && movie.tracks.length < maxTracks) movie.tracks.push(readTrack(window, box));
    if (box.type === 'mvex') readExtends(window, box, movie);
  }
  return movie;
}

function readTrack(window: ByteWindow, trak: Box): Mp4Track {
  const track: Mp4Track = {
    id: 0,
    kind: 'other',
    timescale: 0,
    edits: [],
    tables: new Map(),
    fragmentDefaults: { duration: 0, size: 0 },
  };
  for (const box of boxesIn(window, trak.body, trak.end)) {
    if (box.type === 'tkhd') track.id = trackId(window, box);
    if (box.type === 'edts') readEdits(window, box, track);
    if (box.type === 'mdia') readMedia(window, box, track);
  }
  return track;
}

function readMedia(window: ByteWindow, mdia: Box, track: Mp4Track): void {
  for (const box of boxesIn(window, mdia.body, mdia.end)) {
    if (box.type === 'mdhd') track.timescale = headerTimescale(window, box);
    if (box.type === 'hdlr') track.kind = handlerKind(window, box);
    if (box.type !== 'minf') continue;
    for (const stbl of boxesIn(window, box.body, box.end)) {
      if (stbl.type === 'stbl') readTables(window, stbl, track);
    }
  }
}

function readTables(window: ByteWindow, stbl: Box, track: Mp4Track): void {
  for (const box of boxesIn(window, stbl.body, stbl.end)) {
    if (!track.tables.has(box.type) && track.tables.size < 32) track.tables.set(box.type, box);
  }
  const stsd = track.tables.get('stsd');
  if (stsd) Object.assign(track, readSampleEntries(window, stsd, track.kind));
}

/** `mvhd` and `mdhd` share their head: version, two dates, ticks a second. */
function headerTimescale(window: ByteWindow, box: Box): number {
  const reader = new BoxReader(window, box);
  const isLong = reader.u32() >>> 24 === 1;
  reader.skip(isLong ? 16 : 8);
  return reader.u32();
}

function trackId(window: ByteWindow, box: Box): number {
  const reader = new BoxReader(window, box);
  const isLong = reader.u32() >>> 24 === 1;
  reader.skip(isLong ? 16 : 8);
  return reader.u32();
}

function handlerKind(window: ByteWindow, box: Box): Mp4Track['kind'] {
  const at = window.ensure(box.body, 12);
  const kind = at < 0 ? '' : window.bytes.toString('latin1', at + 8, at + 12);
  return kind === 'vide' || kind === 'soun' ? kind : 'other';
}

function readEdits(window: ByteWindow, edts: Box, track: Mp4Track): void {
  for (const box of boxesIn(window, edts.body, edts.end)) {
    if (box.type !== 'elst') continue;
    const reader = new BoxReader(window, box);
    const isLong = reader.u32() >>> 24 === 1;
    const count = Math.min(reader.u32(), maxEdits);
    for (let index = 0; index < count && reader.remaining > 0; index++) {
      const duration = isLong ? reader.u64() : reader.u32();
      const mediaTime = isLong ? reader.i64() : reader.i32();
      reader.skip(4);
      track.edits.push({ duration, mediaTime });
    }
  }
}

function readExtends(window: ByteWindow, mvex: Box, movie: Movie): void {
  movie.isFragmented = true;
  for (const box of boxesIn(window, mvex.body, mvex.end)) {
    if (box.type !== 'trex') continue;
    const reader = new BoxReader(window, box);
    reader.skip(4);
    const id = reader.u32();
    reader.skip(4);
    const defaults = { duration: reader.u32(), size: reader.u32() };
    for (const track of movie.tracks) if (track.id === id) track.fragmentDefaults = defaults;
  }
}
