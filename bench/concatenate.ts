// The yardstick of every copy: `cat` of the same bytes into a new file on the same file system.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { toEnd } from './scratch.ts';

/**
 * Not flushed: what it writes may still lie in the page cache, as in a copy job before its fsync. coreutils from 9.1 on let the kernel
 * move the bytes from file to file (copy_file_range): no process ever sees them.
 */
export async function concatenate(paths: readonly string[], to: string): Promise<void> {
  await using target = await open(to, 'w');
  await toEnd('cat', paths, target.fd);
}

/** The same with the bytes passing through a process, as they must where they are looked at. */
export async function concatenateByPipe(paths: readonly string[], to: string): Promise<void> {
  await using target = await open(to, 'w');
  const reader = spawn('cat', paths, { stdio: ['ignore', 'pipe', 'inherit'] });
  const writer = spawn('cat', { stdio: [reader.stdout, target.fd, 'inherit'] });
  const ends = Promise.all([once(reader, 'exit'), once(writer, 'exit')]);
  // The two have the pipe now; this process must not keep it open.
  reader.stdout.destroy();
  const codes = (await ends).map(([code]) => code as number | null);
  if (codes.some((code) => code !== 0)) throw new Error(`cat ended with ${codes.join(' and ')}.`);
}
