// The heartbeat of work that is silent for a while of its own right, tools that open files and requests that wait: sent as long as their own limits let them be.
import { ownHeartbeat } from '../own-heartbeat.ts';
import { createVouching } from '../vouching.ts';

/**
 * `work` is given the heartbeat for its progress. A tool that says nothing for longer than `silentSeconds` has been killed by then, or is
 * to be taken from this worker.
 */
export async function heardWhileSilent<T>(
  silentSeconds: number,
  work: (heartbeat: (progress: unknown) => void) => Promise<T>,
): Promise<T> {
  const vouching = createVouching(ownHeartbeat());
  const heartbeat = (progress: unknown): void => vouching.until(silentSeconds, progress);
  heartbeat(undefined);
  try {
    return await work(heartbeat);
  } finally {
    vouching.stop();
  }
}
