import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStorage, type Storage } from '../../src/storage/storage.ts';

let mediaRoot: string;
let storage: Storage;
const children: ChildProcess[] = [];

beforeEach(async () => {
  mediaRoot = await mkdtemp(join(tmpdir(), 'longtake-lock-'));
  storage = createStorage({ mediaRoot });
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(mediaRoot, { recursive: true, force: true });
});

const storageUrl = new URL('../../src/storage/storage.ts', import.meta.url).href;

function startNode(body: string): ChildProcess {
  const code = `
    import { createStorage } from ${JSON.stringify(storageUrl)};
    import * as fs from 'node:fs';
    const mediaRoot = ${JSON.stringify(mediaRoot)};
    const storage = createStorage({ mediaRoot });
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

const said = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString())));
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', (code) => resolve(code)));

describe('the lock of a key', () => {
  it('lets one in at a time in one process, in the order of asking', async () => {
    let inside = 0;
    const order: number[] = [];
    const work = Array.from({ length: 20 }, (_, index) =>
      storage.withKeyLock('a', undefined, async () => {
        expect(++inside).toBe(1);
        await sleep(Math.random() * 5);
        order.push(index);
        inside--;
      }),
    );
    await Promise.all(work);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('lets one in at a time across 20 processes', async () => {
    const counter = join(mediaRoot, 'counter');
    await writeFile(counter, '0');
    const rounds = 5;
    const body = `
      for (let i = 0; i < ${rounds}; i++) await storage.withKeyLock('a', undefined, async () => {
        const before = Number(fs.readFileSync(mediaRoot + '/counter', 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, 1));
        fs.writeFileSync(mediaRoot + '/counter', String(before + 1));
      });`;
    const writers = Array.from({ length: 20 }, () => startNode(body));
    expect(await Promise.all(writers.map(ended))).toEqual(writers.map(() => 0));
    expect(await readFile(counter, 'utf8')).toBe(String(20 * rounds));
  });

  it('is free as soon as its holder is killed by kill -9', async () => {
    const holder = startNode(`
      await storage.withKeyLock('a', undefined, async () => { console.log('held'); await new Promise(() => setInterval(() => {}, 1000)); });`);
    await said(holder);
    const soon = storage.withKeyLock('a', AbortSignal.timeout(300), async () => {});
    await expect(soon).rejects.toMatchObject({ name: 'TimeoutError' });
    const waiting = storage.withKeyLock('a', AbortSignal.timeout(30_000), async () => 'mine');
    holder.kill('SIGKILL');
    expect(await waiting).toBe('mine');
  });

  it('excludes a second storage on the same root in one process', async () => {
    const other = createStorage({ mediaRoot });
    const seen: string[] = [];
    await Promise.all([
      storage.withKeyLock('a', undefined, async () => {
        await sleep(30);
        seen.push('first');
      }),
      other.withKeyLock('a', undefined, async () => seen.push('second')),
    ]);
    expect(seen).toEqual(['first', 'second']);
  });

  it('is a lock of the file itself, so a foreign connection in the same process is excluded too', async () => {
    await storage.withKeyLock('a', undefined, async () => {
      const [name = ''] = await readdir(join(mediaRoot, '.locks'));
      const foreign = new DatabaseSync(join(mediaRoot, '.locks', name), { timeout: 0 });
      expect(() => foreign.exec('BEGIN EXCLUSIVE')).toThrow(/locked/);
      foreign.close();
      await expect(
        ended(
          startNode(
            `await storage.withKeyLock('a', AbortSignal.timeout(200), async () => {}).catch(() => process.exit(9));`,
          ),
        ),
      ).resolves.toBe(9);
    });
  });

  it('ends the wait with the reason of an abort, and those behind still get their turn', async () => {
    const controller = new AbortController();
    let release: () => void = () => {};
    const held = storage.withKeyLock(
      'a',
      undefined,
      () => new Promise<void>((resolve) => (release = resolve)),
    );
    const aborted = storage.withKeyLock('a', controller.signal, async () => 'never');
    const behind = storage.withKeyLock('a', undefined, async () => 'in');
    controller.abort(new Error('cancelled by plan'));
    await expect(aborted).rejects.toThrow('cancelled by plan');
    release();
    await held;
    expect(await behind).toBe('in');
    await expect(storage.withKeyLock('a', controller.signal, async () => 'never')).rejects.toThrow(
      'cancelled by plan',
    );
  });

  it('is passed on when the work inside throws', async () => {
    await expect(
      storage.withKeyLock('a', undefined, () => Promise.reject(new Error('inside'))),
    ).rejects.toThrow('inside');
    expect(await storage.withKeyLock('a', undefined, async () => 'in')).toBe('in');
  });

  it('may be taken again inside for the same key, never for another', async () => {
    const inner = storage.withKeyLock('a', undefined, () =>
      storage.withKeyLock('a', undefined, async () => 'same'),
    );
    expect(await inner).toBe('same');
    const other = storage.withKeyLock('a', undefined, () =>
      storage.withKeyLock('b', undefined, async () => 'other'),
    );
    await expect(other).rejects.toThrow(/is held/);
  });

  it('needs a bounded number of files, which stay empty', async () => {
    for (let index = 0; index < 600; index++)
      await storage.withKeyLock(`key-${index}`, undefined, async () => {});
    const names = await readdir(join(mediaRoot, '.locks'));
    expect(names.length).toBeLessThanOrEqual(256);
    for (const name of names) expect((await stat(join(mediaRoot, '.locks', name))).size).toBe(0);
  });
});
