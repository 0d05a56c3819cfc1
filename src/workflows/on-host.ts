// Work bound to a host's files: waits as long as the host lives, and says so when it does not.
import { fail, neverStarted } from './fail.ts';
import { light } from './proxies.ts';

/**
 * Runs one activity call on a host's queue. A call that nobody took is scheduled again while the host's lease holds:
 * a backlog is no failure. Fails with HostLost once the lease has expired.
 */
export async function onLivingHost<T>(host: string, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!neverStarted(error)) throw error;
      const { alive } = await light.checkHost({ host });
      if (!alive) throw fail('HostLost', `Host ${host} no longer renews its lease.`);
    }
  }
}
