// One owner per data directory: a lock file that names the owning process, taken over when that process is gone.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

export interface StackLock {
  /** Adds a server to the lock: while it lives, nobody takes the lock over even when its owner was killed. */
  addServer(pid: number): Promise<void>;
  /** Gives the lock up. Safe to call twice. */
  release(): Promise<void>;
}

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

/** Moves a dead owner's lock out of the way; puts it back when a living one slipped in between our look and the move. */
async function clearStale(path: string, seen: LockDocument): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readLock(aside);
  if (moved !== undefined && moved.token !== seen.token) await link(aside, path).catch(() => undefined);
  await unlink(aside);
}

async function replaceFile(path: string, document: LockDocument): Promise<string> {
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, `${JSON.stringify(document)}\n`, { mode: 0o600 });
  return fresh;
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
  const fresh = await replaceFile(path, lock);
  try {
    await linkOrRefuse(fresh, path);
  } finally {
    await unlink(fresh);
  }
  return {
    async addServer(pid) {
      lock.servers.push(identify(pid));
      await rename(await replaceFile(path, lock), path);
    },
    async release() {
      if ((await readLock(path))?.token === lock.token) await unlink(path);
    },
  };
}

async function linkOrRefuse(fresh: string, path: string): Promise<void> {
  for (;;) {
    try {
      // link, not rename: it fails when the lock exists, and the file is complete the moment it appears.
      await link(fresh, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = await readLock(path);
    if (held === undefined) continue;
    const reason = refusal(path, held);
    if (reason !== undefined) throw reason;
    await clearStale(path, held);
  }
}
