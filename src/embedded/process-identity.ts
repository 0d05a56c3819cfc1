// Tells one process from a later one with the same id, and whether it still lives.
import { readFileSync } from 'node:fs';

/** A process for as long as this machine is up: ids are reused, start times in one boot are not. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot at which it started; absent where the system does not tell. */
  startTicks?: string;
  /** Id of the boot; start ticks of two boots may agree by chance. */
  bootId?: string;
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets, so fields count from the last one. */
function startTicksOf(pid: number): string | undefined {
  const stat = readOr(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended; only its parent has not looked yet.
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

/** Identity of a process that lives now; of this one by default. */
export function identify(pid: number = process.pid): ProcessIdentity {
  const startTicks = startTicksOf(pid);
  const bootId = readOr('/proc/sys/kernel/random/boot_id');
  return {
    pid,
    ...(startTicks === undefined ? {} : { startTicks }),
    ...(bootId === undefined ? {} : { bootId }),
  };
}

/** True while exactly this process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = identify(identity.pid);
  return now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}
