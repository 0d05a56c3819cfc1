// Looks into /proc for the tests: which processes carry a mark in their command line, and how much memory one uses.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pids of living processes whose command line holds the mark. */
export function processesWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Waits until the condition holds; false when it does not within the time. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<boolean> {
  const endMs = performance.now() + limitMs;
  while (performance.now() < endMs) {
    if (await condition()) return true;
    await sleep(20);
  }
  return condition();
}
