// Recognises a container by its first bytes, never by its name: a playlist or an error page called `.flv` is not media.
import type { ContainerName } from '../../domain/gap-report.ts';

export type Sniffed = ContainerName | 'empty' | 'notMedia';

/** Bytes that `sniffContainer` wants from the start of the file. */
export const sniffBytes = 4096;

const mp4FirstBoxes = new Set([
  'ftyp',
  'moov',
  'mdat',
  'free',
  'skip',
  'wide',
  'styp',
  'sidx',
  'moof',
  'emsg',
  'prft',
]);

/** What the head of a file says it is. A file of zero bytes is `empty`. */
export function sniffContainer(head: Uint8Array): Sniffed {
  if (head.length === 0) return 'empty';
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length >= 9 && bytes.toString('latin1', 0, 3) === 'FLV') return 'flv';
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0x1a45dfa3) return 'matroska';
  if (bytes.length >= 8 && mp4FirstBoxes.has(bytes.toString('latin1', 4, 8))) return 'mp4';
  if (transportPacketBytes(bytes) !== undefined) return 'mpegts';
  return 'notMedia';
}

/** Packet layout of an MPEG transport stream: 188 bytes, or 192 with a 4-byte time stamp in front of each; undefined when it is none. */
export function transportPacketBytes(
  head: Uint8Array,
): { packetBytes: number; syncOffset: number } | undefined {
  for (const packetBytes of [188, 192, 204]) {
    const last = Math.min(packetBytes, head.length) - 1;
    for (let syncOffset = 0; syncOffset <= last; syncOffset++) {
      if (holdsSync({ head, packetBytes, syncOffset })) return { packetBytes, syncOffset };
    }
  }
  return undefined;
}

/** Five sync bytes in a row (fewer only when the file is shorter) rule out chance and text. */
function holdsSync(spec: { head: Uint8Array; packetBytes: number; syncOffset: number }): boolean {
  const { head, packetBytes, syncOffset } = spec;
  let seen = 0;
  for (let at = syncOffset; at < head.length && seen < 5; at += packetBytes) {
    if (head[at] !== 0x47) return false;
    seen++;
  }
  return (
    seen >= 5 ||
    (syncOffset <= 4 && seen >= 2) ||
    (seen === 1 && syncOffset === 0 && head.length === packetBytes)
  );
}
