// The yardstick of every copy: `cat` of the same bytes into a new file on the same file system.
import { open } from 'node:fs/promises';
import { toEnd } from './scratch.ts';

/** Not flushed: what it writes may still lie in the page cache, as in a copy job before its fsync. */
export async function concatenate(paths: readonly string[], to: string): Promise<void> {
  await using target = await open(to, 'w');
  await toEnd('cat', paths, target.fd);
}
