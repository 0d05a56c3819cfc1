// A file of lines whose appends are on the disk when they resolve; after a failure, or when it has grown, it is written anew.
import { open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DurableLines {
  /** Lines with their line breaks; never called twice at once. Rejects with the error of the file system. */
  append(lines: string): Promise<void>;
  /** Whether the last write succeeded. */
  isHealthy(): boolean;
  close(): Promise<void>;
}

/** Appended beyond four times what the last rewrite held. */
const rewriteBytes = 1024 * 1024;

/** Writes the file anew, mode 0600, and opens it; `whole` is all that it must hold, what is being appended included. */
export async function openDurableLines(path: string, whole: () => string): Promise<DurableLines> {
  let file: FileHandle | undefined;
  let appendedBytes = 0;
  let allowedBytes = 0;

  async function drop(): Promise<void> {
    const dropped = file;
    file = undefined;
    await dropped?.close().catch(() => undefined);
  }

  async function rewrite(): Promise<void> {
    await drop();
    const text = whole();
    file = await replaceDurably(path, text);
    appendedBytes = 0;
    allowedBytes = rewriteBytes + 4 * Buffer.byteLength(text);
  }

  await rewrite();
  return {
    async append(lines) {
      // After a failed write or fsync nobody knows what the file holds: a new one takes its place.
      if (file === undefined || appendedBytes > allowedBytes) return rewrite();
      try {
        await file.appendFile(lines);
        await file.datasync();
        appendedBytes += Buffer.byteLength(lines);
      } catch (error) {
        await drop();
        throw error;
      }
    },
    isHealthy: () => file !== undefined,
    close: drop,
  };
}

/** The file under its name, durable, open for more. */
async function replaceDurably(path: string, text: string): Promise<FileHandle> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await rename(`${path}.new`, path);
    const directory = await open(dirname(path), 'r');
    await directory.sync().finally(() => directory.close());
    return file;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}
