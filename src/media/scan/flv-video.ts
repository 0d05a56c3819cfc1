// Reads the head of FLV video tags, classic (AVC and older) and enhanced (four-character codecs), into presentation times.
import type { ByteWindow } from './byte-source.ts';
import { TimeList } from './track-times.ts';
import { avcRecordSets, hevcRecordSets, type VideoParameters } from './stream-key.ts';

/** The tag under the walk: one object for all tags of a file, filled anew for each, because there are a hundred a second. */
export class FlvTag {
  bytes: Buffer;
  /** Index of the tag's body in `bytes`, and how many of its bytes are there (at most 16). */
  at = 0;
  length = 0;
  timeMs = 0;
  /** File position and whole length of the body. */
  position = 0;
  size = 0;
  readonly #window: ByteWindow;

  constructor(window: ByteWindow) {
    this.#window = window;
    this.bytes = window.bytes;
  }

  /** A copy of the body from its byte `skip` on. May move the window: nothing of `bytes` is valid afterwards. */
  copy(skip: number, maxBytes: number): Uint8Array {
    return this.#window.copy(this.position + skip, Math.min(this.size - skip, maxBytes));
  }
}

/** A codec record is a few hundred bytes. */
const maxRecordBytes = 65_536;

const avc = 7;
const hevcOldStyle = 12;
const commandFrame = 5;

/** Packet types of enhanced FLV (Veovera E-RTMP v2). */
const sequenceStart = 0;
const codedFrames = 1;
const codedFramesWithoutOffset = 3;
const multitrack = 6;
const modifiers = 7;

/** Collects the times of one FLV video stream. */
export class FlvVideo {
  readonly pts = new TimeList();
  /** The largest step back of the decode time, milliseconds. */
  backwardsMs = 0;
  firstDecodeMs: number | undefined;
  unsupported: string | undefined;
  #codec: string | undefined;
  #records: Uint8Array[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  addTag(tag: FlvTag): void {
    const flags = tag.bytes[tag.at]!;
    if (flags & 0x80) return this.#addEnhanced(tag, flags & 15);
    if (flags >> 4 === commandFrame) return;
    const codec = flags & 15;
    if (codec !== avc && codec !== hevcOldStyle) {
      this.#codec ??= `flv-video-${codec}`;
      if (tag.length > 1) this.#addTime(tag.timeMs, 0);
      return;
    }
    if (tag.length < 5) return;
    const packetType = tag.bytes[tag.at + 1]!;
    if (packetType === 0)
      return this.#addRecord(codec === avc ? 'h264' : 'hevc', tag.copy(5, maxRecordBytes));
    if (packetType === 1 && tag.length > 5) this.#addTime(tag.timeMs, signed24(tag.bytes, tag.at + 2));
  }

  /** Codec and parameter sets; a second, different record inside the file becomes part of the key. */
  parameters(): VideoParameters | undefined {
    const codec = this.#codec;
    if (!codec) return undefined;
    const split =
      codec === 'h264' ? avcRecordSets : codec === 'hevc' ? hevcRecordSets : (record: Uint8Array) => [record];
    return { codec, packaging: 'record', sets: this.#records.flatMap(split) };
  }

  #addEnhanced(tag: FlvTag, firstType: number): void {
    let type = firstType;
    let at = tag.at + 1;
    const end = tag.at + tag.length;
    while (type === modifiers && at < end) {
      const bytes = tag.bytes[at]! + 1;
      at += bytes === 256 ? 3 + tag.bytes.readUInt16BE(at + 1) : 1 + bytes;
      if (at >= end) break;
      type = tag.bytes[at++]! & 15;
    }
    if (type === multitrack || (type === modifiers && at >= end)) {
      this.unsupported ??= 'several video tracks in one FLV tag';
      return;
    }
    if (at + 4 > end) return;
    const fourcc = tag.bytes.toString('latin1', at, at + 4);
    at += 4;
    const codec = fourcc === 'avc1' ? 'h264' : fourcc === 'hvc1' ? 'hevc' : fourcc;
    if (type === sequenceStart) return this.#addRecord(codec, tag.copy(at - tag.at, maxRecordBytes));
    this.#codec ??= codec;
    const carriesOffset = type === codedFrames && (codec === 'h264' || codec === 'hevc' || codec === 'vvc1');
    if (carriesOffset && at + 3 <= end) this.#addTime(tag.timeMs, signed24(tag.bytes, at));
    else if (type === codedFrames || type === codedFramesWithoutOffset) this.#addTime(tag.timeMs, 0);
  }

  #addRecord(codec: string, record: Uint8Array): void {
    this.#codec = codec;
    const known = this.#records.some((other) => Buffer.compare(other, record) === 0);
    if (!known && record.length > 0 && this.#records.length < 16) this.#records.push(record);
  }

  #addTime(timeMs: number, offsetMs: number): void {
    this.backwardsMs = Math.max(this.backwardsMs, this.#lastMs - timeMs);
    this.#lastMs = timeMs;
    this.firstDecodeMs ??= timeMs;
    this.pts.push((timeMs + offsetMs) / 1000);
  }
}

function signed24(bytes: Uint8Array, at: number): number {
  const value = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  return value & 0x800000 ? value - 0x1000000 : value;
}
