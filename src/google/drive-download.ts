// A file of Drive to disk: goes on where an earlier owner stopped, and ends only with the bytes that Drive's checksum names.
import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import { getFile } from './drive-file.ts';
import { watchTransfer, type TransferWatch } from './drive-stall.ts';
import type { DownloadSpec, DriveContext, DriveFile } from './drive-types.ts';
import { askGoogle, faultOfAnswer } from './google-fault.ts';

const pieceBytes = 1 << 20;

export async function download(
  context: DriveContext,
  spec: DownloadSpec,
): Promise<{ sizeBytes: number; sha256: string }> {
  const file = await getFile(context, spec.fileId);
  const { sizeBytes } = file;
  if (sizeBytes === undefined)
    throw new Fault(
      'InputInvalid',
      `${file.name} (${file.id}) in Drive is a folder or a document of Google's.`,
    );
  const handle = await asDiskFault(spec.path, () => open(spec.path, 'a+').then(reopened(spec.path)));
  try {
    const sha256 = await receive(context, { file, sizeBytes, handle, spec });
    if (file.sha256 === undefined || file.sha256 === sha256) return { sizeBytes, sha256 };
    // What lay there belonged to other bytes, or the file was replaced meanwhile: the next try begins at its first byte.
    await handle.truncate(0);
    throw new Fault('GoogleTransient', `${file.name} (${file.id}) changed in Drive while it was fetched.`);
  } finally {
    await handle.close();
  }
}

/** `a+` makes the file and keeps what is in it, but writes only at its end. */
const reopened = (path: string) => async (made: FileHandle) => {
  await made.close();
  return open(path, 'r+');
};

interface Receiving {
  file: DriveFile;
  sizeBytes: number;
  handle: FileHandle;
  spec: DownloadSpec;
}

/** Answers the SHA-256 of the whole file on disk. */
async function receive(context: DriveContext, receiving: Receiving): Promise<string> {
  const { sizeBytes, handle, spec } = receiving;
  const present = Math.min(spec.fromBytes, (await handle.stat()).size);
  // Longer than the whole: of another file.
  const fromBytes = present > sizeBytes ? 0 : present;
  await handle.truncate(fromBytes);
  const hash = createHash('sha256');
  await hashPrefix({ handle, hash, bytes: fromBytes, spec });
  if (fromBytes < sizeBytes) await fetchRest(context, { ...receiving, fromBytes, hash });
  else spec.onBytes?.(fromBytes);
  return hash.digest('hex');
}

async function hashPrefix(prefix: {
  handle: FileHandle;
  hash: Hash;
  bytes: number;
  spec: DownloadSpec;
}): Promise<void> {
  const { handle, hash, bytes, spec } = prefix;
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (let at = 0; at < bytes;) {
    spec.signal.throwIfAborted();
    const { bytesRead } = await handle.read(piece, 0, Math.min(pieceBytes, bytes - at), at);
    if (bytesRead === 0) throw new Fault('StorageFault', `${spec.path} became shorter while it was read.`);
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
    spec.onBytes?.(at);
  }
}

async function fetchRest(
  context: DriveContext,
  rest: Receiving & { fromBytes: number; hash: Hash },
): Promise<void> {
  const { file, fromBytes, spec } = rest;
  const what = `Fetching ${file.name} (${file.id}) from Drive`;
  const watch = watchTransfer({ stallSeconds: context.requestSeconds, signal: spec.signal });
  try {
    await askGoogle(what, async () => {
      const target = `/drive/v3/files/${encodeURIComponent(file.id)}?alt=media&supportsAllDrives=true`;
      const headers = { range: `bytes=${fromBytes}-`, 'accept-encoding': 'identity' };
      const answer = await context.connection.fetch(target, { headers, signal: watch.signal });
      const isRest =
        answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${fromBytes}-`);
      if (!isRest && !(answer.status === 200 && fromBytes === 0)) throw await faultOfRest(what, answer);
      await writeBody(answer, rest, watch);
    });
  } catch (error) {
    spec.signal.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
  }
}

async function faultOfRest(what: string, answer: Response): Promise<Fault> {
  if (answer.status !== 200 && answer.status !== 206) return faultOfAnswer(what, answer);
  await answer.body?.cancel();
  return new Fault('GoogleTransient', `${what}: Google sent another part than the one asked for.`);
}

async function writeBody(
  answer: Response,
  { file, sizeBytes, handle, fromBytes, hash, spec }: Receiving & { fromBytes: number; hash: Hash },
  watch: TransferWatch,
): Promise<void> {
  let at = fromBytes;
  for await (const chunk of answer.body ?? []) {
    watch.moved();
    if (at + chunk.length > sizeBytes)
      throw new Fault('GoogleTransient', `Drive sent more of ${file.name} (${file.id}) than it has.`);
    await asDiskFault(spec.path, () => handle.write(chunk, 0, chunk.length, at));
    hash.update(chunk);
    at += chunk.length;
    spec.onBytes?.(at);
  }
  if (at < sizeBytes)
    throw new Fault(
      'GoogleTransient',
      `Drive ended ${file.name} (${file.id}) after ${at} of ${sizeBytes} bytes.`,
    );
}

async function asDiskFault<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new Fault(isFull ? 'DiskFull' : 'StorageFault', `${path} cannot be written (${code}).`, { code });
  }
}
