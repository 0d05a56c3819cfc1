// The long form of the scan tests: every rare variant of every base clip against ffprobe, and fuzzing in the hundred thousands.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { disagreement } from '../media/scan-agreement.ts';
import { baseClips, inPairs, makeCorpus, rareVariants } from '../media/scan-corpus.ts';
import { openScanBench, type ScanBench } from '../media/scan-fixtures.ts';
import { fuzz, fuzzSeeds } from '../media/scan-fuzz.ts';

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
});

afterAll(() => bench.close());

test(
  'every variant of every base clip has the presentation times that ffprobe sees',
  { timeout: 900_000 },
  async () => {
    const files = await makeCorpus({
      dir: bench.dir,
      bases: [...baseClips.keys()],
      rareEach: rareVariants.length,
    });
    const complaints = await inPairs(files, (file) => disagreement(bench.scanner, file));
    expect(complaints.filter((complaint) => complaint !== '')).toEqual([]);
  },
);

test(
  'a hundred thousand damaged files crash no reader, take no long time and no lasting memory',
  { timeout: 900_000 },
  async () => {
    const originals = await fuzzSeeds(bench.dir);
    fuzz(originals, { from: 1, count: 2000 });
    const before = process.memoryUsage().rss;
    const totals = fuzz(originals, { from: 10_000, count: 100_000 });
    expect(totals.crashes).toEqual([]);
    expect(totals.slowestMs).toBeLessThan(5000);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  },
);
