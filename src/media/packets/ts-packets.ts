// Lists the video packets (PES) in a piece of an MPEG transport stream.
import { transportPacketBytes } from '../scan/sniff.ts';
import { ProgramFinder } from '../scan/ts-program.ts';
import type { FileWindow } from './file-window.ts';
import { packetPrint, type VideoPacket } from './packet.ts';

const clockHz = 90_000;
/** A PES head of at most 264 bytes and the bytes that are printed. */
const headBytes = 384;

interface Payload {
  pid: number;
  isStart: boolean;
  bytes: Buffer;
}

/**
 * In decode order. The last packet of a file has no mark of its end, so it counts only when the window reaches the file's end.
 * The 33-bit clock is not unwrapped: a file that wraps inside a window has no overlap that we would find.
 */
export function tsPackets(window: FileWindow): VideoPacket[] {
  const pes = new PesList();
  const finder = new ProgramFinder();
  const early: Payload[] = [];
  for (const payload of payloadsIn(wholeOf(window))) {
    const known = finder.program;
    if (known) {
      pes.add(payload, known.video?.pid);
      continue;
    }
    early.push(payload);
    finder.add(payload.pid, payload.isStart, payload.bytes);
    if (finder.program) for (const one of early) pes.add(one, finder.program.video?.pid);
  }
  if (window.startByte > 0 || window.isWhole) pes.close();
  return pes.packets;
}

class PesList {
  readonly packets: VideoPacket[] = [];
  #head: Buffer | undefined;
  #headLength = 0;
  #sizeBytes = 0;

  add({ pid, isStart, bytes }: Payload, videoPid: number | undefined): void {
    if (pid !== videoPid) return;
    if (isStart) {
      this.close();
      this.#head = Buffer.allocUnsafe(headBytes);
      this.#headLength = 0;
      this.#sizeBytes = 0;
    }
    if (!this.#head) return;
    const part = bytes.subarray(0, headBytes - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
    this.#sizeBytes += bytes.length;
  }

  close(): void {
    const packet = this.#head && packetOf(this.#head.subarray(0, this.#headLength), this.#sizeBytes);
    if (packet) this.packets.push(packet);
    this.#head = undefined;
  }
}

function* payloadsIn(bytes: Buffer): Generator<Payload> {
  const layout = transportPacketBytes(bytes.subarray(0, 4096));
  if (!layout) return;
  for (let at = layout.syncOffset; at + 188 <= bytes.length; at += layout.packetBytes) {
    if (bytes[at] !== 0x47) return;
    const control = bytes[at + 3]!;
    const payloadAt = control & 0x20 ? at + 5 + bytes[at + 4]! : at + 4;
    if (!(control & 0x10) || payloadAt >= at + 188) continue;
    yield {
      pid: bytes.readUInt16BE(at + 1) & 0x1fff,
      isStart: (bytes[at + 1]! & 0x40) !== 0,
      bytes: bytes.subarray(payloadAt, at + 188),
    };
  }
}

function wholeOf({ source }: FileWindow): Buffer {
  const bytes = Buffer.allocUnsafe(source.sizeBytes);
  return bytes.subarray(0, source.readInto(bytes, 0));
}

function packetOf(head: Buffer, pesBytes: number): VideoPacket | undefined {
  if (head.length < 19 || head.readUIntBE(0, 3) !== 1 || head[7]! >> 6 < 2) return undefined;
  const headerBytes = 9 + head[8]!;
  const sizeBytes = pesBytes - headerBytes;
  return {
    ptsSeconds: timeAt(head, 9),
    sizeBytes,
    print: packetPrint(head.subarray(headerBytes), sizeBytes),
  };
}

/** A 33-bit time in five bytes with marker bits (ISO 13818-1, 2.4.3.6). */
function timeAt(bytes: Buffer, at: number): number {
  const high = (bytes[at]! >> 1) & 7;
  const middle = bytes.readUInt16BE(at + 1) >> 1;
  const low = bytes.readUInt16BE(at + 3) >> 1;
  return (high * 2 ** 30 + middle * 2 ** 15 + low) / clockHz;
}
