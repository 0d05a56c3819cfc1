// Walks the tags of an FLV file for presentation times; broken places are skipped to the next chain of whole tags.
import { ByteWindow, type ByteSource } from './byte-source.ts';
import { aacConfig, streamKeyOf, type AudioParameters } from './stream-key.ts';
import { FlvTag, FlvVideo } from './flv-video.ts';
import { findNextTag, tagHeaderBytes } from './flv-resync.ts';
import {
  discontinuitySeconds,
  earliestSeconds,
  emptyTimes,
  TimeList,
  type TrackTimes,
} from './track-times.ts';

const audioTag = 8;
const videoTag = 9;
const scriptTag = 18;
/** A first decode time below this is the start of the file: what the pictures come later is their reordering. */
const startMs = 100;
/** Formats of audio by the number in the tag's first byte (FLV specification 10.1, E.4.2.1). */
const audioCodecs: Record<number, string> = {
  1: 'adpcm',
  2: 'mp3',
  7: 'alaw',
  8: 'mulaw',
  11: 'speex',
  14: 'mp3',
};

interface WalkState {
  window: ByteWindow;
  /** Looks past the end of a tag without moving the big window ahead of it. */
  peek: ByteWindow;
  tag: FlvTag;
  video: FlvVideo;
  audioPts: TimeList;
  audio: AudioParameters | undefined;
  truncated: boolean;
  corrupt: boolean;
}

/** Times of the first video and audio stream. FLV times are whole milliseconds counted from 0. */
export function readFlv(source: ByteSource): TrackTimes {
  const window = new ByteWindow(source);
  const state: WalkState = {
    window,
    peek: new ByteWindow(source, 64),
    tag: new FlvTag(window),
    video: new FlvVideo(),
    audioPts: new TimeList(),
    audio: undefined,
    truncated: false,
    corrupt: false,
  };
  const head = window.ensure(0, 9);
  if (head < 0) return emptyTimes('flv', { truncated: true });
  walkTags(state, Math.max(9, window.bytes.readUInt32BE(head + 5)) + 4);
  const { video } = state;
  const videoPts = video.pts.toArray();
  const audioPts = state.audioPts.toArray();
  const startsAtZero = video.firstDecodeMs !== undefined && video.firstDecodeMs < startMs;
  const streamKey = streamKeyOf(video.parameters(), state.audio);
  return {
    container: 'flv',
    videoPts,
    audioPts,
    hasVideo: videoPts.length > 0,
    hasAudio: audioPts.length > 0,
    ...(startsAtZero ? { originSeconds: earliestSeconds(videoPts, audioPts) } : {}),
    discontinuity: video.backwardsMs > discontinuitySeconds * 1000,
    truncated: state.truncated,
    corrupt: state.corrupt,
    ...(video.unsupported ? { unsupported: video.unsupported } : {}),
    ...(streamKey ? { streamKey } : {}),
  };
}

/** From one tag to the next; a tag counts only when the length behind it, or the head of the tag after it, agrees. */
function walkTags(state: WalkState, firstPosition: number): void {
  const { window } = state;
  const { sizeBytes } = window.source;
  let position = firstPosition;
  while (position + tagHeaderBytes <= sizeBytes) {
    const at = window.ensure(position, tagHeaderBytes);
    if (at < 0) break;
    const size = (window.bytes[at + 1]! << 16) | (window.bytes[at + 2]! << 8) | window.bytes[at + 3]!;
    const end = position + tagHeaderBytes + size;
    if (isTagHead(window.bytes, at) && (end + 4 >= sizeBytes || isFollowed(state, end, size))) {
      readTag(state, position, size);
      if (end > sizeBytes) state.truncated = true;
      position = end + 4;
      continue;
    }
    const next = findNextTag(window, position + 1);
    state.corrupt = true;
    if (next < 0) return;
    position = next;
  }
  if (position < sizeBytes) state.truncated = true;
}

function isTagHead(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at]! & 0x1f;
  const streamId = bytes[at + 8]! | bytes[at + 9]! | bytes[at + 10]!;
  return (type === audioTag || type === videoTag || type === scriptTag) && streamId === 0;
}

/** The four bytes behind a tag hold its length; some writers get them wrong, then a good next tag is proof enough. */
function isFollowed(state: WalkState, end: number, size: number): boolean {
  const isAhead = end + 4 > state.window.start + state.window.length;
  const window = isAhead ? state.peek : state.window;
  const at = window.ensure(end, 4);
  if (at < 0) return false;
  const previous = window.bytes.readUInt32BE(at);
  if (previous === size + tagHeaderBytes || previous === size) return true;
  const next = state.peek.ensure(end + 4, tagHeaderBytes);
  return next >= 0 && isTagHead(state.peek.bytes, next);
}

function readTag(state: WalkState, position: number, size: number): void {
  const { window, tag } = state;
  const bodyPosition = position + tagHeaderBytes;
  const length = Math.min(size, 16, window.source.sizeBytes - bodyPosition);
  const at = window.ensure(position, tagHeaderBytes + length);
  if (at < 0 || length < 1) return;
  const { bytes } = window;
  const low = (bytes[at + 4]! << 16) | (bytes[at + 5]! << 8) | bytes[at + 6]!;
  tag.timeMs = low + bytes[at + 7]! * 0x1000000;
  tag.bytes = bytes;
  tag.at = at + tagHeaderBytes;
  tag.length = length;
  tag.position = bodyPosition;
  tag.size = size;
  const type = bytes[at]! & 0x1f;
  if (type === videoTag) state.video.addTag(tag);
  else if (type === audioTag) addAudio(state, tag);
}

function addAudio(state: WalkState, tag: FlvTag): void {
  const flags = tag.bytes[tag.at]!;
  const isAac = flags >> 4 === 10;
  if (isAac && (tag.length < 2 || tag.bytes[tag.at + 1] === 0)) {
    if (tag.length > 2) state.audio ??= aacConfig(tag.copy(2, 64));
    return;
  }
  if (tag.length < (isAac ? 3 : 2)) return;
  state.audio ??= {
    codec: audioCodecs[flags >> 4] ?? `flv-audio-${flags >> 4}`,
    rateHz: (flags >> 2) & 3,
    channels: (flags & 1) + 1,
  };
  state.audioPts.push(tag.timeMs / 1000);
}
