// How many connections are opened a second to one host and to one subnet, so that a switch that comes back is not knocked over.
import { fullBucket, refilled, spent, type Bucket, type BucketRule } from '../../domain/token-bucket.ts';

export interface ConnectBudget {
  /** Takes one connection to this host from its budget and its subnet's; false: not now. */
  take(host: string, nowMs: number): boolean;
}

/** How often whoever had no place asks again. */
export const askBudgetMs = 100;

/** Both rates are connections a second; as many may be opened at once. */
export function createConnectBudget(rates: { perHost: number; perSubnet: number }): ConnectBudget {
  const buckets = new Map<string, Bucket>();
  const ruleOf = (perSecond: number): BucketRule => ({ burst: perSecond, perSecond });
  const after = (key: string, rule: BucketRule, nowMs: number): Bucket | undefined =>
    spent(buckets.get(key) ?? fullBucket(rule, nowMs), rule, nowMs);

  return {
    take(host, nowMs) {
      const subnet = subnetOf(host);
      const ofHost = after(host, ruleOf(rates.perHost), nowMs);
      const ofSubnet = subnet && after(subnet, ruleOf(rates.perSubnet), nowMs);
      if (!ofHost || (subnet && !ofSubnet)) return false;
      buckets.set(host, ofHost);
      if (subnet && ofSubnet) buckets.set(subnet, ofSubnet);
      if (buckets.size > 10_000) forgetFull(buckets, rates, nowMs);
      return true;
    },
  };
}

/** Hosts behind the same switch, as far as their addresses say so: the /24 or /64; a name stands for itself. */
export const neighbourhoodOf = (host: string): string => subnetOf(host) ?? host;

/** The /24 or /64 of an address; undefined for a name. */
function subnetOf(host: string): string | undefined {
  const four = /^(\d+\.\d+\.\d+)\.\d+$/.exec(host)?.[1];
  if (four) return `${four}.0/24`;
  return host.startsWith('[') ? `${network(host.slice(1, -1))}::/64` : undefined;
}

/** The first four groups of an IPv6 address, however it is written. */
function network(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const behind = groups(tail ?? '');
  // A dotted tail stands for two groups.
  const length = behind.length + (behind.at(-1)?.includes('.') ? 1 : 0);
  const between = tail === undefined ? 0 : 8 - groups(head).length - length;
  const all = [...groups(head), ...Array.from({ length: between }, () => '0'), ...behind];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** A full bucket says as much as none. */
function forgetFull(
  buckets: Map<string, Bucket>,
  rates: { perHost: number; perSubnet: number },
  nowMs: number,
) {
  for (const [key, bucket] of buckets) {
    const perSecond = key.includes('/') ? rates.perSubnet : rates.perHost;
    if (refilled(bucket, { burst: perSecond, perSecond }, nowMs).tokens >= perSecond) buckets.delete(key);
  }
}
