// The readers against ffprobe on generated files: every container, reordering, uneven pace, holes, cuts.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { disagreement } from './scan-agreement.ts';
import { baseClips, inPairs, makeCorpus } from './scan-corpus.ts';
import { openScanBench, type ScanBench } from './scan-fixtures.ts';

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
});

afterAll(() => bench.close());

test(
  'at least 200 generated files have the presentation times that ffprobe sees, and none needs ffprobe',
  { timeout: 480_000 },
  async () => {
    const files = await makeCorpus({ dir: bench.dir, bases: [...baseClips.keys()], rareEach: 1 });
    expect(files.length).toBeGreaterThanOrEqual(200);
    const complaints = await inPairs(files, (file) => disagreement(bench.scanner, file));
    expect(complaints.filter((complaint) => complaint !== '')).toEqual([]);
  },
);
