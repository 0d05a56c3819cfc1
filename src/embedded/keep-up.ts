// Keeps one process of the stack up: starts it, starts it again when it ends by itself, stops it when asked.
import { setTimeout as delay } from 'node:timers/promises';

/** Something that runs until it ends or is stopped. */
export interface Running {
  /** Settles when it has ended for whatever reason. */
  ended: Promise<unknown>;
  /** Stops it and gives up what it holds. Safe to call twice. */
  stop(): Promise<void>;
}

export interface Kept<T extends Running> {
  /** The one that runs now, or ran last. */
  current(): T;
  stop(): Promise<void>;
}

export interface KeepUpSpec<T extends Running> {
  /** For messages: `Temporal`. */
  label: string;
  start: () => Promise<T>;
  /** Told of ends and restarts, one sentence each. */
  note: (line: string) => void;
  /** First wait before a restart; doubles with each failure up to 10 s. */
  firstWaitMs?: number;
}

const longestWaitMs = 10_000;
/** A run of this length counts as healthy: the waits begin anew. */
const healthyMs = 30_000;

/** Starts it; a failure of the first start is the caller's. */
export async function keepUp<T extends Running>(spec: KeepUpSpec<T>): Promise<Kept<T>> {
  const stopping = new AbortController();
  let current = await spec.start();
  const watched = watch();

  async function watch(): Promise<void> {
    let waitMs = spec.firstWaitMs ?? 500;
    while (!stopping.signal.aborted) {
      const startedMs = performance.now();
      await Promise.race([current.ended.catch(() => undefined), aborted(stopping.signal)]);
      if (stopping.signal.aborted) return;
      if (performance.now() - startedMs > healthyMs) waitMs = spec.firstWaitMs ?? 500;
      spec.note(`${spec.label} has ended by itself and is started again.`);
      waitMs = await restart(waitMs);
    }
  }

  /** Tries until it runs again; answers the next wait. */
  async function restart(waitMs: number): Promise<number> {
    for (let nextMs = waitMs; ; nextMs = Math.min(nextMs * 2, longestWaitMs)) {
      await delay(nextMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return nextMs;
      try {
        await current.stop();
        current = await spec.start();
        return Math.min(nextMs * 2, longestWaitMs);
      } catch (error) {
        spec.note(`${spec.label} does not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  return {
    current: () => current,
    stop: async () => {
      stopping.abort();
      await watched;
      await current.stop();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
