// Reads presentation times of FLV files, whole or in parts that two threads read at once and that must meet tag on tag.
import type { ByteSource } from './byte-source.ts';
import { walkFlv, type FlvPart } from './flv-walk.ts';
import { streamKeyOf } from './stream-key.ts';
import { videoParameters } from './flv-video.ts';
import { discontinuitySeconds, earliestSeconds, type TrackTimes } from './track-times.ts';

/** A first decode time below this is the start of the file: what the pictures come later is their reordering. */
const startMs = 100;

/** Times of the first video and audio stream. FLV times are whole milliseconds counted from 0. */
export function readFlv(source: ByteSource): TrackTimes {
  return timesOfParts([walkFlv(source, {})]);
}

/** One file's times out of its parts; undefined when a part does not begin where the one before it ended. */
export function joinFlvParts(parts: readonly FlvPart[]): TrackTimes | undefined {
  const meet = parts.every(
    (part, index) => index === 0 || part.startPosition === parts[index - 1]!.endPosition,
  );
  return meet ? timesOfParts(parts) : undefined;
}

function timesOfParts(parts: readonly FlvPart[]): TrackTimes {
  const videoPts = concatenated(parts.map((part) => part.video.pts));
  const audioPts = concatenated(parts.map((part) => part.audioPts));
  const videos = parts.map((part) => part.video);
  const firstDecodeMs = videos.find((video) => video.firstDecodeMs !== undefined)?.firstDecodeMs;
  const startsAtZero = firstDecodeMs !== undefined && firstDecodeMs < startMs;
  const unsupported = videos.find((video) => video.unsupported)?.unsupported;
  const audio = parts.find((part) => part.audio)?.audio;
  const streamKey = streamKeyOf(videoParameters(videos), audio);
  return {
    container: 'flv',
    videoPts,
    audioPts,
    hasVideo: videoPts.length > 0,
    hasAudio: audioPts.length > 0,
    ...(startsAtZero ? { originSeconds: earliestSeconds(videoPts, audioPts) } : {}),
    discontinuity: backwardsMs(parts) > discontinuitySeconds * 1000,
    truncated: parts.some((part) => part.truncated),
    corrupt: parts.some((part) => part.corrupt),
    ...(unsupported ? { unsupported } : {}),
    ...(streamKey ? { streamKey } : {}),
  };
}

/** The largest step back of the decode time inside the parts and between them. */
function backwardsMs(parts: readonly FlvPart[]): number {
  let largest = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { video } of parts) {
    largest = Math.max(largest, video.backwardsMs);
    if (video.firstDecodeMs === undefined) continue;
    largest = Math.max(largest, lastMs - video.firstDecodeMs);
    lastMs = video.lastDecodeMs;
  }
  return largest;
}

function concatenated(lists: readonly Float64Array[]): Float64Array {
  if (lists.length === 1) return lists[0]!;
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
