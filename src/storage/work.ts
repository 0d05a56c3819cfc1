// Work directories below `.work`: one for each attempt of a key, one for what the next owner may resume; nothing here is ever published in place.
import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { asFault, errnoOf } from './errno.ts';
import type { MediaRoot } from './media-root.ts';
import type { WorkEntry } from './storage-types.ts';

const workRoot = '.work';
/** Attempts begin with a sign that no key segment begins with, so that no key can look like another key's attempt. */
const mark = '@';
const partialName = `${mark}partial`;
/** Temporaries of documents that belong to no attempt. */
export const temporaryDirectory = join(workRoot, `${mark}tmp`);

const keySegment = /^[^@./\\\p{Cc}\p{Cs}][^/\\\p{Cc}\p{Cs}]*$/u;
const maxSegments = 4;
const maxSegmentBytes = 200;

/** The segments of a key name. Fault UnsafeName unless they are one to four plain path segments. */
export function keySegments(keyName: string): string[] {
  const segments = keyName.split('/');
  const safe = segments.every((part) => keySegment.test(part) && Buffer.byteLength(part) <= maxSegmentBytes);
  if (safe && segments.length <= maxSegments) return segments;
  throw new Fault('UnsafeName', `${JSON.stringify(keyName.slice(0, 300))} cannot name a work directory.`);
}

function attemptName(epoch: number): string {
  if (Number.isSafeInteger(epoch) && epoch >= 0) return `${mark}${epoch}`;
  throw new Fault('InputInvalid', `${epoch} is no epoch: a whole number from 0 on is needed.`);
}

async function namesIn(path: string): Promise<{ name: string; isDirectory: boolean }[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Newest modification of anything below `path`; entries that vanish meanwhile do not count. */
async function newestMs(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined);
  let newest = facts?.mtimeMs ?? 0;
  if (!facts?.isDirectory()) return newest;
  for (const entry of await namesIn(path)) newest = Math.max(newest, await newestMs(join(path, entry.name)));
  return newest;
}

export interface Work {
  attemptDir(keyName: string, epoch: number): Promise<string>;
  partialDir(keyName: string): Promise<string>;
  removeWork(keyNamePrefix: string): Promise<void>;
  listWork(): Promise<WorkEntry[]>;
  /** Removes one entry and the key directories that it leaves empty. */
  removeEntry(entry: WorkEntry): Promise<void>;
  /** Removes temporaries of documents older than this. */
  removeTemporaries(olderThanSeconds: number): Promise<void>;
}

/** Removes directories from `segments` upwards while they are empty. */
async function prune(root: MediaRoot, segments: string[]): Promise<void> {
  for (let left = segments; left.length > 0; left = left.slice(0, -1)) {
    try {
      await rmdir(root.resolve(join(workRoot, ...left)));
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
      if (code !== 'ENOENT') throw error;
    }
  }
}

async function collect(options: { path: string; segments: string[]; found: WorkEntry[] }): Promise<void> {
  const { path, segments, found } = options;
  for (const { name, isDirectory } of await namesIn(path)) {
    const child = join(path, name);
    if (!isDirectory) continue;
    if (!name.startsWith(mark)) {
      await collect({ path: child, segments: [...segments, name], found });
    } else if (segments.length > 0) {
      const epoch = name === partialName ? 'partial' : Number(name.slice(1));
      found.push({ keyName: segments.join('/'), epoch, path: child, modifiedMs: await newestMs(child) });
    }
  }
}

/** Tried again when another attempt's clean-up takes an empty parent away in between. */
async function makeDirectory(path: string, triesLeft = 20): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || triesLeft === 0) throw error;
    await makeDirectory(path, triesLeft - 1);
  }
}

export function createWork(root: MediaRoot): Work {
  const makeBelow = (keyName: string, name: string): Promise<string> => {
    const path = root.resolve(join(workRoot, ...keySegments(keyName), name));
    return asFault(`Making the work directory of ${keyName}`, async () => {
      await makeDirectory(path);
      return path;
    });
  };
  return {
    attemptDir: async (keyName, epoch) => makeBelow(keyName, attemptName(epoch)),
    partialDir: async (keyName) => makeBelow(keyName, partialName),
    removeWork: async (keyNamePrefix) => {
      const segments = keySegments(keyNamePrefix);
      const path = root.resolve(join(workRoot, ...segments));
      await asFault(`Removing the work of ${keyNamePrefix}`, async () => {
        await rm(path, { recursive: true, force: true, maxRetries: 3 });
        await prune(root, segments.slice(0, -1));
      });
    },
    listWork: () =>
      asFault('Listing work', async () => {
        const found: WorkEntry[] = [];
        await collect({ path: root.resolve(workRoot), segments: [], found });
        return found;
      }),
    removeEntry: (entry) =>
      asFault(`Removing work of ${entry.keyName}`, async () => {
        await rm(root.resolve(entry.path), { recursive: true, force: true, maxRetries: 3 });
        await prune(root, entry.keyName.split('/'));
      }),
    removeTemporaries: (olderThanSeconds) =>
      asFault('Removing temporaries', async () => {
        const directory = root.resolve(temporaryDirectory);
        for (const { name } of await namesIn(directory)) {
          const path = join(directory, name);
          const ageMs = Date.now() - (await newestMs(path));
          if (ageMs >= olderThanSeconds * 1000) await rm(path, { recursive: true, force: true });
        }
      }),
  };
}
