// The stand-in for Google as a program: `main.ts DIRECTORY [PORT]`. Prints one JSON line when it listens; ends at TERM or INT.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareWorld } from './prepared-world.ts';
import { GoogleFake } from './server.ts';
import { World } from './world.ts';

/** Requests that the journal keeps: nobody counts them here, and a stack may run for weeks. */
const mostEntries = 1000;

const [directory, port = '0'] = process.argv.slice(2);
if (directory === undefined || !/^\d{1,5}$/.test(port)) throw new Error('Usage: main.ts DIRECTORY [PORT]');

const files = join(directory, 'files');
await rm(files, { recursive: true, force: true });
await mkdir(files, { recursive: true, mode: 0o700 });
const fake = new GoogleFake(new World(files));
const ids = await prepareWorld(fake.world, directory);
// Whoever opens the address of `longtake google login` is this person and agrees.
fake.browserEmail = ids.subject;
await fake.listen(Number(port));
process.stdout.write(`${JSON.stringify({ ready: true, url: fake.url, ...ids })}\n`);

const { entries } = fake.journal;
const trimming = setInterval(() => entries.splice(0, entries.length - mostEntries), 10_000);
const end = async (): Promise<void> => {
  clearInterval(trimming);
  await fake.close();
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
