// The local file of an upload: opened once, read in pieces, watched for changes under our hands.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import type { ReplaceSpec } from './drive-types.ts';

export interface LocalFile {
  handle: FileHandle;
  path: string;
  sizeBytes: number;
  mtimeMs: number;
}

/** Small enough that a slow line shows progress with each. */
const pieceBytes = 256 * 1024;

const changed = (path: string): Fault =>
  new Fault('TransferFailed', `${path} is not the file that was to be uploaded any more: it has changed.`, {
    localFileChanged: true,
  });

/** @throws Fault NotFound; TransferFailed with `localFileChanged` when it has another size */
export async function openLocal({ path, sizeBytes }: ReplaceSpec): Promise<LocalFile> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    ({ code }: NodeJS.ErrnoException) => {
      throw code === 'ENOENT'
        ? new Fault('NotFound', `The file ${path} to upload is not there.`)
        : new Fault('StorageFault', `The file ${path} to upload cannot be read (${code}).`, { code });
    },
  );
  const { size, mtimeMs } = await handle.stat();
  if (size === sizeBytes) return { handle, path, sizeBytes, mtimeMs };
  await handle.close();
  throw changed(path);
}

/** @throws Fault TransferFailed with `localFileChanged` */
export async function requireUnchanged({ handle, path, sizeBytes, mtimeMs }: LocalFile): Promise<void> {
  const now = await handle.stat();
  if (now.size !== sizeBytes || now.mtimeMs !== mtimeMs) throw changed(path);
}

/** The bytes of [startBytes, endBytes); `onBytes` hears how many of them are about to leave. */
export async function* bodyOf(
  { handle, path }: LocalFile,
  range: { startBytes: number; endBytes: number; onBytes(sentBytes: number): void },
): AsyncGenerator<Uint8Array> {
  const { startBytes, endBytes, onBytes } = range;
  for (let at = startBytes; at < endBytes;) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, endBytes - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw changed(path);
    at += bytesRead;
    // Before it leaves: whoever asks what another process sent must not take the last piece for theirs.
    onBytes(at - startBytes);
    yield piece.subarray(0, bytesRead);
  }
}

/** Whether the file still has the bytes that its uploader was promised; reads all of it. */
export async function hasSha256({ handle }: LocalFile, sha256: string): Promise<boolean> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return hash.digest('hex') === sha256;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
}
