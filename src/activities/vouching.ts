// A heartbeat for work that waits: it is sent while each step keeps to the time it named, so that a step that hangs is still found out.
import { ownHeartbeat } from './own-heartbeat.ts';

const tickMs = 1000;

export interface Vouching {
  /** What follows takes at most so long, or is to be taken from this worker. */
  until(seconds: number, progress: unknown): void;
  stop(): void;
}

export function createVouching(heartbeat: (progress: unknown) => void): Vouching {
  let untilMs = 0;
  let progress: unknown;
  const ticks = setInterval(() => {
    if (performance.now() <= untilMs) heartbeat(progress);
  }, tickMs);
  return {
    until(seconds, seen) {
      untilMs = performance.now() + seconds * 1000;
      progress = seen;
      heartbeat(progress);
    },
    stop: () => clearInterval(ticks),
  };
}

/** Heartbeats until `work` has ended, for so long at most. */
export async function vouchedFor<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const vouching = createVouching(ownHeartbeat());
  vouching.until(seconds, undefined);
  try {
    return await work();
  } finally {
    vouching.stop();
  }
}
