// A heartbeat for short calls whose every request has a time-out of its own: it says that the worker lives, the time-outs that the call does.
import { ownHeartbeat } from '../own-heartbeat.ts';

const everyMs = 2000;

/** Heartbeats until `work` has ended. */
export async function heard<T>(work: () => Promise<T>): Promise<T> {
  const heartbeat = ownHeartbeat();
  const timer = setInterval(() => heartbeat(undefined), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
