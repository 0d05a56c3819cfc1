// The head of one FLV tag and the first bytes of its body (FLV specification 10.1, E.4.1).
import type { ByteWindow } from './byte-source.ts';

export const tagHeaderBytes = 11;

/** Enough of a body for every video and audio head that we read. */
const bodyHeadBytes = 16;

/** One object for all tags of a walk, filled anew for each: there are a hundred a second. Its fields outlive the window's moves. */
export class FlvTag {
  type = 0;
  streamId = 0;
  timeMs = 0;
  /** File position and whole length of the body. */
  position = 0;
  size = 0;
  /** First bytes of the body; `headLength` of them are there. */
  readonly head = Buffer.alloc(bodyHeadBytes);
  headLength = 0;
  readonly #window: ByteWindow;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  /** Reads the tag at a file position; false when the file ends before its head. */
  load(position: number): boolean {
    const window = this.#window;
    const available = window.source.sizeBytes - position;
    if (available < tagHeaderBytes) return false;
    const at = window.ensure(position, Math.min(available, tagHeaderBytes + bodyHeadBytes));
    if (at < 0) return false;
    const { bytes } = window;
    this.type = bytes[at]! & 0x1f;
    this.size = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    this.timeMs =
      ((bytes[at + 4]! << 16) | (bytes[at + 5]! << 8) | bytes[at + 6]!) + bytes[at + 7]! * 0x1000000;
    this.streamId = bytes[at + 8]! | bytes[at + 9]! | bytes[at + 10]!;
    this.position = position + tagHeaderBytes;
    this.headLength = Math.min(this.size, bodyHeadBytes, available - tagHeaderBytes);
    for (let index = 0; index < this.headLength; index++)
      this.head[index] = bytes[at + tagHeaderBytes + index]!;
    return true;
  }

  /** A copy of the body from its byte `skip` on. */
  copy(skip: number, maxBytes: number): Uint8Array {
    return this.#window.copy(this.position + skip, Math.min(this.size - skip, maxBytes));
  }
}
