// Lists video packets at one end of an MP4 file with sample tables; fragments and unusual edits are for others.
import { ByteWindow, openFileSource } from '../scan/byte-source.ts';
import { type Box, BoxReader, boxesIn } from '../scan/mp4-boxes.ts';
import { playEdits } from '../scan/mp4-edits.ts';
import { type Movie, type Mp4Track, readMovie } from '../scan/mp4-moov.ts';
import { readSamples, readSyncSamples } from '../scan/mp4-samples.ts';
import type { Side } from './file-window.ts';
import { packetPrint, type VideoPacket } from './packet.ts';

const tableWindowBytes = 65_536;
/** Bytes of a sample that a print looks at. */
const headBytes = 64;

/** In decode order, at most `count`; undefined when only another reader can tell. A few hundred short reads, so they may block. */
export function mp4Packets(spec: { path: string; side: Side; count: number }): VideoPacket[] | undefined {
  const source = openFileSource(spec.path);
  try {
    const window = new ByteWindow(source, tableWindowBytes);
    const movie = movieIn(window);
    const track = movie?.tracks.find((candidate) => candidate.kind === 'vide' && candidate.timescale > 0);
    if (!movie || !track || movie.isFragmented) return undefined;
    const pts = ptsOf(window, movie, track);
    const sizes = sampleSizes(window, track);
    const positions = samplePositions(window, track, sizes);
    const total = positions.length;
    if (pts.length !== total || sizes.length < total) return undefined;
    const from = spec.side === 'head' ? 0 : Math.max(0, total - spec.count);
    const packets: VideoPacket[] = [];
    for (let index = from; index < Math.min(total, from + spec.count); index++) {
      const sizeBytes = sizes[index]!;
      const head = Buffer.alloc(Math.min(headBytes, sizeBytes));
      if (source.readInto(head, positions[index]!) < head.length) break;
      packets.push({ ptsSeconds: pts[index]!, sizeBytes, print: packetPrint(head, sizeBytes) });
    }
    return packets;
  } finally {
    source.close();
  }
}

function movieIn(window: ByteWindow): Movie | undefined {
  for (const box of boxesIn(window, 0, window.source.sizeBytes)) {
    if (box.type === 'moov' && box.end <= window.source.sizeBytes) return readMovie(window, box);
  }
  return undefined;
}

function ptsOf(window: ByteWindow, movie: Movie, track: Mp4Track): Float64Array {
  const { composition } = readSamples(window, track);
  const sync = track.edits.length > 0 ? readSyncSamples(window, track) : undefined;
  return playEdits({ track, movieTimescale: movie.timescale, composition, sync });
}

/** Bounded by the reader: a count that its table cannot hold gives a short list. */
function sampleSizes(window: ByteWindow, track: Mp4Track): Uint32Array {
  const table = track.tables.get('stsz');
  if (!table) return new Uint32Array(0);
  const reader = new BoxReader(window, table);
  reader.skip(4);
  const fixed = reader.u32();
  const claimed = reader.u32();
  const count =
    fixed === 0 ? Math.min(claimed, Math.floor(reader.remaining / 4)) : Math.min(claimed, 2 ** 22);
  return Uint32Array.from({ length: count }, () => (fixed === 0 ? reader.u32() : fixed));
}

/** File position of each sample: chunks of samples that lie one behind the other. */
function samplePositions(window: ByteWindow, track: Mp4Track, sizes: Uint32Array): Float64Array {
  const perChunk = chunkRuns(window, track.tables.get('stsc'));
  const offsets = track.tables.get('stco') ?? track.tables.get('co64');
  if (!offsets || perChunk.length === 0) return new Float64Array(0);
  const reader = new BoxReader(new ByteWindow(window.source, tableWindowBytes), offsets);
  reader.skip(4);
  const chunks = reader.u32();
  const positions = new Float64Array(sizes.length);
  let sample = 0;
  let run = 0;
  for (let chunk = 1; chunk <= chunks && sample < sizes.length && reader.remaining > 0; chunk++) {
    while ((perChunk[run + 1]?.first ?? Number.POSITIVE_INFINITY) <= chunk) run++;
    let position = offsets.type === 'stco' ? reader.u32() : reader.u64();
    for (let left = perChunk[run]!.count; left > 0 && sample < sizes.length; left--) {
      positions[sample] = position;
      position += sizes[sample++]!;
    }
  }
  return positions.subarray(0, sample);
}

function chunkRuns(window: ByteWindow, table: Box | undefined): { first: number; count: number }[] {
  if (!table) return [];
  const reader = new BoxReader(window, table);
  reader.skip(4);
  const runs: { first: number; count: number }[] = [];
  for (let left = reader.u32(); left > 0 && reader.remaining >= 12; left--) {
    runs.push({ first: reader.u32(), count: reader.u32() });
    reader.skip(4);
  }
  return runs;
}
