// What a soak's workers hold: file handles, memory, processes, files; a later look is compared with an earlier one.
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { childrenOfWorker, type WorkerChild } from '../integration/faults/worker-child.ts';

export interface Held {
  pid: number;
  handles: number;
  residentBytes: number;
  /** Names below the data directory. */
  files: Set<string>;
}

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

export const heldBy = async ({ pid }: WorkerChild, dataDir: string): Promise<Held> => ({
  pid,
  handles: readdirSync(`/proc/${pid}/fd`).length,
  residentBytes: residentOf(pid),
  files: new Set(await readdir(dataDir, { recursive: true })),
});

/** Sockets come and go with every request; a leak is one a try, or one a relay. */
const spareHandles = 20;
const growth = 1.3;

/** What the later look holds too much, in words. */
export function leaksBetween(before: Held, after: Held): string[] {
  const leaks: string[] = [];
  const say = (what: string, from: number, to: number): void =>
    void leaks.push(`worker ${after.pid} holds ${to} ${what}, after ${from}`);
  if (before.pid !== after.pid) leaks.push(`worker ${before.pid} was not there any more`);
  if (after.handles > before.handles + spareHandles) say('file handles', before.handles, after.handles);
  if (after.residentBytes > before.residentBytes * growth)
    say('bytes of memory', before.residentBytes, after.residentBytes);
  const added = [...after.files].filter((name) => !before.files.has(name));
  if (added.length > 0) leaks.push(`files that were not there before: ${added.join(', ')}`);
  return leaks;
}

/** Processes of ffmpeg, wrappers counted. */
export const publishersOf = ({ pid }: WorkerChild): number =>
  childrenOfWorker(pid).filter(({ command }) => command.includes('ffmpeg')).length;
