// The file a download grows in: appends in large batches, one write under way at a time, always a true prefix of what the source sent.
import { open, type FileHandle } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';

export interface PartialFile {
  /** Bytes that stand in the file. */
  readonly writtenBytes: number;
  /** Takes a chunk; false when the source must pause until `onRoom`. */
  push(chunk: Buffer): boolean;
  /** Writes what is still held back. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface PartialFileSpec {
  path: string;
  /** Bytes to keep; whatever lies behind is cut off. */
  keepBytes: number;
  onWritten: (writtenBytes: number) => void;
  /** There is room again after `push` said false. */
  onRoom: () => void;
  /** Writing failed; nothing more will be written. */
  onError: (error: Fault) => void;
}

/** One write per MiB keeps system calls rare; four held back bound the memory of a download. */
const batchBytes = 1 << 20;
const heldBackBytes = 4 * batchBytes;

const fullCodes = ['ENOSPC', 'EDQUOT'];

/** A file system error as DiskFull or StorageFault; names the file, never its content. */
export function storageFault(cause: unknown, path: string): Fault {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (fullCodes.includes(code))
    return new Fault('DiskFull', `No space left for ${path}.`, { code }, { cause });
  return new Fault(
    'StorageFault',
    `The file ${path} cannot be written: ${code || String(cause)}.`,
    { code },
    { cause },
  );
}

async function writeAll(handle: FileHandle, batch: Buffer[], position: number): Promise<number> {
  let rest = batch;
  let written = 0;
  while (rest.length > 0) {
    // writev may write less than asked, for example on a disk that is nearly full.
    let { bytesWritten } = await handle.writev(rest, position + written);
    written += bytesWritten;
    while (rest[0] && bytesWritten >= rest[0].length) {
      bytesWritten -= rest[0].length;
      rest = rest.slice(1);
    }
    if (rest[0] && bytesWritten > 0) rest = [rest[0].subarray(bytesWritten), ...rest.slice(1)];
  }
  return written;
}

/** Opens (creates) the file, cuts it to keepBytes and appends from there. Fails with DiskFull or StorageFault. */
export async function openPartialFile(spec: PartialFileSpec): Promise<PartialFile> {
  const { path } = spec;
  const flags = spec.keepBytes > 0 ? 'r+' : 'w';
  const handle = await open(path, flags).catch((cause: unknown) => {
    throw storageFault(cause, path);
  });
  if (spec.keepBytes > 0) await handle.truncate(spec.keepBytes);
  let writtenBytes = spec.keepBytes;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let full = false;
  let failure: Fault | undefined;
  let writing: Promise<void> | undefined;

  async function writeHeld(): Promise<void> {
    const batch = held;
    held = [];
    heldBytes = 0;
    try {
      writtenBytes += await writeAll(handle, batch, writtenBytes);
      spec.onWritten(writtenBytes);
    } catch (cause) {
      failure = storageFault(cause, path);
      spec.onError(failure);
      return;
    } finally {
      writing = undefined;
    }
    if (full) {
      full = false;
      spec.onRoom();
    }
    if (heldBytes >= batchBytes) writing ??= writeHeld();
  }

  return {
    get writtenBytes() {
      return writtenBytes;
    },
    push(chunk) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes >= batchBytes && !failure) writing ??= writeHeld();
      full = heldBytes >= heldBackBytes;
      return !full;
    },
    async flush() {
      while (!failure && (writing || heldBytes > 0)) await (writing ??= writeHeld());
      if (failure) throw failure;
    },
    async close() {
      await writing;
      await handle.close();
    },
  };
}
