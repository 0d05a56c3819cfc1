// The worker thread that writes downloads and hashes what it writes, a piece of each file in turn. Only Node; loaded by hashed-files.ts.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

export type WriteRequest =
  | { kind: 'open'; id: number; path: string; keepBytes: number }
  /** The batch comes by transfer and goes back with the reply. */
  | { kind: 'append'; id: number; batch: ArrayBuffer; from: number; to: number }
  | { kind: 'finish'; id: number }
  | { kind: 'close'; id: number };

export type WriteReply =
  | { kind: 'opened'; id: number }
  | { kind: 'written'; id: number; writtenBytes: number; batch: ArrayBuffer }
  | { kind: 'finished'; id: number; sha256: string }
  | { kind: 'closed'; id: number }
  /** `isOpen` false: there is no file to close. */
  | { kind: 'failed'; id: number; code: string; message: string; isOpen?: boolean };

interface Job {
  id: number;
  descriptor: number;
  hash: Hash;
  /** Bytes that were there before; they are hashed first. */
  keepBytes: number;
  hashedBytes: number;
  writtenBytes: number;
  failed: boolean;
  queue: Exclude<WriteRequest, { kind: 'open' }>[];
}

const slice = Buffer.allocUnsafe(1 << 20);
/**
 * Of bigger writes the kernel makes pieces of memory so big that a virtual machine may have to fetch them from its host first: the
 * writing then costs up to ten times as much (measured).
 */
const writeBytes = 64 << 10;
const jobs = new Map<number, Job>();
let scheduled = false;

function reply(message: WriteReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function fail(id: number, error: unknown): void {
  const { code = '', message } = error as NodeJS.ErrnoException;
  reply({ kind: 'failed', id, code, message, isOpen: jobs.has(id) });
}

function openJob({ id, path, keepBytes }: Extract<WriteRequest, { kind: 'open' }>): void {
  const descriptor = openSync(path, keepBytes > 0 ? 'r+' : 'w+');
  if (keepBytes > 0) ftruncateSync(descriptor, keepBytes);
  const hash = createHash('sha256');
  const counts = { keepBytes, hashedBytes: 0, writtenBytes: keepBytes };
  jobs.set(id, { id, descriptor, hash, ...counts, failed: false, queue: [] });
  reply({ kind: 'opened', id });
}

function hashKept(job: Job): void {
  const length = Math.min(slice.length, job.keepBytes - job.hashedBytes);
  const read = readSync(job.descriptor, slice, 0, length, job.hashedBytes);
  if (read === 0) throw new Error(`The partial ends at byte ${job.hashedBytes} of ${job.keepBytes}.`);
  job.hash.update(slice.subarray(0, read));
  job.hashedBytes += read;
}

function append(job: Job, { batch, from, to }: Extract<WriteRequest, { kind: 'append' }>): void {
  if (!job.failed) {
    const bytes = new Uint8Array(batch, from, to - from);
    // A write may take less than asked, for example on a disk that is nearly full.
    for (let done = 0; done < bytes.length;) {
      const length = Math.min(writeBytes, bytes.length - done);
      const written = writeSync(job.descriptor, bytes, done, length, job.writtenBytes);
      done += written;
      job.writtenBytes += written;
    }
    job.hash.update(bytes);
  }
  reply({ kind: 'written', id: job.id, writtenBytes: job.writtenBytes, batch }, [batch]);
}

/** One piece of work; true when more waits. */
function step(job: Job): boolean {
  if (!job.failed && job.queue.length > 0 && job.hashedBytes < job.keepBytes) {
    hashKept(job);
    return true;
  }
  const request = job.queue.shift();
  if (request?.kind === 'append') append(job, request);
  if (request?.kind === 'finish' && !job.failed) {
    // Once: a hash gives its digest a single time.
    reply({ kind: 'finished', id: job.id, sha256: job.hash.digest('hex') });
  }
  if (request?.kind === 'close') {
    jobs.delete(job.id);
    closeSync(job.descriptor);
    reply({ kind: 'closed', id: job.id });
    return false;
  }
  return job.queue.length > 0;
}

function work(): void {
  scheduled = false;
  let more = false;
  for (const job of [...jobs.values()]) {
    try {
      more = step(job) || more;
    } catch (error) {
      job.failed = true;
      fail(job.id, error);
      more = true;
    }
  }
  if (more) schedule();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  // Between pieces, so that new requests are read.
  setImmediate(work);
}

parentPort?.on('message', (request: WriteRequest) => {
  if (request.kind === 'open') {
    try {
      openJob(request);
    } catch (error) {
      fail(request.id, error);
    }
    return;
  }
  jobs.get(request.id)?.queue.push(request);
  schedule();
});
