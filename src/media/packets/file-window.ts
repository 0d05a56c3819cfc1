// Reads the head or the tail of a file into memory, without blocking this thread.
import { open } from 'node:fs/promises';
import { type ByteSource, memorySource } from '../scan/byte-source.ts';

export type Side = 'head' | 'tail';

export interface FileWindow {
  source: ByteSource;
  /** File position of the window's first byte. */
  startByte: number;
  /** The window reaches from the file's beginning to its end. */
  isWhole: boolean;
}

export async function readFileWindow(spec: {
  path: string;
  side: Side;
  windowBytes: number;
  signal: AbortSignal;
}): Promise<FileWindow> {
  spec.signal.throwIfAborted();
  const file = await open(spec.path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, spec.windowBytes);
    const startByte = spec.side === 'head' ? 0 : size - length;
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, startByte + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
      spec.signal.throwIfAborted();
    }
    return { source: memorySource(bytes.subarray(0, filled)), startByte, isWhole: length === size };
  } finally {
    await file.close();
  }
}
