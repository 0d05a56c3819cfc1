// A seeded sample of the fuzzing that test/soak/scan.soak.ts runs for longer.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzz, fuzzSeeds } from './scan-fuzz.ts';
import { openScanBench, type ScanBench } from './scan-fixtures.ts';

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
});

afterAll(() => bench.close());

test('two thousand damaged files crash no reader, and none takes long', async () => {
  const originals = await fuzzSeeds(bench.dir);
  const totals = fuzz(originals, { from: 1, count: 2000 });
  expect(totals.crashes).toEqual([]);
  expect(totals.read).toBeGreaterThan(500);
  expect(totals.slowestMs).toBeLessThan(3000);
});
