// Collects the presentation times of one elementary stream of an MPEG transport stream from the heads of its PES packets.
import { adtsConfig, startCodeSets, type AudioParameters, type VideoParameters } from './stream-key.ts';
import { TimeList } from './track-times.ts';
import type { ElementaryStream } from './ts-program.ts';

/** Ticks a second of presentation times. */
export const clockHz = 90_000;
const wrapTicks = 2 ** 33;
const minuteTicks = 60 * clockHz;

/** A PES head with both times ends at 19 bytes plus stuffing; parameter sets lie in the first few hundred bytes behind it. */
const headBytes = 2048;
/** PES packets searched for parameter sets: more than any distance between key frames. */
const maxSearchedHeads = 3000;

/** Start code of an MPEG-1/2 sequence header. */
const sequenceHeader = Buffer.from([0, 0, 1, 0xb3]);

/** The 33-bit clock wraps every 26.5 hours. As ffmpeg: the first time of the file says on which side a time lies. */
export class WrappingClock {
  #reference: number | undefined;
  #subtracts = false;

  unwrap(ticks: number): number {
    if (this.#reference === undefined) {
      this.#reference = ticks - minuteTicks;
      this.#subtracts = ticks >= wrapTicks - minuteTicks;
    }
    if (this.#subtracts) return ticks >= this.#reference ? ticks - wrapTicks : ticks;
    return ticks < this.#reference ? ticks + wrapTicks : ticks;
  }
}

export class TsStream {
  readonly stream: ElementaryStream;
  readonly pts = new TimeList();
  packetsWithoutTime = 0;
  backwardsTicks = 0;
  firstDecodeTicks: number | undefined;
  video: VideoParameters | undefined;
  audio: AudioParameters | undefined;
  readonly #clock: WrappingClock;
  #head: Buffer | undefined;
  #headLength = 0;
  #searched = 0;
  #isTimed = true;
  #lastDecode = Number.NEGATIVE_INFINITY;

  constructor(stream: ElementaryStream, clock: WrappingClock) {
    this.stream = stream;
    this.#clock = clock;
  }

  /** True while the payload behind a start is wanted too. */
  get wantsMore(): boolean {
    return this.#head !== undefined;
  }

  start(payload: Uint8Array): void {
    this.finish();
    const isSearching = !this.video && !this.audio && this.#searched < maxSearchedHeads;
    this.#isTimed = this.#readTimes(payload);
    if (!isSearching && this.#isTimed) return;
    this.#head = Buffer.allocUnsafe(headBytes);
    this.#headLength = 0;
    this.add(payload);
  }

  add(payload: Uint8Array): void {
    if (!this.#head) return;
    const part = payload.subarray(0, headBytes - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
    if (!this.#isTimed) this.#isTimed = this.#readTimes(this.#head.subarray(0, this.#headLength));
    if (this.#headLength === headBytes) this.finish();
  }

  /** The PES packet has ended, or enough of it was seen. */
  finish(): void {
    if (!this.#head) return;
    const head = this.#head.subarray(0, this.#headLength);
    this.#head = undefined;
    this.#searched++;
    if (!this.#isTimed) this.packetsWithoutTime++;
    this.#isTimed = true;
    this.#findParameters(head);
  }

  /** False when the head is not whole yet. */
  #readTimes(head: Uint8Array): boolean {
    if (head.length < 9) return false;
    if (head[0] !== 0 || head[1] !== 0 || head[2] !== 1) return true;
    const flags = head[7]! >> 6;
    if (flags < 2) {
      this.packetsWithoutTime++;
      return true;
    }
    if (head.length < (flags === 3 ? 19 : 14)) return false;
    const presentation = this.#clock.unwrap(timeStamp(head, 9));
    const decode = flags === 3 ? this.#clock.unwrap(timeStamp(head, 14)) : presentation;
    this.backwardsTicks = Math.max(this.backwardsTicks, this.#lastDecode - decode);
    this.#lastDecode = decode;
    this.firstDecodeTicks ??= decode;
    this.pts.push(presentation / clockHz);
    return true;
  }

  #findParameters(head: Buffer): void {
    const payload = head.subarray(Math.min(head.length, 9 + (head[8] ?? 0)));
    const { codec } = this.stream;
    if (codec === 'h264' || codec === 'hevc') {
      const sets = startCodeSets(codec, payload);
      if (sets.length >= (codec === 'h264' ? 2 : 3))
        this.video = { codec, packaging: 'startcode', sets: sets.map((set) => Buffer.from(set)) };
    } else if (codec === 'mpeg1video' || codec === 'mpeg2video') {
      const sequence = payload.indexOf(sequenceHeader);
      // Size, shape and rate; the bit rate behind them may change from file to file.
      const set = Buffer.from(payload.subarray(sequence + 4, sequence + 8));
      if (sequence >= 0 && set.length === 4) this.video = { codec, packaging: 'startcode', sets: [set] };
    } else if (codec === 'aac') {
      this.audio = adtsConfig(payload) ?? this.audio;
    }
  }
}

/** A 33-bit time in five bytes with marker bits (2.4.3.6). */
function timeStamp(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! >> 1) & 7;
  const middle = (bytes[at + 1]! << 7) | (bytes[at + 2]! >> 1);
  const low = (bytes[at + 3]! << 7) | (bytes[at + 4]! >> 1);
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}
