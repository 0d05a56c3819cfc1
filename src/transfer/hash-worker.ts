// The worker thread that hashes growing files behind their writers, a slice of each in turn. Only Node; loaded by file-hasher.ts.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

export type HashRequest =
  | { kind: 'open'; id: number; path: string }
  | { kind: 'advance'; id: number; toBytes: number; final: boolean }
  | { kind: 'drop'; id: number };

export type HashReply = { id: number; sha256: string } | { id: number; error: Error };

interface Job {
  id: number;
  descriptor: number;
  hash: Hash;
  doneBytes: number;
  toBytes: number;
  final: boolean;
}

const sliceBytes = 1 << 20;
const slice = Buffer.allocUnsafe(sliceBytes);
const jobs = new Map<number, Job>();
let working = false;

function close(job: Job): void {
  jobs.delete(job.id);
  closeSync(job.descriptor);
}

/** Hashes at most one slice; true while the job has more to do. */
function step(job: Job): boolean {
  if (job.doneBytes < job.toBytes) {
    const length = Math.min(sliceBytes, job.toBytes - job.doneBytes);
    const read = readSync(job.descriptor, slice, 0, length, job.doneBytes);
    if (read === 0) throw new Error(`The file ends at byte ${job.doneBytes} of ${job.toBytes}.`);
    job.hash.update(slice.subarray(0, read));
    job.doneBytes += read;
  }
  if (job.doneBytes < job.toBytes) return true;
  if (job.final) {
    parentPort?.postMessage({ id: job.id, sha256: job.hash.digest('hex') } satisfies HashReply);
    close(job);
  }
  return false;
}

function work(): void {
  working = false;
  let more = false;
  for (const job of jobs.values()) {
    try {
      more = step(job) || more;
    } catch (error) {
      parentPort?.postMessage({ id: job.id, error: error as Error } satisfies HashReply);
      close(job);
    }
  }
  if (more) schedule();
}

function schedule(): void {
  if (working) return;
  working = true;
  // Between slices, so that new requests are read.
  setImmediate(work);
}

parentPort?.on('message', (request: HashRequest) => {
  if (request.kind === 'open') {
    try {
      const descriptor = openSync(request.path, 'r');
      const { id } = request;
      jobs.set(id, { id, descriptor, hash: createHash('sha256'), doneBytes: 0, toBytes: 0, final: false });
    } catch (error) {
      parentPort?.postMessage({ id: request.id, error: error as Error } satisfies HashReply);
    }
    return;
  }
  const job = jobs.get(request.id);
  if (!job) return;
  if (request.kind === 'drop') return close(job);
  job.toBytes = request.toBytes;
  job.final = request.final;
  schedule();
});
