// One owner per data directory: a lock file that names the owning process, taken over when that process is gone.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../domain/fault.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

export interface StackLock {
  /** Adds a server to the lock: while it lives, nobody takes the lock over even when its owner was killed. */
  addServer(pid: number): Promise<void>;
  /** Gives the lock up. Safe to call twice. */
  release(): Promise<void>;
}

/** A guard is held for a rename; whoever meets one looks again soon. */
const guardPollMs = 5;

interface LockDocument {
  token: string;
  owner: ProcessIdentity;
  servers: ProcessIdentity[];
  takenAt: string;
}

async function readLock(path: string): Promise<LockDocument | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockDocument;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Fault(
      'StorageFault',
      `the lock file ${path} cannot be read; delete it when nothing runs there`,
      {},
      { cause: error },
    );
  }
}

function refusal(path: string, lock: LockDocument): Fault | undefined {
  if (isAlive(lock.owner))
    return new Fault(
      'ConfigInvalid',
      `process ${lock.owner.pid} already runs on this data directory (${path}); stop it or choose another with --data`,
      { pid: lock.owner.pid },
    );
  const server = lock.servers.find(isAlive);
  if (server === undefined) return undefined;
  return new Fault(
    'ConfigInvalid',
    `server process ${server.pid} of an earlier, killed run still works on this data directory; end it with: kill ${server.pid}`,
    { pid: server.pid },
  );
}

/** Writes the document beside the lock, complete, for a link or a rename to make it the lock. */
async function writeFresh(path: string, document: LockDocument): Promise<string> {
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, `${JSON.stringify(document)}\n`, { mode: 0o600 });
  return fresh;
}

/** True when the file `fresh` became the lock at `path`; link fails when there is one, and never shows half a file. */
async function linkFresh(fresh: string, path: string): Promise<boolean> {
  try {
    await link(fresh, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Makes `lock` the lock at `path`; returns the living one that stands in the way instead. A dead lock is replaced only by
 * whoever holds the guard named after its token, so two takers never both replace it; guards are locks of the same kind.
 */
async function take(path: string, lock: LockDocument): Promise<LockDocument | undefined> {
  const fresh = await writeFresh(path, lock);
  try {
    for (;;) {
      if (await linkFresh(fresh, path)) return undefined;
      const held = await readLock(path);
      if (held === undefined) continue;
      if (refusal(path, held) !== undefined) return held;
      const guard = `${path}.${held.token}`;
      if ((await take(guard, { ...lock, token: randomUUID() })) !== undefined) {
        await delay(guardPollMs);
        continue;
      }
      try {
        if ((await readLock(path))?.token !== held.token) continue;
        await rename(fresh, path);
        return undefined;
      } finally {
        await unlink(guard);
      }
    }
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Takes `<dataDir>/<name>.lock`. Throws Fault ConfigInvalid naming the process that holds it. */
export async function acquireStackLock(spec: { dataDir: string; name: string }): Promise<StackLock> {
  await mkdir(spec.dataDir, { recursive: true });
  const path = join(spec.dataDir, `${spec.name}.lock`);
  const lock: LockDocument = {
    token: randomUUID(),
    owner: identify(),
    servers: [],
    takenAt: new Date().toISOString(),
  };
  const held = await take(path, lock);
  if (held !== undefined) throw refusal(path, held) ?? refusalOf(path);
  return {
    async addServer(pid) {
      lock.servers.push(identify(pid));
      await rename(await writeFresh(path, lock), path);
    },
    async release() {
      if ((await readLock(path))?.token === lock.token) await unlink(path);
    },
  };
}

/** The holder ended between our look and this sentence. */
function refusalOf(path: string): Fault {
  return new Fault('ConfigInvalid', `the data directory was in use a moment ago (${path}); start again`);
}
