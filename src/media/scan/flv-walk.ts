// Walks the tags of an FLV file, or of a part of it; broken places are skipped to the next chain of whole tags.
import { ByteWindow, chunkBytes, type ByteSource } from './byte-source.ts';
import { findNextTag } from './flv-resync.ts';
import { FlvTag, tagHeaderBytes } from './flv-tag.ts';
import { FlvVideo, type FlvVideoFacts } from './flv-video.ts';
import { ReadPace } from './read-pace.ts';
import { aacConfig, type AudioParameters } from './stream-key.ts';
import { TimeList } from './track-times.ts';

/** What stands in one part of a file; plain data, so that it can cross threads. */
export interface FlvPart {
  /** File position of the first tag, and behind the last one. */
  startPosition: number;
  endPosition: number;
  video: FlvVideoFacts;
  audioPts: Float64Array;
  audio: AudioParameters | undefined;
  truncated: boolean;
  corrupt: boolean;
}

/** File positions: the part begins with the first tag found at or after `from` and ends with the tag that reaches `until`. */
export interface FlvRange {
  from?: number;
  until?: number;
}

const audioTag = 8;
const videoTag = 9;
const scriptTag = 18;
const fileHeadBytes = 9;

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
  until: number;
  tag: FlvTag;
  /** The tag after it, looked at in cases of doubt. */
  next: FlvTag;
  video: FlvVideo;
  audioPts: TimeList;
  audio: AudioParameters | undefined;
  truncated: boolean;
  corrupt: boolean;
}

export function walkFlv(source: ByteSource, range: FlvRange): FlvPart {
  const pace = new ReadPace();
  const window = new ByteWindow(source, chunkBytes, (position) => pace.bytesAt(position));
  const state: WalkState = {
    window,
    until: Math.min(source.sizeBytes, range.until ?? source.sizeBytes),
    tag: new FlvTag(window),
    next: new FlvTag(window),
    video: new FlvVideo(),
    audioPts: new TimeList(),
    audio: undefined,
    truncated: false,
    corrupt: false,
  };
  const startPosition = range.from === undefined ? firstTag(window) : findNextTag(window, range.from);
  const endPosition = startPosition < 0 ? startPosition : walkTags(state, startPosition);
  return {
    startPosition,
    endPosition,
    video: state.video.facts(),
    audioPts: state.audioPts.toArray(),
    audio: state.audio,
    truncated: state.truncated || startPosition < 0,
    corrupt: state.corrupt,
  };
}

function firstTag(window: ByteWindow): number {
  const head = window.ensure(0, fileHeadBytes);
  return head < 0 ? -1 : Math.max(fileHeadBytes, window.bytes.readUInt32BE(head + 5)) + 4;
}

/** From one tag to the next; a tag counts only when the length behind it, or the head of the tag after it, agrees. */
function walkTags(state: WalkState, firstPosition: number): number {
  const { window, tag, until } = state;
  const { sizeBytes } = window.source;
  let position = firstPosition;
  while (position < until && position + tagHeaderBytes <= sizeBytes) {
    if (!tag.load(position)) break;
    const end = tag.position + tag.size;
    if (isTagHead(tag) && (end + 4 >= sizeBytes || isFollowed(state, end))) {
      if (tag.type === videoTag) state.video.addTag(tag);
      else if (tag.type === audioTag) addAudio(state, tag);
      if (end > sizeBytes) state.truncated = true;
      position = end + 4;
      continue;
    }
    const next = findNextTag(window, position + 1);
    state.corrupt = true;
    if (next < 0) return position;
    position = next;
  }
  if (position < until) state.truncated = true;
  return position;
}

function isTagHead(tag: FlvTag): boolean {
  return tag.streamId === 0 && (tag.type === audioTag || tag.type === videoTag || tag.type === scriptTag);
}

/** The four bytes behind a tag hold its length; some writers get them wrong, then a good next tag is proof enough. */
function isFollowed(state: WalkState, end: number): boolean {
  const { window, tag, next } = state;
  const at = window.ensure(end, 4);
  if (at < 0) return false;
  const previous = window.bytes.readUInt32BE(at);
  if (previous === tag.size + tagHeaderBytes || previous === tag.size) return true;
  return next.load(end + 4) && isTagHead(next);
}

function addAudio(state: WalkState, tag: FlvTag): void {
  const flags = tag.head[0]!;
  const isAac = flags >> 4 === 10;
  if (isAac && (tag.headLength < 2 || tag.head[1] === 0)) {
    if (tag.headLength > 2) state.audio ??= aacConfig(tag.copy(2, 64));
    return;
  }
  if (tag.headLength < (isAac ? 3 : 2)) return;
  if (!isAac) {
    const codec = audioCodecs[flags >> 4] ?? `flv-audio-${flags >> 4}`;
    state.audio ??= { codec, rateHz: (flags >> 2) & 3, channels: (flags & 1) + 1 };
  }
  state.audioPts.push(tag.timeMs / 1000);
}
