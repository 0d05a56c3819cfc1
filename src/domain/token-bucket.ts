// A token bucket: so many at once, then so many a second.

export interface Bucket {
  /** Tokens left at `atMs`, fractions included. */
  tokens: number;
  atMs: number;
}

export interface BucketRule {
  /** Most tokens that gather. */
  burst: number;
  perSecond: number;
}

export const fullBucket = ({ burst }: BucketRule, atMs: number): Bucket => ({ tokens: burst, atMs });

/** The bucket as it is at `nowMs`; a clock that goes back adds nothing. */
export function refilled(bucket: Bucket, { burst, perSecond }: BucketRule, nowMs: number): Bucket {
  const passedSeconds = Math.max(0, nowMs - bucket.atMs) / 1000;
  return { tokens: Math.min(burst, bucket.tokens + passedSeconds * perSecond), atMs: nowMs };
}

/** Takes one token; undefined when there is no whole one. */
export function spent(bucket: Bucket, rule: BucketRule, nowMs: number): Bucket | undefined {
  const { tokens, atMs } = refilled(bucket, rule, nowMs);
  return tokens >= 1 ? { tokens: tokens - 1, atMs } : undefined;
}
