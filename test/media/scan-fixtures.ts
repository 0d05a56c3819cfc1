// What several scan tests need: a scanner on real tools, a scratch directory, a seeded source of chance.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScanner, type Scanner } from '../../src/media/scan/scanner.ts';
import { createRun, type Run } from '../../src/process/run.ts';
import { createWrapper } from '../../src/process/wrapper.ts';

export interface ScanBench {
  dir: string;
  run: Run;
  scanner: Scanner;
  close(): Promise<void>;
}

export async function openScanBench(): Promise<ScanBench> {
  const dir = await mkdtemp(join(tmpdir(), 'longtake-scan-'));
  const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
  const scanner = createScanner({ run, ffprobePath: 'ffprobe', threads: 1 });
  return {
    dir,
    run,
    scanner,
    async close() {
      await scanner.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
