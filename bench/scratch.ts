// Scratch directories of the measurements, and the plain tools that they are held against.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `work` in a directory of its own and removes it afterwards. `memory`: on a RAM disk where there is one, because the work is measured, not the disk. */
export async function inScratch<T>(where: 'disk' | 'memory', work: (dir: string) => Promise<T>): Promise<T> {
  const parent = where === 'memory' && (await isDirectory('/dev/shm')) ? '/dev/shm' : tmpdir();
  const dir = await mkdtemp(join(parent, 'longtake-bench-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );

/** A command to its end, without a shell and without waiting for anything but its exit. */
export async function toEnd(
  command: string,
  args: readonly string[],
  stdout: number | 'ignore' = 'ignore',
): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', stdout, 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code}.`);
}

export const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
export const inMilliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;
export const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
