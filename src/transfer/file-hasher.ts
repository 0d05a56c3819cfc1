// Running sha256 of files that are still being written: the hash is taken of what lies in the file, in a thread of its own.
import { Worker } from 'node:worker_threads';
import type { HashReply, HashRequest } from './hash-worker.ts';

export interface FollowedHash {
  /** The first `writtenBytes` bytes of the file stand and will not change. */
  advance(writtenBytes: number): void;
  /** Hashes up to `sizeBytes` and ends; hex. */
  finish(sizeBytes: number): Promise<string>;
  /** Ends without a result; harmless after finish. */
  drop(): void;
}

export interface FileHasher {
  /** Begins at byte 0, so an existing partial is hashed like fresh bytes. The file must exist. */
  follow(path: string): FollowedHash;
  close(): Promise<void>;
}

/** One thread for all files, started at first use. */
export function createFileHasher(): FileHasher {
  const waiting = new Map<number, PromiseWithResolvers<string>>();
  let worker: Worker | undefined;
  let lastId = 0;

  function failAll(error: Error): void {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  /** The thread keeps the process alive only while somebody waits for a hash. */
  function forget(id: number): boolean {
    const known = waiting.delete(id);
    if (waiting.size === 0) worker?.unref();
    return known;
  }

  function start(): Worker {
    // From the sources Node strips the types; the package holds plain JavaScript.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const started = new Worker(new URL(`./hash-worker.${extension}`, import.meta.url));
    started.on('message', (reply: HashReply) => {
      const pending = waiting.get(reply.id);
      forget(reply.id);
      if ('sha256' in reply) pending?.resolve(reply.sha256);
      else pending?.reject(reply.error);
    });
    started.on('error', failAll);
    return started;
  }

  function follow(path: string): FollowedHash {
    const thread = (worker ??= start());
    const id = (lastId += 1);
    const send = (request: HashRequest) => thread.postMessage(request);
    const result = Promise.withResolvers<string>();
    // An error may come before anyone waits for the result.
    result.promise.catch(() => undefined);
    waiting.set(id, result);
    thread.ref();
    send({ kind: 'open', id, path });
    return {
      advance: (toBytes) => send({ kind: 'advance', id, toBytes, final: false }),
      finish: (toBytes) => {
        send({ kind: 'advance', id, toBytes, final: true });
        return result.promise;
      },
      drop: () => {
        if (forget(id)) send({ kind: 'drop', id });
      },
    };
  }

  async function close(): Promise<void> {
    const ending = worker;
    failAll(new Error('The hashing thread was closed.'));
    await ending?.terminate();
  }

  return { follow, close };
}
