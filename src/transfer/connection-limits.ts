// How many connections this process holds at once, per host and in all; waiting is first come, first served among those that may go.

export interface Waiting {
  host: string;
  signal: AbortSignal;
  /** Called once when the wait begins and then every second, so that the caller can heartbeat. */
  onWaiting?: (() => void) | undefined;
}

export interface ConnectionLimits {
  /** Resolves with the release function once both limits allow the connection; rejects with the signal's reason on abort. */
  acquire(waiting: Waiting): Promise<() => void>;
}

const waitingTickMs = 1000;

interface Waiter {
  host: string;
  go: () => void;
}

/** Both limits are taken together, so a crowded host never keeps connections away from the others. */
export function createConnectionLimits(limits: { perHost: number; total: number }): ConnectionLimits {
  const openByHost = new Map<string, number>();
  const queue = new Set<Waiter>();
  let open = 0;

  const mayGo = (host: string) => open < limits.total && (openByHost.get(host) ?? 0) < limits.perHost;

  function take(host: string): () => void {
    open += 1;
    openByHost.set(host, (openByHost.get(host) ?? 0) + 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      open -= 1;
      const left = (openByHost.get(host) ?? 1) - 1;
      if (left > 0) openByHost.set(host, left);
      else openByHost.delete(host);
      for (const waiter of queue) if (mayGo(waiter.host)) waiter.go();
    };
  }

  async function acquire({ host, signal, onWaiting }: Waiting): Promise<() => void> {
    signal.throwIfAborted();
    if (mayGo(host)) return take(host);
    onWaiting?.();
    const ticking = onWaiting && setInterval(onWaiting, waitingTickMs);
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const waiter: Waiter = {
      host,
      go: () => {
        queue.delete(waiter);
        resolve(take(host));
      },
    };
    const onAbort = () => {
      queue.delete(waiter);
      reject(signal.reason as Error);
    };
    queue.add(waiter);
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => {
      clearInterval(ticking);
      signal.removeEventListener('abort', onAbort);
    });
  }

  return { acquire };
}
