// Large buffers that travel to the writing thread and come back: a download allocates a few of them once.

const batchBytes = 1 << 20;
/** Less room than this is not worth a read from a socket. */
const smallestRead = 1 << 17;
const keptBatches = 16;

export interface BatchPool {
  take(): Buffer<ArrayBuffer>;
  /** Takes back what `take` gave; anything else is let go. */
  give(batch: ArrayBuffer): void;
  isUsedUp(freeBytes: number): boolean;
}

export function createBatchPool(): BatchPool {
  const free: ArrayBuffer[] = [];
  return {
    take: () => Buffer.from(free.pop() ?? new ArrayBuffer(batchBytes)),
    give(batch) {
      if (batch.byteLength === batchBytes && free.length < keptBatches) free.push(batch);
    },
    isUsedUp: (freeBytes) => freeBytes < smallestRead,
  };
}
