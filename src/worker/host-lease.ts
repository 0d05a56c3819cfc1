// The lease by which a fleet knows that this host, and the files on it, can still be reached.
import type { Catalog } from '../catalog/catalog.ts';
import type { HostFacts } from '../contract/host.ts';

export interface HostLease {
  /** Stops renewing; the lease runs out by itself, because other workers of the host may live on. */
  stop: () => void;
}

/** Renews at once and then three times per lease. A catalog that is away for a moment costs nothing. */
export async function keepHostLease(
  catalog: Catalog,
  { host, leaseSeconds, facts }: { host: string; leaseSeconds: number; facts: () => Promise<HostFacts> },
): Promise<HostLease> {
  const renew = async (): Promise<void> => {
    await catalog.hosts.renew({ host, ttlSeconds: leaseSeconds, facts: await facts() });
  };
  await renew();
  const timer = setInterval(() => void renew().catch(() => undefined), (leaseSeconds * 1000) / 3);
  return { stop: () => clearInterval(timer) };
}
