// One file on this side of the writing thread: collects bytes in batches, hands them over, and knows what stands on disk.
import type { Fault } from '../domain/fault.ts';
import type { BatchPool } from './batch-pool.ts';
import { storageFault } from './storage-fault.ts';
import type { WriteReply, WriteRequest } from './write-worker.ts';

export interface GrowingFileSpec {
  path: string;
  /** Bytes to keep; whatever lies behind is cut off. They are hashed like fresh bytes. */
  keepBytes: number;
  onWritten: (writtenBytes: number) => void;
  /** There is room again after `took` or `push` said false. */
  onRoom: () => void;
  /** Writing failed; nothing more will be written. */
  onError: (fault: Fault) => void;
}

export interface GrowingFileDeps {
  id: number;
  pool: BatchPool;
  send: (request: WriteRequest, transfer?: ArrayBuffer[]) => void;
}

/** Code of a failure after which the thread answers no more. */
export const threadGone = 'EWORKER';

/** Held back at most, per download; bounds its memory. */
const heldBackBytes = 8 << 20;

export class GrowingFile {
  readonly #spec: GrowingFileSpec;
  readonly #deps: GrowingFileDeps;
  readonly #opened = Promise.withResolvers<void>();
  readonly #hashed = Promise.withResolvers<string>();
  readonly #closed = Promise.withResolvers<void>();
  #flushed: PromiseWithResolvers<void>[] = [];
  #writtenBytes: number;
  #sentBytes: number;
  #batch: Buffer<ArrayBuffer> | undefined;
  /** What of the batch holds bytes, and what of these has gone to the thread. */
  #usedBytes = 0;
  #copiedBytes = 0;
  #isFull = false;
  #failure: Fault | undefined;

  constructor(spec: GrowingFileSpec, deps: GrowingFileDeps) {
    this.#spec = spec;
    this.#deps = deps;
    this.#writtenBytes = this.#sentBytes = spec.keepBytes;
    // Nobody may be waiting when the file fails.
    for (const { promise } of [this.#opened, this.#hashed]) promise.catch(() => undefined);
  }

  /** Bytes that stand in the file. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Opens (creates) the file. Fails with DiskFull or StorageFault. */
  open(): Promise<void> {
    const { path, keepBytes } = this.#spec;
    this.#deps.send({ kind: 'open', id: this.#deps.id, path, keepBytes });
    return this.#opened.promise;
  }

  /** Memory for the next bytes; valid until the next call of `took`. */
  room(): Buffer {
    this.#batch ??= this.#deps.pool.take();
    return this.#batch.subarray(this.#usedBytes);
  }

  /** That many bytes were put into `room`; false when the source must pause until `onRoom`. */
  took(bytes: number): boolean {
    this.#usedBytes += bytes;
    const batch = this.#batch;
    if (batch && this.#deps.pool.isUsedUp(batch.length - this.#usedBytes)) this.#sendBatch(batch);
    this.#isFull = !this.#failure && this.#sentBytes - this.#writtenBytes >= heldBackBytes;
    return !this.#isFull;
  }

  /** Takes a copy of a chunk; false like `took`. */
  push(chunk: Buffer): boolean {
    for (let done = 0; done < chunk.length;) {
      const copied = chunk.copy(this.room(), 0, done);
      this.took(copied);
      done += copied;
    }
    return !this.#isFull;
  }

  /** Writes what is held back, unless a write is under way. */
  nudge(): void {
    if (!this.#failure && this.#writtenBytes === this.#sentBytes) this.#sendCopy();
  }

  /** Writes what is held back, and resolves when all of it stands in the file. */
  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    this.#sendCopy();
    if (this.#writtenBytes === this.#sentBytes) return;
    const done = Promise.withResolvers<void>();
    this.#flushed.push(done);
    await done.promise;
  }

  /** sha256 of all bytes, hex; once, after `flush`. */
  finish(): Promise<string> {
    this.#deps.send({ kind: 'finish', id: this.#deps.id });
    return this.#hashed.promise;
  }

  /** Harmless after a failure; nothing may be taken any more. */
  async close(): Promise<void> {
    if (this.#failure?.details.code === threadGone) return;
    this.#deps.send({ kind: 'close', id: this.#deps.id });
    await this.#closed.promise;
  }

  /** What the thread answers about this file. */
  onReply(reply: WriteReply): void {
    if (reply.kind === 'opened') this.#opened.resolve();
    else if (reply.kind === 'finished') this.#hashed.resolve(reply.sha256);
    else if (reply.kind === 'closed') this.#closed.resolve();
    else if (reply.kind === 'failed') this.#onFailed(reply);
    else this.#onWritten(reply);
  }

  #onWritten(reply: Extract<WriteReply, { kind: 'written' }>): void {
    this.#deps.pool.give(reply.batch);
    if (this.#failure) return;
    this.#writtenBytes = reply.writtenBytes;
    this.#spec.onWritten(reply.writtenBytes);
    if (this.#isFull && this.#sentBytes - this.#writtenBytes < heldBackBytes) {
      this.#isFull = false;
      this.#spec.onRoom();
    }
    if (this.#writtenBytes === this.#sentBytes)
      for (const waiting of this.#flushed.splice(0)) waiting.resolve();
  }

  #onFailed({ code, message }: Extract<WriteReply, { kind: 'failed' }>): void {
    const failure = storageFault(Object.assign(new Error(message), { code }), this.#spec.path);
    this.#failure ??= failure;
    for (const { reject } of [this.#opened, this.#hashed, ...this.#flushed.splice(0)]) reject(this.#failure);
    this.#spec.onError(this.#failure);
    if (code === threadGone) this.#closed.resolve();
  }

  /** Hands the whole batch over. Only from `took`: at any other time a socket may be reading into it. */
  #sendBatch({ buffer }: Buffer<ArrayBuffer>): void {
    const [from, to] = [this.#copiedBytes, this.#usedBytes];
    this.#sentBytes += to - from;
    this.#batch = undefined;
    this.#usedBytes = this.#copiedBytes = 0;
    this.#deps.send({ kind: 'append', id: this.#deps.id, batch: buffer, from, to }, [buffer]);
  }

  #sendCopy(): void {
    if (!this.#batch || this.#usedBytes === this.#copiedBytes) return;
    const copy = this.#batch.buffer.slice(this.#copiedBytes, this.#usedBytes);
    const to = copy.byteLength;
    this.#sentBytes += to;
    this.#copiedBytes = this.#usedBytes;
    this.#deps.send({ kind: 'append', id: this.#deps.id, batch: copy, from: 0, to }, [copy]);
  }
}
