// Makes files and directory entries durable. A failed fsync means that the data may be lost: it is never tried again here.
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { errnoOf } from './errno.ts';

async function sync(path: string, flags: number): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    // Linux drops the failed pages: a second fsync would lie. Source: PostgreSQL wiki, "Fsync Errors".
    throw new Fault('StorageFault', `Making ${path} durable failed (${code}); its data may be lost.`, {
      errno: code,
    });
  } finally {
    await handle.close();
  }
}

/** A symbolic link in the last place is refused (ELOOP). */
export const fsyncFile = (path: string): Promise<void> =>
  sync(path, constants.O_RDONLY | constants.O_NOFOLLOW);

/** Makes renames and new names inside a directory durable. */
export const fsyncDirectory = (path: string): Promise<void> =>
  sync(path, constants.O_RDONLY | constants.O_DIRECTORY);

/** `mkdir -p` whose new entries are durable up to the first directory that existed. */
export async function makeDurableDirectory(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true });
  if (made === undefined) return;
  const top = dirname(made);
  for (let current = dirname(path); current.startsWith(top); current = dirname(current)) {
    await fsyncDirectory(current);
    if (current === top) break;
  }
}
