// Lists the times of all packets from somewhere in an FLV file to its end, as ffmpeg's demuxer gives them.
import { ByteWindow } from '../scan/byte-source.ts';
import { findNextTag } from '../scan/flv-resync.ts';
import { FlvTag } from '../scan/flv-tag.ts';
import type { FileWindow } from './file-window.ts';
import { compositionOffsetMs, headerEnd, lookBytes } from './flv-packets.ts';
import type { TimedPacket } from './timed-packet.ts';

const audioTag = 8;
const videoTag = 9;
const scriptTag = 18;
const aac = 10;

/**
 * In file order. Undefined for what ffmpeg may read otherwise than we do: a broken chain of tags, a cut one at the file's end, enhanced
 * tags, a window in which no tag is found.
 */
export function flvTimedPackets({ source, startByte }: FileWindow): TimedPacket[] | undefined {
  const window = new ByteWindow(source, lookBytes);
  const tag = new FlvTag(window);
  const packets: TimedPacket[] = [];
  let position = startByte === 0 ? headerEnd(window) : findNextTag(window, 0);
  if (position < 0) return undefined;
  while (position < source.sizeBytes) {
    if (!tag.load(position) || !isSound(tag, window)) return undefined;
    const packet = packetOf(tag);
    if (packet) packets.push(packet);
    position = tag.position + tag.size + 4;
  }
  return packets;
}

/** The tag is whole, of a kind that we know, and the length behind it agrees. */
function isSound(tag: FlvTag, window: ByteWindow): boolean {
  const { type, position, size } = tag;
  if (type !== audioTag && type !== videoTag && type !== scriptTag) return false;
  if (type === videoTag && size > 0 && tag.head[0]! & 0x80) return false;
  const at = window.ensure(position + size, 4);
  return at >= 0 && window.bytes.readUInt32BE(at) === size + 11;
}

function packetOf({ type, timeMs, size, head, headLength }: FlvTag): TimedPacket | undefined {
  const body = head.subarray(0, headLength);
  if (type === videoTag) {
    const offsetMs = compositionOffsetMs(body);
    if (offsetMs === undefined) return undefined;
    return { isVideo: true, ptsSeconds: (timeMs + offsetMs) / 1000, dtsSeconds: timeMs / 1000 };
  }
  const isSound = type === audioTag && size > 1;
  if (!isSound || (body[0]! >> 4 === aac && (body[1] !== 1 || size < 3))) return undefined;
  return { isVideo: false, ptsSeconds: timeMs / 1000, dtsSeconds: timeMs / 1000 };
}
