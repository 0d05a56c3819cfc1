// Builds the string that says whether two files can be joined by stream copy, from the codec parameters that a container carries.
import { createHash } from 'node:crypto';

/** How a file frames its pictures: length-prefixed with one record of parameters (FLV, MP4), or start codes (MPEG-TS). */
export type Packaging = 'record' | 'startcode';

export interface VideoParameters {
  /** `h264`, `hevc`, or the container's own name of another codec */
  codec: string;
  packaging: Packaging;
  /** Parameter sets (H.264: SPS, PPS; HEVC: VPS, SPS, PPS) in the file's order, or any other codec record as it is */
  sets: readonly Uint8Array[];
}

export interface AudioParameters {
  codec: string;
  rateHz?: number;
  channels?: number;
}

/** `h264:record:<hash of the parameter sets> aac:44100:2`. The sets hold profile, level and size, so any change of these changes the key. */
export function streamKeyOf(
  video: VideoParameters | undefined,
  audio: AudioParameters | undefined,
): string | undefined {
  if (!video) return undefined;
  const hash = createHash('sha256');
  for (const set of video.sets) hash.update(`${set.length}:`).update(set);
  const sound = audio ? `${audio.codec}:${audio.rateHz ?? 0}:${audio.channels ?? 0}` : 'silent';
  return `${video.codec}:${video.packaging}:${hash.digest('hex').slice(0, 24)} ${sound}`;
}

/** Parameter sets of an `avcC` record (ISO 14496-15); the record itself when it cannot be parsed. */
export function avcRecordSets(record: Uint8Array): Uint8Array[] {
  const sets: Uint8Array[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    let count = (record[at++] ?? 0) & mask;
    for (; count > 0; count--) {
      const length = ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
      if (length === 0 || at + 2 + length > record.length) return [record];
      sets.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets.length > 0 ? sets : [record];
}

/** Parameter sets of an `hvcC` record without the SEI messages, in which an encoder may write what differs from file to file. */
export function hevcRecordSets(record: Uint8Array): Uint8Array[] {
  const sets: Uint8Array[] = [];
  let at = 23;
  for (let arrays = record[22] ?? 0; arrays > 0; arrays--) {
    const type = (record[at] ?? 0) & 0x3f;
    let count = ((record[at + 1] ?? 0) << 8) | (record[at + 2] ?? 0);
    at += 3;
    for (; count > 0; count--) {
      const length = ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
      if (length === 0 || at + 2 + length > record.length) return [record];
      if (isParameterSet('hevc', type)) sets.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets.length > 0 ? sets : [record];
}

/** Parameter sets between start codes (H.264 annex B), up to the first picture data, each once. */
export function startCodeSets(codec: 'h264' | 'hevc', bytes: Uint8Array): Uint8Array[] {
  const sets: Buffer[] = [];
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = Buffer.from([0, 0, 1]);
  let at = whole.indexOf(mark);
  while (at >= 0 && at + 4 < whole.length) {
    const next = whole.indexOf(mark, at + 3);
    const header = whole[at + 3] ?? 0;
    const type = codec === 'h264' ? header & 0x1f : (header >> 1) & 0x3f;
    if (isPicture(codec, type)) break;
    const set = withoutTrailingZeros(whole.subarray(at + 3, next < 0 ? whole.length : next));
    if (isParameterSet(codec, type) && !sets.some((known) => known.equals(set))) sets.push(set);
    at = next;
  }
  return sets;
}

function isParameterSet(codec: 'h264' | 'hevc', type: number): boolean {
  return codec === 'h264' ? type === 7 || type === 8 : type >= 32 && type <= 34;
}

function isPicture(codec: 'h264' | 'hevc', type: number): boolean {
  return codec === 'h264' ? type >= 1 && type <= 5 : type < 32;
}

function withoutTrailingZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

const aacRatesHz = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/** Rate and channels out of an AAC AudioSpecificConfig (ISO 14496-3, 1.6.2.1). */
export function aacConfig(config: Uint8Array): AudioParameters {
  const first = config[0] ?? 0;
  const second = config[1] ?? 0;
  const objectType = first >> 3;
  const rateIndex = ((first & 7) << 1) | (second >> 7);
  const rateHz = aacRatesHz[rateIndex];
  if (objectType === 31 || rateHz === undefined)
    return { codec: `aac-${Buffer.from(config.subarray(0, 16)).toString('hex')}` };
  return { codec: `aac-${objectType}`, rateHz, channels: (second >> 3) & 15 };
}

/** The same out of the head of an ADTS frame. */
export function adtsConfig(header: Uint8Array): AudioParameters | undefined {
  if (header.length < 4 || header[0] !== 0xff || ((header[1] ?? 0) & 0xf6) !== 0xf0) return undefined;
  const third = header[2] ?? 0;
  const rateHz = aacRatesHz[(third >> 2) & 15];
  if (rateHz === undefined) return undefined;
  return { codec: `aac-${(third >> 6) + 1}`, rateHz, channels: ((third & 1) << 2) | ((header[3] ?? 0) >> 6) };
}
