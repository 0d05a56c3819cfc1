// Reads presentation times of MP4 files, from the tables in `moov` and from movie fragments; the pictures are not read.
import { ByteWindow, type ByteSource } from './byte-source.ts';
import { boxesIn } from './mp4-boxes.ts';
import { playEdits, shiftByEdits } from './mp4-edits.ts';
import { FragmentTimes, readFragment } from './mp4-fragments.ts';
import { readMovie, type Movie, type Mp4Track } from './mp4-moov.ts';
import { hasChunkBeyondEnd, samplesInFile } from './mp4-positions.ts';
import { readSamples, readSyncSamples } from './mp4-samples.ts';
import { streamKeyOf } from './stream-key.ts';
import {
  discontinuitySeconds,
  emptyTimes,
  maxTrackSamples,
  tooManySamples,
  type TrackTimes,
} from './track-times.ts';

/** Holds a whole fragment header and hundreds of table entries; bigger reads would pull pictures in. */
const windowBytes = 65_536;

interface Followed {
  track: Mp4Track;
  times: FragmentTimes;
}

interface Layout {
  movie: Movie | undefined;
  followed: { video: Followed | undefined; audio: Followed | undefined };
  truncated: boolean;
}

/** Times of the first video and audio track on the movie's clock. */
export function readMp4(source: ByteSource): TrackTimes {
  const window = new ByteWindow(source, windowBytes);
  const layout = readLayout(window);
  const { movie } = layout;
  if (!movie) return emptyTimes('mp4', { truncated: true });
  const spec = { window, movie, isTruncated: layout.truncated };
  const video = trackSeconds(spec, layout.followed.video);
  const audio = trackSeconds(spec, layout.followed.audio);
  const streamKey = streamKeyOf(layout.followed.video?.track.video, layout.followed.audio?.track.audio);
  return {
    container: 'mp4',
    videoPts: video.seconds,
    audioPts: audio.seconds,
    hasVideo: video.seconds.length > 0,
    hasAudio: audio.seconds.length > 0,
    discontinuity: video.backwardsSeconds > discontinuitySeconds,
    truncated: layout.truncated || video.isCut || audio.isCut,
    corrupt: false,
    ...(streamKey ? { streamKey } : {}),
  };
}

function readLayout(window: ByteWindow): Layout {
  const { sizeBytes } = window.source;
  const layout: Layout = {
    movie: undefined,
    followed: { video: undefined, audio: undefined },
    truncated: false,
  };
  const byId = new Map<number, Followed>();
  let position = 0;
  for (const box of boxesIn(window, 0, sizeBytes)) {
    position = box.end;
    const isCut = box.end > sizeBytes;
    layout.truncated ||= isCut;
    if (box.type === 'moov' && !layout.movie && !isCut) {
      layout.movie = readMovie(window, box);
      layout.followed = {
        video: follow(layout.movie, 'vide', byId),
        audio: follow(layout.movie, 'soun', byId),
      };
    }
    if (box.type === 'moof' && layout.movie && !isCut) {
      if (!readFragment({ window, tracks: byId }, box)) layout.truncated = true;
    }
  }
  layout.truncated ||= position < sizeBytes;
  return layout;
}

function follow(movie: Movie, kind: Mp4Track['kind'], byId: Map<number, Followed>): Followed | undefined {
  const track = movie.tracks.find((candidate) => candidate.kind === kind && candidate.timescale > 0);
  if (!track) return undefined;
  const followed = { track, times: new FragmentTimes() };
  byId.set(track.id, followed);
  return followed;
}

function trackSeconds(
  file: { window: ByteWindow; movie: Movie; isTruncated: boolean },
  followed: Followed | undefined,
): { seconds: Float64Array; backwardsSeconds: number; isCut: boolean } {
  if (!followed) return { seconds: new Float64Array(0), backwardsSeconds: 0, isCut: false };
  const { window } = file;
  const { track, times } = followed;
  const table = readSamples(window, track);
  const count = table.composition.length;
  const mayBeCut = count > 0 && (file.isTruncated || hasChunkBeyondEnd(window, track));
  const inFile = mayBeCut ? samplesInFile(window, track, count) : count;
  const spec = { track, movieTimescale: file.movie.timescale };
  const sync = track.edits.length > 0 ? readSyncSamples(window, track) : undefined;
  const fromTables = playEdits({ ...spec, composition: table.composition.subarray(0, inFile), sync });
  return {
    seconds: joinTimes(fromTables, shiftByEdits({ ...spec, composition: times.toArray() })),
    backwardsSeconds: Math.max(table.backwardsTicks, times.backwardsTicks) / track.timescale,
    isCut: inFile < count,
  };
}

function joinTimes(first: Float64Array, second: Float64Array): Float64Array {
  if (second.length === 0) return first;
  if (first.length === 0) return second;
  if (first.length + second.length > maxTrackSamples) throw tooManySamples(first.length + second.length);
  const joined = new Float64Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
