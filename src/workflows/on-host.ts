// Work bound to a host's files: waits as long as the host lives, repeats what may be repeated a few times, and says so when it ends.
import { sleep } from '@temporalio/workflow';
import { describeFailure, fail, failsFewTimes, neverStarted } from './fail.ts';
import { light } from './proxies.ts';

/** Tries of a tool that ends badly on the same files: a fourth would end like the third. */
const fewTries = 3;
const pauseSeconds = 2;

/**
 * Runs one activity call on a host's queue. A call that nobody took is scheduled again while the host's lease holds:
 * a backlog is no failure. Fails with HostLost once the lease has expired.
 */
export async function onLivingHost<T>(host: string, call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ;) {
    try {
      return await call();
    } catch (error) {
      if (neverStarted(error)) {
        const { alive } = await light.checkHost({ host });
        if (!alive) throw fail('HostLost', `Host ${host} no longer renews its lease.`);
      } else if (failsFewTimes(describeFailure(error).type) && tries < fewTries) {
        await sleep(pauseSeconds * tries * 1000);
        tries += 1;
      } else throw error;
    }
  }
}
