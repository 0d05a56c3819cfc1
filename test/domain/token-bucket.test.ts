// Token buckets: a burst, then a rate that is never exceeded, whatever the clock does.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullBucket, refilled, spent, type Bucket } from '../../src/domain/token-bucket.ts';
import { sample } from './sample.ts';

const rule = { burst: 3, perSecond: 2 };

test('a full bucket gives its burst at once, then one each half second', () => {
  let bucket: Bucket | undefined = fullBucket(rule, 0);
  for (let taken = 0; taken < 3; taken += 1) bucket = spent(bucket!, rule, 0);
  expect(bucket).toEqual({ tokens: 0, atMs: 0 });
  expect(spent(bucket!, rule, 499)).toBeUndefined();
  expect(spent(bucket!, rule, 500)).toEqual({ tokens: 0, atMs: 500 });
});

test.each([
  ['waits and gathers', 1000, 2],
  ['gathers no more than the burst', 100_000, 3],
  ['gains nothing from a clock that goes back', -5000, 0],
])('an empty bucket %s', (_, nowMs, tokens) => {
  expect(refilled({ tokens: 0, atMs: 0 }, rule, nowMs)).toEqual({ tokens, atMs: nowMs });
});

test('in no stretch of time more is taken than the burst and its share of the rate', () => {
  const rules = fc.record({
    burst: fc.integer({ min: 1, max: 20 }),
    perSecond: fc.double({ min: 0.01, max: 50, noNaN: true }),
  });
  const waits = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(rules, waits, (one, pausesMs) => {
      let nowMs = 0;
      let bucket = fullBucket(one, nowMs);
      const takenAtMs: number[] = [];
      for (const pauseMs of pausesMs) {
        nowMs += pauseMs;
        const next = spent(bucket, one, nowMs);
        if (next) takenAtMs.push(nowMs);
        bucket = next ?? bucket;
      }
      for (const [from, sinceMs] of takenAtMs.entries())
        for (const [to, untilMs] of takenAtMs.entries())
          expect(to - from + 1).toBeLessThanOrEqual(
            one.burst + ((Math.max(untilMs, sinceMs) - sinceMs) / 1000) * one.perSecond + 1e-6,
          );
    }),
    sample(300),
  );
});
