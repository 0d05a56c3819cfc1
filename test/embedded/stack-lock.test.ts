import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePorts, isPortFree } from '../../src/embedded/free-ports.ts';
import { identify, isAlive } from '../../src/embedded/process-identity.ts';
import { acquireStackLock, type StackLock } from '../../src/embedded/stack-lock.ts';
import { tempDir, type TempDir } from '../setup/servers.ts';

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => dir.remove());

const take = (): Promise<StackLock> => acquireStackLock({ dataDir: dir.path, name: 'stack' });

/** A lock left behind by a process that is gone, with servers that may live. */
async function leaveLock(serverPids: number[] = [], name = 'stack.lock'): Promise<void> {
  const document = {
    token: name === 'stack.lock' ? 'old' : 'older',
    // Our own id with another start time: the id was reused.
    owner: { ...identify(), startTicks: '1' },
    servers: serverPids.map((pid) => identify(pid)),
    takenAt: '2026-01-01T00:00:00.000Z',
  };
  await writeFile(join(dir.path, name), JSON.stringify(document));
}

describe('acquireStackLock', () => {
  test('gives the directory to one owner and frees it on release', async () => {
    const lock = await take();
    await expect(take()).rejects.toMatchObject({ type: 'ConfigInvalid', details: { pid: process.pid } });
    await lock.release();
    await lock.release();
    await (await take()).release();
    expect(await readdir(dir.path)).toEqual([]);
  });

  test('takes over from a process that is gone, even when its id lives again', async () => {
    await leaveLock();
    const lock = await take();
    await lock.release();
    expect(await readdir(dir.path)).toEqual([]);
  });

  test('lets exactly one of twenty takers have a stale lock', async () => {
    for (let trial = 0; trial < 30; trial++) {
      await leaveLock();
      const results = await Promise.allSettled(Array.from({ length: 20 }, take));
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      expect(await readdir(dir.path)).toEqual(['stack.lock']);
    }
  });

  test('takes over when an earlier taker died while taking over', async () => {
    await leaveLock();
    await leaveLock([], 'stack.lock.old');
    const results = await Promise.allSettled(Array.from({ length: 20 }, take));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(dir.path)).toEqual(['stack.lock']);
  });

  test('refuses while a server of a killed owner lives, and says how to end it', async () => {
    const server = spawn('sleep', ['60']);
    try {
      await leaveLock([server.pid!]);
      await expect(take()).rejects.toMatchObject({
        message: expect.stringContaining(`kill ${server.pid}`) as string,
      });
    } finally {
      server.kill();
      await once(server, 'exit');
    }
    await (await take()).release();
  });

  test('remembers the servers of a living owner', async () => {
    const lock = await take();
    await lock.addServer(process.pid);
    await lock.release();
    expect(await readdir(dir.path)).toEqual([]);
  });

  test('refuses a lock file that is no lock', async () => {
    await writeFile(join(dir.path, 'stack.lock'), '');
    await expect(take()).rejects.toMatchObject({ type: 'StorageFault' });
  });
});

describe('isAlive', () => {
  test('knows a process from a later one with the same id', () => {
    expect(isAlive(identify())).toBe(true);
    expect(isAlive({ ...identify(), startTicks: '1' })).toBe(false);
    expect(isAlive({ ...identify(), bootId: 'another boot' })).toBe(false);
  });

  test('is false for a process that has ended', async () => {
    const child = spawn('sleep', ['60']);
    const identity = identify(child.pid!);
    expect(isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
  });
});

test('free ports are different and can be bound', async () => {
  const ports = await freePorts('127.0.0.1', 10);
  expect(new Set(ports).size).toBe(10);
  expect(await Promise.all(ports.map((port) => isPortFree('127.0.0.1', port)))).not.toContain(false);
});
