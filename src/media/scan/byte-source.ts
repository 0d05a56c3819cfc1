// Bounded, synchronous reads of one file for the container readers; they run in a scan thread, so blocking is what we want.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The longest single read. */
export const chunkBytes = 1024 * 1024;

/** Random access to bytes. `readInto` fills `target` from `position` and answers how many bytes it got (short at the end). */
export interface ByteSource {
  readonly sizeBytes: number;
  readInto(target: Uint8Array, position: number): number;
}

export interface FileSource extends ByteSource {
  close(): void;
}

/** Opens a file. `onRead` is called with the length of each read and may throw to stop the scan. */
export function openFileSource(path: string, onRead?: (readBytes: number) => void): FileSource {
  const descriptor = openSync(path, 'r');
  const sizeBytes = fstatSync(descriptor).size;
  return {
    sizeBytes,
    readInto(target, position) {
      let got = 0;
      while (got < target.length) {
        const count = readSync(descriptor, target, got, target.length - got, position + got);
        if (count === 0) break;
        got += count;
      }
      onRead?.(got);
      return got;
    },
    close: () => closeSync(descriptor),
  };
}

/** Bytes in memory as a source: for tests and fuzzing. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    readInto(target, position) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  };
}

/**
 * A window over a source: `ensure(position, length)` makes these bytes available in `bytes` and answers the index of `position`,
 * or -1 when the file ends before. Length must not exceed the window.
 */
export class ByteWindow {
  readonly source: ByteSource;
  bytes: Buffer;
  /** File position of bytes[0] */
  start = 0;
  /** Valid bytes in the window */
  length = 0;

  #part: Buffer;
  /** How much to fill at a position; the whole window when absent. */
  readonly #pace: ((position: number) => number) | undefined;

  constructor(source: ByteSource, windowBytes: number = chunkBytes, pace?: (position: number) => number) {
    this.source = source;
    this.#pace = pace;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(64, Math.min(windowBytes, source.sizeBytes)));
    this.#part = this.bytes;
  }

  ensure(position: number, length: number): number {
    const index = position - this.start;
    if (index >= 0 && index + length <= this.length) return index;
    if (length > this.bytes.length || position + length > this.source.sizeBytes || position < 0) return -1;
    const wanted = Math.max(length, this.#pace?.(position) ?? this.bytes.length);
    // The same part is asked for thousands of times in a row: making a view of it each time costs as much as the read.
    if (this.#part.length !== wanted) this.#part = this.bytes.subarray(0, wanted);
    this.length = this.source.readInto(this.#part, position);
    this.start = position;
    return length <= this.length ? 0 : -1;
  }

  /** A copy of bytes, short at the end of the file; at most `length`, which the caller has bounded. */
  copy(position: number, length: number): Buffer {
    const available = Math.max(0, Math.min(length, this.source.sizeBytes - position));
    const index = available <= this.bytes.length ? this.ensure(position, available) : -1;
    if (index >= 0) return Buffer.from(this.bytes.subarray(index, index + available));
    const target = Buffer.alloc(available);
    return target.subarray(0, this.source.readInto(target, position));
  }
}
