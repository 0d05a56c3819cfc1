// Watches a child's progress and its longest life; says once when one of them is over.

export type Expiry = 'stalled' | 'timedOut';

export interface Watchdog {
  progress(): void;
  stop(): void;
}

/** setTimeout runs at once when it is asked to wait longer than this. */
const timerMaxMs = 2 ** 31 - 1;

/**
 * @param options.onExpire called at most once
 */
export function createWatchdog(options: {
  stallSeconds?: number | undefined;
  timeoutSeconds?: number | undefined;
  onExpire: (expiry: Expiry) => void;
}): Watchdog {
  const startedMs = performance.now();
  const stallMs = options.stallSeconds === undefined ? Infinity : options.stallSeconds * 1000;
  const endMs = options.timeoutSeconds === undefined ? Infinity : startedMs + options.timeoutSeconds * 1000;
  let progressMs = startedMs;
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    const dueMs = Math.min(endMs, progressMs + stallMs);
    if (dueMs === Infinity) return;
    const waitMs = Math.min(timerMaxMs, Math.max(0, dueMs - performance.now()));
    const expectedMs = performance.now() + waitMs;
    timer = setTimeout(() => check(expectedMs), waitMs);
  };
  const check = (expectedMs: number): void => {
    const nowMs = performance.now();
    if (nowMs >= endMs) return options.onExpire('timedOut');
    // A timer this late means that the worker itself stood still (stopped, swapped out): its unread output gets another term.
    if (nowMs - expectedMs > Math.max(1000, stallMs / 2)) progressMs = nowMs;
    if (nowMs >= progressMs + stallMs) return options.onExpire('stalled');
    arm();
  };
  arm();
  return {
    progress: () => {
      progressMs = performance.now();
    },
    stop: () => clearTimeout(timer),
  };
}
