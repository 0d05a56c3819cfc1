// Files that grow by a download: written and hashed in a thread of their own, always a true prefix of what the source sent.
import { Worker } from 'node:worker_threads';
import type { Fault } from '../domain/fault.ts';
import { createBatchPool, type BatchPool } from './batch-pool.ts';
import { storageFault } from './storage-fault.ts';
import type { WriteReply, WriteRequest } from './write-worker.ts';

export interface HashedFile {
  /** Bytes that stand in the file. */
  readonly writtenBytes: number;
  /** Memory for the next bytes; valid until the next call of `took`. */
  room(): Buffer;
  /** That many bytes were put into `room`; false when the source must pause until `onRoom`. */
  took(bytes: number): boolean;
  /** Takes a copy of a chunk; false like `took`. */
  push(chunk: Buffer): boolean;
  /** Writes what is held back, unless a write is under way. */
  nudge(): void;
  /** Writes what is held back, and resolves when all of it stands in the file. */
  flush(): Promise<void>;
  /** sha256 of all bytes, hex; once, after `flush`. */
  finish(): Promise<string>;
  /** Harmless after a failure; nothing may be taken any more. */
  close(): Promise<void>;
}

export interface HashedFileSpec {
  path: string;
  /** Bytes to keep; whatever lies behind is cut off. They are hashed like fresh bytes. */
  keepBytes: number;
  onWritten: (writtenBytes: number) => void;
  onRoom: () => void;
  /** Writing failed; nothing more will be written. */
  onError: (fault: Fault) => void;
}

export interface HashedFiles {
  /** Opens (creates) the file. Fails with DiskFull or StorageFault. */
  open(spec: HashedFileSpec): Promise<HashedFile>;
  close(): Promise<void>;
}

/** Held back at most, per download; bounds its memory. */
const heldBackBytes = 8 << 20;

type OnReply = (reply: WriteReply) => void;
type Send = (request: WriteRequest, transfer?: ArrayBuffer[]) => void;

/** One thread for all files, started at first use. */
export function createHashedFiles(): HashedFiles {
  const listeners = new Map<number, OnReply>();
  const pool = createBatchPool();
  let worker: Worker | undefined;
  let lastId = 0;

  function failAll(message: string): void {
    worker = undefined;
    for (const [id, onReply] of listeners) onReply({ kind: 'failed', id, code: 'EWORKER', message });
  }

  function start(): Worker {
    // From the sources Node strips the types; the package holds plain JavaScript.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const started = new Worker(new URL(`./write-worker.${extension}`, import.meta.url));
    started.on('message', (reply: WriteReply) => listeners.get(reply.id)?.(reply));
    started.on('error', (error) => failAll(`The writing thread ended: ${String(error)}`));
    return started;
  }

  async function open(spec: HashedFileSpec): Promise<HashedFile> {
    const thread = (worker ??= start());
    const id = (lastId += 1);
    thread.ref();
    const forget = () => {
      listeners.delete(id);
      // The thread keeps the process alive only while a file is open.
      if (listeners.size === 0) thread.unref();
    };
    const send: Send = (request, transfer = []) => thread.postMessage(request, transfer);
    const file = createFile({
      id,
      spec,
      pool,
      send,
      forget,
      listen: (onReply) => listeners.set(id, onReply),
    });
    await file.opened;
    return file;
  }

  async function close(): Promise<void> {
    const ending = worker;
    failAll('The writing thread was closed.');
    await ending?.terminate();
  }

  return { open, close };
}

interface FileDeps {
  id: number;
  spec: HashedFileSpec;
  pool: BatchPool;
  send: Send;
  listen: (onReply: OnReply) => void;
  forget: () => void;
}

function createFile({
  id,
  spec,
  pool,
  send,
  listen,
  forget,
}: FileDeps): HashedFile & { opened: Promise<void> } {
  const opened = Promise.withResolvers<void>();
  const hashed = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  const flushed: PromiseWithResolvers<void>[] = [];
  let writtenBytes = spec.keepBytes;
  let sentBytes = spec.keepBytes;
  let batch: Buffer<ArrayBuffer> | undefined;
  /** What of the batch holds bytes, and what of these has gone to the thread. */
  let usedBytes = 0;
  let copiedBytes = 0;
  let isFull = false;
  let failure: Fault | undefined;
  // Nobody may be waiting for a hash when the file fails.
  hashed.promise.catch(() => undefined);

  function onWritten(reply: Extract<WriteReply, { kind: 'written' }>): void {
    pool.give(reply.batch);
    if (failure) return;
    writtenBytes = reply.writtenBytes;
    spec.onWritten(writtenBytes);
    if (isFull && sentBytes - writtenBytes < heldBackBytes) {
      isFull = false;
      spec.onRoom();
    }
    if (writtenBytes === sentBytes) for (const waiting of flushed.splice(0)) waiting.resolve();
  }

  function onFailed(reply: Extract<WriteReply, { kind: 'failed' }>): void {
    failure ??= storageFault(Object.assign(new Error(reply.message), { code: reply.code }), spec.path);
    for (const { reject } of [opened, hashed, ...flushed.splice(0)]) reject(failure);
    spec.onError(failure);
    if (reply.code === 'EWORKER') closed.resolve();
  }

  listen((reply) => {
    if (reply.kind === 'opened') opened.resolve();
    else if (reply.kind === 'written') onWritten(reply);
    else if (reply.kind === 'finished') hashed.resolve(reply.sha256);
    else if (reply.kind === 'failed') onFailed(reply);
    else closed.resolve();
  });
  opened.promise.catch(forget);
  send({ kind: 'open', id, path: spec.path, keepBytes: spec.keepBytes });

  /** Hands the whole batch over. Only from `took`: at any other time a socket may be reading into it. */
  function sendBatch({ buffer }: Buffer<ArrayBuffer>): void {
    sentBytes += usedBytes - copiedBytes;
    send({ kind: 'append', id, batch: buffer, from: copiedBytes, to: usedBytes }, [buffer]);
    batch = undefined;
    usedBytes = copiedBytes = 0;
  }

  function sendCopy(): void {
    if (!batch || usedBytes === copiedBytes) return;
    const copy = batch.buffer.slice(copiedBytes, usedBytes);
    sentBytes += copy.byteLength;
    copiedBytes = usedBytes;
    send({ kind: 'append', id, batch: copy, from: 0, to: copy.byteLength }, [copy]);
  }

  function room(): Buffer {
    batch ??= pool.take();
    return batch.subarray(usedBytes);
  }

  function took(bytes: number): boolean {
    usedBytes += bytes;
    if (batch && pool.isUsedUp(batch.length - usedBytes)) sendBatch(batch);
    isFull = !failure && sentBytes - writtenBytes >= heldBackBytes;
    return !isFull;
  }

  return {
    opened: opened.promise,
    get writtenBytes() {
      return writtenBytes;
    },
    room,
    took,
    push(chunk) {
      for (let done = 0; done < chunk.length;) {
        const copied = chunk.copy(room(), 0, done);
        took(copied);
        done += copied;
      }
      return !isFull;
    },
    nudge() {
      if (!failure && writtenBytes === sentBytes) sendCopy();
    },
    async flush() {
      if (failure) throw failure;
      sendCopy();
      if (writtenBytes === sentBytes) return;
      const done = Promise.withResolvers<void>();
      flushed.push(done);
      await done.promise;
    },
    finish() {
      send({ kind: 'finish', id });
      return hashed.promise;
    },
    async close() {
      if (failure?.details.code !== 'EWORKER') send({ kind: 'close', id });
      await closed.promise;
      forget();
    },
  };
}
