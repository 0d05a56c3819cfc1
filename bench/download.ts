// Download over loopback with a running sha256, against curl that only writes the same bytes; fsync is measured apart.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createDownloader } from '../src/transfer/http-download.ts';
import type { Bench, BenchResult } from './bench.ts';
import { spreadOf } from './bench.ts';
import { costOf, takeTurns } from './ratio.ts';
import { inScratch, inSeconds, toEnd } from './scratch.ts';

const fileMib = 256;
const rounds = 9;

async function writeRandomFile(path: string): Promise<void> {
  await using file = await open(path, 'w');
  for (let mib = 0; mib < fileMib; mib += 1) await file.write(randomBytes(1 << 20));
}

const curl = (url: string, to: string): Promise<void> =>
  toEnd('curl', ['--silent', '--fail', '--output', to, url]);

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
  const signal = new AbortController().signal;
  const [oursPath, theirsPath] = [join(directory, 'ours'), join(directory, 'theirs')];
  const turns = await takeTurns({
    ours: async () => {
      const { ms } = await costOf(() => downloader.download({ url, toPath: oursPath, signal }));
      return { ms, fsyncMs: (await costOf(() => fsync(oursPath))).ms };
    },
    theirs: async () => (await costOf(() => curl(url, theirsPath))).ms,
    tidy: () => Promise.all([rm(oursPath, { force: true }), rm(theirsPath, { force: true })]),
    rounds,
  });
  await downloader.close();
  const oursMs = spreadOf(turns.map(([ours]) => ours.ms)).median;
  const theirsMs = spreadOf(turns.map(([, theirs]) => theirs)).median;
  return {
    ratios: turns.map(([ours, theirs]) => ours.ms / theirs),
    detail: `${inSeconds(oursMs)} against ${inSeconds(theirsMs)} for ${fileMib} MiB`,
    apart: [
      {
        what: 'fsync of the file ÷ the same curl',
        ratios: turns.map(([ours, theirs]) => ours.fsyncMs / theirs),
      },
    ],
  };
}

export const benches: Bench[] = [
  {
    name: 'download',
    title: 'download over loopback with sha256 ÷ curl',
    target: 1.3,
    limit:
      'SHA-256 of every byte takes about as long as curl takes to write them; it runs beside the reading only while a core is free.',
    run: () =>
      inScratch('disk', async (directory) => {
        await writeRandomFile(join(directory, 'file'));
        const server = await startServer(join(directory, 'file'));
        try {
          return await measure(server.url, directory);
        } finally {
          server.stop();
        }
      }),
  },
];
