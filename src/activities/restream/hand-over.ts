// Make before break: pictures of a worker that stops go on until their next owner is let in, or a grace has passed.

export interface HandOver {
  /** When pictures have to end: as `signal` says, but a grace later when it was the worker's own end. */
  pictures(signal: AbortSignal): AbortSignal;
  /** The work, or the reason of `signal` as soon as that has begun a hand-over; the work goes on then. */
  heldBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T>;
  /** Resolves when nothing that was held goes on any more: the worker may end. */
  isDone(): Promise<void>;
}

/** @param worker.stopping aborted when the worker is asked to stop */
export function createHandOver(worker: { stopping: AbortSignal; graceSeconds: number }): HandOver {
  const { stopping, graceSeconds } = worker;
  const hasBegun = (): boolean => stopping.aborted && graceSeconds > 0;
  const held = new Set<Promise<unknown>>();
  return {
    pictures(signal) {
      const controller = new AbortController();
      const end = (): void => controller.abort(signal.reason);
      onAbort(signal, () => {
        if (hasBegun()) setTimeout(end, graceSeconds * 1000);
        else end();
      });
      return controller.signal;
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
