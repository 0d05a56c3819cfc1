// JSON documents on disk: written durable beside their final place, renamed into it; read with a bound.
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FaultPoint } from '../domain/fault-point.ts';
import { errnoOf } from './errno.ts';
import { fsyncDirectory, makeDurableDirectory } from './fsync.ts';

/** A report of a day in pieces of a second would still be smaller; anything bigger is not ours. */
const maxBytes = 64 * 1024 * 1024;

/** Writes a document into a new file of `directory`, durable, and returns its path. */
export async function writeTemporaryJson(directory: string, document: unknown): Promise<string> {
  const path = join(directory, `${randomUUID()}.json`);
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
  try {
    await handle.writeFile(`${JSON.stringify(document, null, 1)}\n`);
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return path;
}

/** Renames within one file system and makes the new name durable. */
export async function renameDurably(options: {
  from: string;
  to: string;
  step: string;
  faultPoint: FaultPoint;
}): Promise<void> {
  const { from, to, step, faultPoint } = options;
  await makeDurableDirectory(dirname(to));
  await faultPoint(`${step}.rename.before`);
  await rename(from, to);
  await faultPoint(`${step}.rename.after`);
  await fsyncDirectory(dirname(to));
  await faultPoint(`${step}.fsync-directory.after`);
}

/** The document, or undefined when the file is absent, too big or no JSON. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      if ((await handle.stat()).size > maxBytes) return undefined;
      text = await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
