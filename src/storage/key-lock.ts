// One holder per key on this host, across processes: the kernel frees the lock of a process that dies. See docs/decisions/0003-key-locks.md.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../domain/fault.ts';
import { storageFault } from './errno.ts';

/** Bounds the number of lock files. Two keys of one shard wait for each other, which costs a little time and nothing else. */
const shardCount = 256;
const firstPollMs = 4;
const longestPollMs = 100;
const sqliteBusy = 5;

export type KeyLock = <T>(
  keyName: string,
  signal: AbortSignal | undefined,
  fn: () => Promise<T>,
) => Promise<T>;

interface Held {
  keyName: string;
  released: boolean;
}

/** Tail of the queue of each lock file in this process, so that local waiters take turns instead of polling. */
const queues = new Map<string, Promise<void>>();
const heldHere = new AsyncLocalStorage<Held>();
/** Keeps the connections of held locks reachable: a collected one would free its lock while work that hangs still holds it. */
const connections = new Set<DatabaseSync>();

/** Waits for the turn; the returned function passes it on. */
async function takeTurn(file: string, signal: AbortSignal | undefined): Promise<() => void> {
  const before = queues.get(file) ?? Promise.resolve();
  let pass: () => void = () => {};
  const mine = new Promise<void>((resolve) => {
    pass = resolve;
  });
  const tail = before.then(() => mine);
  queues.set(file, tail);
  void tail.then(() => {
    if (queues.get(file) === tail) queues.delete(file);
  });
  let onAbort: () => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  await Promise.race([before, aborted]);
  signal?.removeEventListener('abort', onAbort);
  if (signal?.aborted) {
    pass();
    throw signal.reason;
  }
  return pass;
}

function isBusy(error: unknown): boolean {
  return (((error as { errcode?: number }).errcode ?? 0) & 0xff) === sqliteBusy;
}

/** Takes the file's exclusive lock, or returns false when another process has it. Writes nothing, so it works on a full disk. */
function tryLock(database: DatabaseSync): boolean {
  try {
    // With a journal on disk SQLite would write one for every BEGIN EXCLUSIVE.
    database.exec('PRAGMA journal_mode=MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

async function acquire(file: string, signal: AbortSignal | undefined): Promise<DatabaseSync> {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    let pollMs = firstPollMs;
    while (!tryLock(database)) {
      // Jitter keeps many waiting processes from asking at the same moment.
      await sleep(pollMs * (0.5 + Math.random() / 2), undefined, signal ? { signal } : {});
      pollMs = Math.min(longestPollMs, pollMs * 1.5);
    }
    return database;
  } catch (error) {
    database.close();
    if (signal?.aborted) throw signal.reason;
    throw error;
  }
}

/** Locks live in `directory`, which must be on a local file system or on one whose fcntl locks reach every host that writes. */
export function createKeyLock(directory: string): KeyLock {
  const fileOf = (keyName: string): string => {
    const shard = createHash('sha256').update(keyName).digest()[0] ?? 0;
    return join(directory, `${(shard % shardCount).toString(16).padStart(2, '0')}.lock`);
  };
  const open = async (file: string, signal: AbortSignal | undefined): Promise<DatabaseSync> => {
    try {
      mkdirSync(directory, { recursive: true });
      return await acquire(file, signal);
    } catch (error) {
      if (errorOfSqlite(error)) {
        throw new Fault('StorageFault', `The lock file ${file} cannot be used: ${errorOfSqlite(error)}.`);
      }
      throw storageFault(error, `Opening the lock file ${file}`);
    }
  };
  return async (keyName, signal, fn) => {
    signal?.throwIfAborted();
    const held = heldHere.getStore();
    if (held && !held.released) {
      if (held.keyName === keyName) return fn();
      // Two locks at once in different orders would wait for each other for ever.
      throw new Error(`The lock of ${keyName} was asked for while that of ${held.keyName} is held.`);
    }
    const file = fileOf(keyName);
    const pass = await takeTurn(file, signal);
    try {
      const database = await open(file, signal);
      const mine: Held = { keyName, released: false };
      connections.add(database);
      try {
        return await heldHere.run(mine, fn);
      } finally {
        mine.released = true;
        connections.delete(database);
        database.close();
      }
    } finally {
      pass();
    }
  };
}

function errorOfSqlite(error: unknown): string | undefined {
  return (error as { code?: string }).code === 'ERR_SQLITE_ERROR' ? (error as Error).message : undefined;
}
