// A worker process that tells its own memory: started by a measurement with --expose-gc, spoken to by messages.
import { loadConfig } from '../../src/config/load.ts';
import { runWorker } from '../../src/worker/main.ts';
import { setTimeout as pause } from 'node:timers/promises';

const [dataDir = '', address = ''] = process.argv.slice(2);
const config = loadConfig({
  flags: { data: dataDir },
  env: { PATH: process.env['PATH'] },
  cwd: dataDir,
});
const stop = new AbortController();

/** Freed pages go back in their own time: the least of a few looks is what the process holds. */
async function residentBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look++) {
    globalThis.gc?.();
    await pause(200);
    least = Math.min(least, process.memoryUsage.rss());
  }
  return least;
}

process.on('message', (word) => {
  if (word === 'stop') stop.abort();
  if (word === 'measure') void residentBytes().then((bytes) => process.send?.({ residentBytes: bytes }));
});
process.on('disconnect', () => stop.abort());

await runWorker({
  config: { ...config, temporal: { address, namespace: 'default' }, log: { level: 'error' } },
  signal: stop.signal,
  onReady: () => void process.send?.('ready'),
});
process.disconnect?.();
