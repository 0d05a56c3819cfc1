// Lists the video packets in a piece of an FLV file.
import { ByteWindow } from '../scan/byte-source.ts';
import { findNextTag } from '../scan/flv-resync.ts';
import type { FileWindow } from './file-window.ts';
import { packetPrint, printedBytes, type VideoPacket } from './packet.ts';

const videoTag = 9;
const tagHeaderBytes = 11;
/** The bytes lie in memory already: looking at one tag must not copy its neighbours. */
export const lookBytes = 4096;

/** In file order, which is decode order. A tag that is cut off at the window's end is left out. */
export function flvPackets({ source, startByte }: FileWindow): VideoPacket[] {
  const window = new ByteWindow(source, lookBytes);
  const packets: VideoPacket[] = [];
  let position = startByte === 0 ? headerEnd(window) : findNextTag(window, 0);
  while (position >= 0 && position + tagHeaderBytes <= source.sizeBytes) {
    const at = window.ensure(position, tagHeaderBytes);
    if (at < 0) break;
    const { bytes } = window;
    const size = bytes.readUIntBE(at + 1, 3);
    const end = position + tagHeaderBytes + size;
    if (end > source.sizeBytes) break;
    if (!isKnown(bytes[at]!)) {
      position = findNextTag(window, position + 1);
      continue;
    }
    if (bytes[at] === videoTag) {
      const timeMs = bytes.readUIntBE(at + 4, 3) + bytes[at + 7]! * 0x1000000;
      const body = window.copy(position + tagHeaderBytes, Math.min(size, printedBytes));
      const offsetMs = compositionOffsetMs(body);
      if (offsetMs !== undefined) {
        packets.push({
          ptsSeconds: (timeMs + offsetMs) / 1000,
          sizeBytes: size,
          print: packetPrint(body, size),
        });
      }
    }
    position = end + 4;
  }
  return packets;
}

/** File position of the first tag, -1 for a file without a head. */
export const headerEnd = (window: ByteWindow): number => {
  const at = window.ensure(0, 9);
  return at < 0 ? -1 : Math.max(9, window.bytes.readUInt32BE(at + 5)) + 4;
};

const isKnown = (type: number): boolean => type === 8 || type === videoTag || type === 18;

/** Undefined for what is no picture: codec records, ends of sequences, commands. */
export function compositionOffsetMs(body: Buffer): number | undefined {
  if (body.length < 6) return undefined;
  const flags = body[0]!;
  if (flags & 0x80) {
    const type = flags & 15;
    if (type === 1) return body.length < 8 ? undefined : body.readIntBE(5, 3);
    return type === 3 ? 0 : undefined;
  }
  if (flags >> 4 === 5) return undefined;
  const codec = flags & 15;
  if (codec !== 7 && codec !== 12) return 0;
  return body[1] === 1 ? body.readIntBE(2, 3) : undefined;
}
