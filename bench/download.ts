// Download over loopback with a running sha256, against curl that only writes the same bytes; fsync is measured apart.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createDownloader } from '../src/transfer/http-download.ts';
import type { Bench, BenchResult } from './bench.ts';

const fileMib = 256;
const rounds = 9;

/** Whatever else runs on the machine only adds time: the fastest round is nearest to the truth. */
const fastest = (values: number[]) => Math.min(...values);

async function timedMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

async function writeRandomFile(path: string): Promise<void> {
  await using file = await open(path, 'w');
  for (let mib = 0; mib < fileMib; mib += 1) await file.write(randomBytes(1 << 20));
}

async function curl(url: string, to: string): Promise<void> {
  const child = spawn('curl', ['--silent', '--fail', '--output', to, url], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`curl ended with ${code}.`);
}

async function fsync(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

async function startServer(file: string): Promise<{ url: string; stop: () => void }> {
  const script = fileURLToPath(new URL('./file-server.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url: `http://127.0.0.1:${port}/file`, stop: () => child.stdin.end() };
}

async function measure(url: string, directory: string): Promise<BenchResult> {
  const downloader = createDownloader({ perHost: 1, total: 1, stallSeconds: 30, connectSeconds: 5 });
  const [ours, theirs, synced]: [number[], number[], number[]] = [[], [], []];
  const signal = new AbortController().signal;
  // The first round warms the page cache and the code, and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const [oursPath, theirsPath] = [join(directory, 'ours'), join(directory, 'theirs')];
    const theirsMs = await timedMs(() => curl(url, theirsPath));
    const oursMs = await timedMs(() => downloader.download({ url, toPath: oursPath, signal }));
    const fsyncMs = await timedMs(() => fsync(oursPath));
    await Promise.all([rm(oursPath), rm(theirsPath)]);
    if (round === 0) continue;
    ours.push(oursMs);
    theirs.push(theirsMs);
    synced.push(fsyncMs);
  }
  await downloader.close();
  const [oursMs, theirsMs, fsyncMs] = [fastest(ours), fastest(theirs), fastest(synced)];
  const figures = `ours with sha256 ${oursMs.toFixed(0)} ms, curl ${theirsMs.toFixed(0)} ms, fsync apart ${fsyncMs.toFixed(0)} ms`;
  return {
    ratio: oursMs / theirsMs,
    detail: `${fileMib} MiB over loopback, fastest of ${rounds}: ${figures}`,
  };
}

export const benches: Bench[] = [
  {
    name: 'download over loopback with sha256 ÷ curl',
    target: 1.3,
    async run() {
      const directory = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
      try {
        await writeRandomFile(join(directory, 'file'));
        const server = await startServer(join(directory, 'file'));
        try {
          return await measure(server.url, directory);
        } finally {
          server.stop();
        }
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  },
];
