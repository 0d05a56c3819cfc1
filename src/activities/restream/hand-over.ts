// Make before break: pictures of a worker that stops go on until their next owner is let in, or a grace has passed.

export interface HandOver {
  /** When pictures have to end: as `signal` says, but a grace later when it was the worker's own end. */
  pictures(signal: AbortSignal): AbortSignal;
  /** The work, or the reason of `signal` as soon as that has begun a hand-over; the work goes on then. */
  heldBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T>;
  /** The worker ends: resolves when nothing that was held goes on any more. One that was not asked to stop has failed, and hands nothing over. */
  isDone(): Promise<void>;
}

/** @param worker.stopping aborted when the worker is asked to stop */
export function createHandOver(worker: { stopping: AbortSignal; graceSeconds: number }): HandOver {
  const { stopping, graceSeconds } = worker;
  const hasBegun = (): boolean => stopping.aborted && graceSeconds > 0;
  const held = new Set<Promise<unknown>>();
  const failed = new AbortController();
  return {
    pictures(signal) {
      const controller = new AbortController();
      const end = (): void => controller.abort(signal.reason);
      onAbort(signal, () => {
        // What is held keeps the process; the clock of what has ended need not.
        if (hasBegun()) setTimeout(end, graceSeconds * 1000).unref();
        else end();
      });
      return AbortSignal.any([controller.signal, failed.signal]);
    },
    async heldBy(signal, work) {
      const settled = work.catch(() => undefined).finally(() => held.delete(settled));
      held.add(settled);
      const begun = Promise.withResolvers<never>();
      const forget = onAbort(signal, () => {
        if (hasBegun()) begun.reject(signal.reason as Error);
      });
      return await Promise.race([work, begun.promise]).finally(forget);
    },
    async isDone() {
      // Its activities may never hear of it.
      if (!stopping.aborted) failed.abort(new Error('The worker has failed.'));
      await Promise.all(held);
    },
  };
}

/** Answers what takes the listener away. */
function onAbort(signal: AbortSignal, hear: () => void): () => void {
  if (signal.aborted) hear();
  else signal.addEventListener('abort', hear, { once: true });
  return () => signal.removeEventListener('abort', hear);
}
