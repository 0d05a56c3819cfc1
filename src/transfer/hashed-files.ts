// Files that grow by a download: written and hashed in a thread of their own, always a true prefix of what the source sent.
import { Worker } from 'node:worker_threads';
import { createBatchPool } from './batch-pool.ts';
import { GrowingFile, threadGone, type GrowingFileSpec } from './growing-file.ts';
import type { WriteReply } from './write-worker.ts';

export interface HashedFiles {
  /** Opens (creates) the file; `close` it in the end. Fails with DiskFull or StorageFault. */
  open(spec: GrowingFileSpec): Promise<GrowingFile>;
  /** Ends the thread; files still open fail with StorageFault. */
  close(): Promise<void>;
}

function startThread(): Worker {
  // From the sources Node strips the types; the package holds plain JavaScript.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./write-worker.${extension}`, import.meta.url));
}

/** One thread for all files, started at first use; it keeps the process alive only while a file is open. */
export function createHashedFiles(): HashedFiles {
  const files = new Map<number, GrowingFile>();
  const pool = createBatchPool();
  let worker: Worker | undefined;
  let lastId = 0;

  function failAll(message: string): void {
    worker = undefined;
    for (const [id, file] of files) file.onReply({ kind: 'failed', id, code: threadGone, message });
    files.clear();
  }

  function thread(): Worker {
    if (worker) return worker;
    worker = startThread();
    worker.on('message', (reply: WriteReply) => {
      const isOver = reply.kind === 'closed' || (reply.kind === 'failed' && reply.isOpen === false);
      files.get(reply.id)?.onReply(reply);
      if (isOver) files.delete(reply.id);
      if (files.size === 0) worker?.unref();
    });
    worker.on('error', (error) => failAll(`The writing thread ended: ${String(error)}`));
    return worker;
  }

  return {
    async open(spec) {
      const own = thread();
      own.ref();
      const id = (lastId += 1);
      const send = (request: object, transfer: ArrayBuffer[] = []) => own.postMessage(request, transfer);
      const file = new GrowingFile(spec, { id, pool, send });
      files.set(id, file);
      await file.open();
      return file;
    },
    async close() {
      const ending = worker;
      failAll('The writing thread was closed.');
      await ending?.terminate();
    },
  };
}
