// Size and SHA-256 of a file, read once in big pieces, for sidecars and verification.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileFacts } from './storage-types.ts';

/** Bigger pieces gain nothing (measured), smaller ones pay for more thread hops. */
const pieceBytes = 1024 * 1024;

export interface HashOptions {
  signal?: AbortSignal | undefined;
  /** Called after each piece with its length. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/** Reads the next piece while the one before is hashed. Rejects with the abort reason, or with the error of the file system. */
export async function hashFile(path: string, options: HashOptions = {}): Promise<FileFacts> {
  const { signal, onBytes } = options;
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash('sha256');
    let current = Buffer.allocUnsafe(pieceBytes);
    let next = Buffer.allocUnsafe(pieceBytes);
    let sizeBytes = 0;
    let { bytesRead } = await handle.read(current, 0, pieceBytes, 0);
    while (bytesRead > 0) {
      signal?.throwIfAborted();
      sizeBytes += bytesRead;
      const reading = handle.read(next, 0, pieceBytes, sizeBytes);
      hash.update(bytesRead === pieceBytes ? current : current.subarray(0, bytesRead));
      onBytes?.(bytesRead);
      ({ bytesRead } = await reading);
      [current, next] = [next, current];
    }
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}
