// Exports files to a directory of this host: each appears under its final name only when it is whole and on disk.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import {
  assertRelativeFiles,
  assertTarget,
  type Exporter,
  type LocalTarget,
  type RemoveSpec,
  type SendSpec,
  type VerifySpec,
} from './export-target.ts';
import { partialDirName, partialName, removeStalePartials } from './local-partials.ts';
import { storageFault } from './storage-fault.ts';
import { differs } from './rsync.ts';
import { sourceFiles } from './source-files.ts';

const chunkBytes = 4 << 20;

/** Repeating does not mend these. */
const refusals = ['EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'ENOTEMPTY', 'EFBIG'];

function copyFault(cause: unknown, path: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (cause instanceof Fault || code === undefined) return cause;
  if (refusals.includes(code))
    return new Fault(
      'TransferFailed',
      `The export target does not take ${path}: ${code}.`,
      { code },
      { cause },
    );
  return storageFault(cause, path);
}

interface Copy {
  from: string;
  to: string;
  compare: 'times' | 'checksum';
  signal: AbortSignal;
  onBytes?: ((bytes: number) => void) | undefined;
}

/** Calls `each` with every chunk of a file, in order; the chunk is reused. */
async function eachChunk(
  file: FileHandle,
  signal: AbortSignal,
  each: (chunk: Buffer) => unknown,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
    if (bytesRead === 0) return;
    await each(buffer.subarray(0, bytesRead));
  }
}

async function writeCopy({ from, signal, onBytes }: Copy, partial: string): Promise<void> {
  await using source = await open(from, 'r');
  await using target = await open(partial, 'w');
  await eachChunk(source, signal, async (chunk) => {
    for (let done = 0; done < chunk.length;) done += (await target.write(chunk, done)).bytesWritten;
    onBytes?.(chunk.length);
  });
  const { atime, mtime, size } = await source.stat();
  if ((await target.stat()).size !== size)
    throw new Fault('TransferFailed', `The file ${basename(from)} changed while it was copied.`);
  await target.utimes(atime, mtime);
  await target.sync();
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await directory.sync();
}

async function isSameFile({ from, to, compare, signal }: Copy): Promise<boolean> {
  const [source, target] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (!target?.isFile() || target.size !== source.size) return false;
  if (compare === 'checksum') return (await sha256Of(from, signal)) === (await sha256Of(to, signal));
  return Math.abs(target.mtimeMs - source.mtimeMs) < 1;
}

/** Copies one file by way of `.longtake-partial/` beside it; when it fails, nothing of it is left there. */
async function copyFile(copy: Copy): Promise<void> {
  const directory = dirname(copy.to);
  const partialDir = join(directory, partialDirName);
  await mkdir(directory, { recursive: true });
  await removeStalePartials(partialDir, basename(copy.to));
  if (await isSameFile(copy)) {
    copy.onBytes?.((await stat(copy.to)).size);
    return;
  }
  await mkdir(partialDir, { recursive: true });
  const partial = join(partialDir, partialName(basename(copy.to)));
  try {
    await writeCopy(copy, partial);
    await rename(partial, copy.to);
    await syncDirectory(directory);
  } finally {
    await rm(partial, { force: true });
    // Stays while another copy uses it.
    await rmdir(partialDir).catch(() => undefined);
  }
}

async function sha256Of(
  path: string,
  signal: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<string> {
  await using file = await open(path, 'r');
  const hash = createHash('sha256');
  await eachChunk(file, signal, (chunk) => {
    hash.update(chunk);
    onBytes?.(chunk.length);
  });
  return hash.digest('hex');
}

/** Progress over all files of one export. */
function counter(totalBytes: number, onProgress: SendSpec['onProgress']): (bytes: number) => void {
  let doneBytes = 0;
  return (bytes) => {
    doneBytes += bytes;
    onProgress?.({ doneBytes, percent: totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes) });
  };
}

async function remove({ target, files, signal }: RemoveSpec<LocalTarget>): Promise<void> {
  assertTarget(target);
  assertRelativeFiles(files);
  for (const file of files) {
    signal.throwIfAborted();
    const path = join(target.path, file);
    await rm(path, { force: true }).catch((error: unknown) => {
      throw copyFault(error, path);
    });
  }
}

export function createLocalCopy(): Exporter<LocalTarget> {
  async function send({
    target,
    rootDir,
    files,
    signal,
    onProgress,
    compare = 'times',
  }: SendSpec<LocalTarget>) {
    assertTarget(target);
    const { sizeBytes } = await sourceFiles(rootDir, files);
    const onBytes = counter(sizeBytes, onProgress);
    const addresses: string[] = [];
    for (const file of files) {
      const to = join(target.path, file);
      await copyFile({ from: join(rootDir, file), to, compare, signal, onBytes }).catch((error: unknown) => {
        throw copyFault(error, to);
      });
      addresses.push(to);
    }
    return { addresses, sizeBytes };
  }

  async function verify({ target, rootDir, files, mode, signal, onProgress }: VerifySpec<LocalTarget>) {
    assertTarget(target);
    if (mode === 'none') return;
    const { sizeBytes } = await sourceFiles(rootDir, files);
    const onBytes = counter(sizeBytes, onProgress);
    const differing: string[] = [];
    for (const file of files) {
      const [from, to] = [join(rootDir, file), join(target.path, file)];
      const [source, copied] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
      const hasSize = copied?.isFile() === true && copied.size === source.size;
      const isEqual =
        hasSize &&
        (mode === 'size' || (await sha256Of(from, signal, onBytes)) === (await sha256Of(to, signal)));
      if (!isEqual) differing.push(file);
    }
    if (differing.length > 0) throw differs(target.path, differing);
  }

  return { send, verify, remove };
}
