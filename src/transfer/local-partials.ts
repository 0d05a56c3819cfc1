// Names of copies under way on a local target, and the removal of those whose writer is gone.
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

export const partialDirName = '.longtake-partial';

/** Tells this process from an earlier one with the same id. */
const processToken = randomBytes(4).toString('hex');
const otherHostMs = 24 * 3600 * 1000;
let copies = 0;

/** `<name>.<host>.<pid>.<token>.<n>`, shortened to what a file system takes: nobody else writes to it. */
export function partialName(name: string): string {
  const owner = `${hostname().slice(0, 64)}.${process.pid}.${processToken}.${(copies += 1)}`;
  return `${prefixOf(name)}.${owner}`;
}

/** 100 characters of UTF-8 are at most 300 bytes; cut by bytes, so that a long name still leaves room for the owner. */
function prefixOf(name: string): string {
  return Buffer.from(name, 'utf8')
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\uFFFD$/, '');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what killed processes left of this file; what another host left goes after a day. */
export async function removeStalePartials(partialDir: string, name: string): Promise<void> {
  const prefix = `${prefixOf(name)}.`;
  const entries = await readdir(partialDir).catch(() => [] as string[]);
  for (const entry of entries.filter((candidate) => candidate.startsWith(prefix))) {
    const owner = /\.([^.].*)\.(\d+)\.([0-9a-f]{8})\.\d+$/.exec(entry.slice(prefix.length - 1));
    if (!owner?.[1] || !owner[2]) continue;
    const path = join(partialDir, entry);
    const pid = Number(owner[2]);
    const isOurHost = owner[1] === hostname().slice(0, 64);
    const isGone = pid === process.pid ? owner[3] !== processToken : !isAlive(pid);
    const ageMs = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0);
    if (isOurHost ? isGone : ageMs > otherHostMs) await rm(path, { force: true });
  }
}
