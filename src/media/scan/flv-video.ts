// Reads the head of FLV video tags, classic (AVC and older) and enhanced (four-character codecs), into presentation times.
import type { FlvTag } from './flv-tag.ts';
import { TimeList } from './track-times.ts';
import { avcRecordSets, hevcRecordSets, type VideoParameters } from './stream-key.ts';

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

/** What was collected of a video stream in a part of a file. */
export interface FlvVideoFacts {
  pts: Float64Array;
  /** The largest step back of the decode time, milliseconds. */
  backwardsMs: number;
  firstDecodeMs: number | undefined;
  lastDecodeMs: number;
  codec: string | undefined;
  /** Different codec records in the order of their appearance, at most 16. */
  records: readonly Uint8Array[];
  unsupported: string | undefined;
}

const maxRecords = 16;

/** Collects the times of one FLV video stream. */
export class FlvVideo {
  readonly #pts = new TimeList();
  #backwardsMs = 0;
  #firstDecodeMs: number | undefined;
  #lastDecodeMs = Number.NEGATIVE_INFINITY;
  #unsupported: string | undefined;
  #codec: string | undefined;
  readonly #records: Uint8Array[] = [];

  facts(): FlvVideoFacts {
    return {
      pts: this.#pts.toArray(),
      backwardsMs: this.#backwardsMs,
      firstDecodeMs: this.#firstDecodeMs,
      lastDecodeMs: this.#lastDecodeMs,
      codec: this.#codec,
      records: this.#records,
      unsupported: this.#unsupported,
    };
  }

  addTag(tag: FlvTag): void {
    const flags = tag.head[0]!;
    if (flags & 0x80) return this.#addEnhanced(tag, flags & 15);
    if (flags >> 4 === commandFrame) return;
    const codec = flags & 15;
    if (codec !== avc && codec !== hevcOldStyle) {
      this.#codec ??= `flv-video-${codec}`;
      if (tag.headLength > 1) this.#addTime(tag.timeMs, 0);
      return;
    }
    if (tag.headLength < 5) return;
    const packetType = tag.head[1]!;
    if (packetType === 0)
      return this.#addRecord(codec === avc ? 'h264' : 'hevc', tag.copy(5, maxRecordBytes));
    if (packetType === 1 && tag.headLength > 5) this.#addTime(tag.timeMs, signed24(tag.head, 2));
  }

  #addEnhanced(tag: FlvTag, firstType: number): void {
    let type = firstType;
    let at = 1;
    const end = tag.headLength;
    while (type === modifiers && at + 3 <= end) {
      const bytes = tag.head[at]! + 1;
      at += bytes === 256 ? 3 + tag.head.readUInt16BE(at + 1) : 1 + bytes;
      if (at >= end) break;
      type = tag.head[at++]! & 15;
    }
    if (type === multitrack || type === modifiers) {
      this.#unsupported ??= 'several video tracks, or more modifiers than we read, in one FLV tag';
      return;
    }
    if (at + 4 > end) return;
    const fourcc = tag.head.toString('latin1', at, at + 4);
    at += 4;
    const codec = fourcc === 'avc1' ? 'h264' : fourcc === 'hvc1' ? 'hevc' : fourcc;
    if (type === sequenceStart) return this.#addRecord(codec, tag.copy(at, maxRecordBytes));
    this.#codec ??= codec;
    const carriesOffset = type === codedFrames && (codec === 'h264' || codec === 'hevc' || codec === 'vvc1');
    if (carriesOffset && at + 3 <= end) this.#addTime(tag.timeMs, signed24(tag.head, at));
    else if (type === codedFrames || type === codedFramesWithoutOffset) this.#addTime(tag.timeMs, 0);
  }

  #addRecord(codec: string, record: Uint8Array): void {
    this.#codec = codec;
    if (record.length > 0 && this.#records.length < maxRecords) addUnlessKnown(this.#records, record);
  }

  #addTime(timeMs: number, offsetMs: number): void {
    this.#backwardsMs = Math.max(this.#backwardsMs, this.#lastDecodeMs - timeMs);
    this.#lastDecodeMs = timeMs;
    this.#firstDecodeMs ??= timeMs;
    this.#pts.push((timeMs + offsetMs) / 1000);
  }
}

/** Codec and parameter sets of a stream; a second, different record inside the file becomes part of the key. */
export function videoParameters(parts: readonly FlvVideoFacts[]): VideoParameters | undefined {
  // A part that begins behind the record knows the codec by its tags only.
  const codec =
    parts.findLast((part) => part.records.length > 0)?.codec ?? parts.find((part) => part.codec)?.codec;
  if (!codec) return undefined;
  const records: Uint8Array[] = [];
  for (const part of parts) for (const record of part.records) addUnlessKnown(records, record);
  const split = codec === 'h264' ? avcRecordSets : codec === 'hevc' ? hevcRecordSets : whole;
  return { codec, packaging: 'record', sets: records.flatMap(split) };
}

const whole = (record: Uint8Array): Uint8Array[] => [record];

function addUnlessKnown(records: Uint8Array[], record: Uint8Array): void {
  if (!records.some((known) => Buffer.compare(known, record) === 0)) records.push(record);
}

function signed24(bytes: Uint8Array, at: number): number {
  const value = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  return value & 0x800000 ? value - 0x1000000 : value;
}
