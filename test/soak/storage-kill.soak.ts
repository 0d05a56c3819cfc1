import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createStorage } from '../../src/storage/storage.ts';

const publisher = fileURLToPath(new URL('../storage/publisher.ts', import.meta.url));
const trials = 200;
const repeats = 50_000;

it(`${trials} publishers killed at random instants leave whole files`, { timeout: 300_000 }, async () => {
  const mediaRoot = await mkdtemp(join(tmpdir(), 'longtake-kill-'));
  const storage = createStorage({ mediaRoot });
  const to = 'downloaded/cam-1/cam-1-0.ts';
  const contents = new Set<string>();
  let published = 0;
  for (let trial = 0; trial < trials; trial++) {
    const content = `trial${trial}`;
    contents.add(content.repeat(repeats));
    const child = spawn(process.execPath, [publisher, mediaRoot, content, 'nowhere'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    // The first step that it reports starts the clock; publishing takes some milliseconds from there.
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await sleep(Math.random() * 15);
    child.kill('SIGKILL');
    await closed;
    if (!(await storage.fileExists(to))) continue;
    published++;
    expect(contents.has(await readFile(join(mediaRoot, to), 'utf8'))).toBe(true);
    for (const name of await readdir(join(mediaRoot, 'downloaded/cam-1'))) {
      expect(['cam-1-0.ts', 'cam-1-0.ts.gapreport.json']).toContain(name);
    }
  }
  expect(published).toBeGreaterThan(trials / 10);
  await storage.withKeyLock('segments/cam-1', AbortSignal.timeout(1000), async () => {});
  await rm(mediaRoot, { recursive: true, force: true });
});
