// Text as layers of bytes: as it stands, and with its percent-encoding undone, each byte knowing which characters it came from.
import { utf8Of } from './utf8.ts';

/** Bytes, and for each the index in the text where it begins; `from[bytes.length]` is the text's end. */
export interface ByteLayer {
  bytes: Uint8Array;
  from: Int32Array;
}

/** The text in UTF-8. */
export function rawLayer(text: string): ByteLayer {
  const bytes = new Uint8Array(text.length * 3);
  const from = new Int32Array(text.length * 3 + 1);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[length] = unit;
      from[length++] = index;
      continue;
    }
    const codePoint = text.codePointAt(index) ?? 0;
    for (const byte of utf8Of(codePoint)) {
      bytes[length] = byte;
      from[length++] = index;
    }
    if (codePoint > 0xffff) index++;
  }
  from[length] = text.length;
  return { bytes: bytes.subarray(0, length), from: from.subarray(0, length + 1) };
}

/** The layer with one round of `%XX` undone; undefined when it holds none. */
export function percentDecodedLayer({ bytes, from }: ByteLayer): ByteLayer | undefined {
  const decoded = new Uint8Array(bytes.length);
  const origin = new Int32Array(bytes.length + 1);
  let length = 0;
  let index = 0;
  while (index < bytes.length) {
    const byte = bytes[index]!;
    const value = byte === percent ? hexPair(bytes, index + 1) : -1;
    decoded[length] = value < 0 ? byte : value;
    origin[length++] = from[index]!;
    index += value < 0 ? 1 : 3;
  }
  if (length === bytes.length) return undefined;
  origin[length] = from[bytes.length]!;
  return { bytes: decoded.subarray(0, length), from: origin.subarray(0, length + 1) };
}

const percent = 0x25;

function hexPair(bytes: Uint8Array, index: number): number {
  const high = hexDigit(bytes[index] ?? 0);
  const low = hexDigit(bytes[index + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
