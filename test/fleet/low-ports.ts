// Free TCP ports below 32768: Temporal's services keep theirs in a column of 16 bits with sign.
import { randomInt } from 'node:crypto';
import { isPortFree } from '../../src/embedded/free-ports.ts';

/** `count` different ports on 127.0.0.1, below the range that systems give to outgoing connections. */
export async function lowPorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(12_000, 32_000);
    if (!found.has(port) && (await isPortFree('127.0.0.1', port))) found.add(port);
  }
  return [...found];
}
