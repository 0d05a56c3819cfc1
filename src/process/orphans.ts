// The last line of died-parent protection: finds children of dead workers by a token in their environment and kills them.
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';

/** Environment variable by which every child names its worker. */
export const ownerVariable = 'LONGTAKE_OWNER';

/** Start time of a process in clock ticks since boot: with the pid it names a process for good. Field 22 of proc(5) stat. */
function startTimeOf(stat: string): string {
  // The second field may hold spaces and parentheses, so count from its last closing one.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function ownPidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
}

let token: string | undefined;

/** `<pid namespace>.<pid>.<start time>` of this process; empty where there is no /proc. */
export function ownerToken(): string {
  try {
    token ??= `${ownPidNamespace()}.${process.pid}.${startTimeOf(readFileSync('/proc/self/stat', 'utf8'))}`;
  } catch {
    token = '';
  }
  return token;
}

async function isAlive(pid: string, startTime: string): Promise<boolean> {
  try {
    return startTimeOf(await readFile(`/proc/${pid}/stat`, 'utf8')) === startTime;
  } catch {
    return false;
  }
}

async function deadOwnerOf(pid: string, namespace: string): Promise<boolean> {
  let environment: string;
  try {
    environment = await readFile(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return false;
  }
  const prefix = `${ownerVariable}=`;
  const entry = environment.split('\0').find((line) => line.startsWith(prefix));
  const [ownerNamespace, ownerPid, ownerStart] = entry?.slice(prefix.length).split('.') ?? [];
  // Pids of another namespace mean nothing here: a container's worker may look dead from the host.
  if (ownerNamespace !== namespace || !ownerPid || !ownerStart) return false;
  return !(await isAlive(ownerPid, ownerStart));
}

/** Kills children whose worker is dead; returns their pids. Needed only where the wrapper's protection is weak; harmless elsewhere. */
export async function killOrphans(): Promise<number[]> {
  const killed: number[] = [];
  let namespace: string;
  let pids: string[];
  try {
    namespace = ownPidNamespace();
    pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return killed;
  }
  for (const pid of pids) {
    if (!(await deadOwnerOf(pid, namespace))) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
      killed.push(Number(pid));
    } catch {
      // It ended by itself in between.
    }
  }
  return killed;
}
