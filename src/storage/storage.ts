// The media root of one host: work directories, key locks, publishing and sidecars put together behind one door.
import { rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FaultPoint } from '../domain/fault-point.ts';
import { asFault } from './errno.ts';
import { fsyncDirectory, makeDurableDirectory } from './fsync.ts';
import { hashFile } from './hash.ts';
import { renameDurably, writeTemporaryJson } from './json-file.ts';
import { createKeyLock } from './key-lock.ts';
import { type MediaRoot, openMediaRoot } from './media-root.ts';
import { publish } from './publish.ts';
import { readCoverage, readGapReport, sidecarPaths, statFile } from './sidecar.ts';
import type { Storage } from './storage-types.ts';
import { createWork, temporaryDirectory, type Work } from './work.ts';

export type {
  CoverageRead,
  FileFacts,
  GapReportRead,
  PublishRequest,
  Storage,
  WorkEntry,
} from './storage-types.ts';

async function writeJson(options: {
  root: MediaRoot;
  to: string;
  document: unknown;
  /** Absolute; made when absent. */
  directory: string;
  faultPoint: FaultPoint;
}): Promise<void> {
  const { root, directory, faultPoint } = options;
  const to = root.resolve(options.to);
  await asFault(`Writing ${options.to}`, async () => {
    await makeDurableDirectory(directory);
    const from = await writeTemporaryJson(directory, options.document);
    try {
      await renameDurably({ from, to, step: 'write-json', faultPoint });
    } finally {
      await rm(from, { force: true });
    }
  });
}

/** The media goes first: a report without media says nothing, media without a report is scanned again. */
function removePublished(root: MediaRoot, path: string, sidecars: 'with' | 'without'): Promise<void> {
  const media = root.resolve(path);
  const files = sidecars === 'with' ? [media, ...sidecarPaths(media)] : [media];
  return asFault(`Removing ${path}`, async () => {
    for (const file of files) await rm(file, { force: true });
    if (await isDirectoryThere(dirname(media))) await fsyncDirectory(dirname(media));
  });
}

async function isDirectoryThere(path: string): Promise<boolean> {
  return statfs(path).then(
    () => true,
    () => false,
  );
}

async function sweep(work: Work, options: Parameters<Storage['sweepWork']>[0]): Promise<string[]> {
  const removed: string[] = [];
  for (const entry of await work.listWork()) {
    const isYoung = Date.now() - entry.modifiedMs < options.olderThanSeconds * 1000;
    if (isYoung || (await options.isLive(entry))) continue;
    await work.removeEntry(entry);
    removed.push(entry.path);
  }
  await work.removeTemporaries(options.olderThanSeconds);
  return removed;
}

/** @param deps.faultPoint is called before and after each step of publishing; only kill tests pass one. */
export function createStorage(deps: { mediaRoot: string; faultPoint?: FaultPoint }): Storage {
  const root = openMediaRoot(deps.mediaRoot);
  const faultPoint: FaultPoint = deps.faultPoint ?? (() => {});
  const withKeyLock = createKeyLock(join(root.path, '.locks'));
  const work = createWork(root);
  const { attemptDir, partialDir, removeWork, listWork } = work;
  const hash: Storage['hashFile'] = (path, signal, onBytes) => {
    const absolute = root.resolve(path);
    return asFault(`Hashing ${path}`, () => hashFile(absolute, { signal, onBytes }));
  };
  const sizeOf: Storage['sizeOf'] = async (path) => {
    const absolute = root.resolve(path);
    return (await asFault(`Looking at ${path}`, () => statFile(absolute)))?.sizeBytes;
  };
  return {
    mediaRoot: root.path,
    resolve: root.resolve,
    attemptDir,
    partialDir,
    removeWork,
    listWork,
    sweepWork: (options) => sweep(work, options),
    withKeyLock,
    publish: (request) => publish({ root, withKeyLock, faultPoint }, request),
    writeJson: async (to, document, keyName) => {
      const directory = keyName === undefined ? root.resolve(temporaryDirectory) : await partialDir(keyName);
      await writeJson({ root, to, document, directory, faultPoint });
    },
    readGapReport: (mediaPath) => readGapReport(root, mediaPath),
    readCoverage: (path) => readCoverage(root, path),
    hashFile: hash,
    matches: async (path, facts, signal) => {
      if ((await sizeOf(path)) !== facts.sizeBytes) return false;
      return (await hash(path, signal)).sha256 === facts.sha256;
    },
    freeBytes: () =>
      asFault('Asking for free space', async () => {
        const facts = await statfs(root.path);
        return facts.bavail * facts.bsize;
      }),
    fileExists: async (path) => (await sizeOf(path)) !== undefined,
    sizeOf,
    remove: async (path) => removePublished(root, path, 'with'),
    removeAlone: async (path) => removePublished(root, path, 'without'),
  };
}
