import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storageFault } from '../../src/storage/errno.ts';
import { createStorage, type Storage } from '../../src/storage/storage.ts';

let base: string;
let mediaRoot: string;
let storage: Storage;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'longtake-root-'));
  mediaRoot = join(base, 'media');
  storage = createStorage({ mediaRoot });
});

afterEach(() => rm(base, { recursive: true, force: true }));

describe('paths', () => {
  it.each(['../x', 'a/../../x', '/etc/passwd', '', 'a\0b', '..', 'a/..'])(
    '%j leaves the root and is refused',
    (path) => {
      expect(() => storage.resolve(path)).toThrow(expect.objectContaining({ type: 'UnsafeName' }));
    },
  );

  it('inside the root are absolute', () => {
    expect(storage.resolve('downloaded/cam 1/ä.ts')).toBe(join(storage.mediaRoot, 'downloaded/cam 1/ä.ts'));
    expect(storage.resolve(join(storage.mediaRoot, 'x'))).toBe(join(storage.mediaRoot, 'x'));
  });

  it('through symbolic links are refused when they lead out, also to what does not exist yet', async () => {
    await symlink(base, join(mediaRoot, 'out'));
    await symlink(join(base, 'not-yet'), join(mediaRoot, 'dangling'));
    await mkdir(join(mediaRoot, 'real'));
    await symlink(join(mediaRoot, 'real'), join(mediaRoot, 'in'));
    for (const path of ['out/x', 'out', 'dangling', 'dangling/x']) {
      expect(() => storage.resolve(path), path).toThrow(expect.objectContaining({ type: 'UnsafeName' }));
    }
    expect(storage.resolve('in/x')).toBe(join(storage.mediaRoot, 'in/x'));
  });

  it('are not taken for links that lead nowhere when another attempt makes them between two looks', async () => {
    const churn = `
      const { workerData } = require('node:worker_threads');
      const { mkdirSync, rmdirSync } = require('node:fs');
      for (;;) { mkdirSync(workerData); rmdirSync(workerData); }`;
    const worker = new Worker(churn, { eval: true, workerData: join(mediaRoot, 'segments') });
    try {
      await expect.poll(() => existsSync(join(mediaRoot, 'segments')), { interval: 0 }).toBe(true);
      for (let look = 0; look < 30_000; look++) storage.resolve('segments/key');
    } finally {
      await worker.terminate();
    }
  });

  it('never resolve outside, whatever the text', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('..', '.', '/', '//', '%2e%2e', '\u202e', '~'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        let resolved: string;
        try {
          resolved = storage.resolve(pieces.join('/'));
        } catch (error) {
          expect(error).toMatchObject({ name: 'Fault' });
          return;
        }
        expect(`${resolved}/`.startsWith(`${storage.mediaRoot}/`)).toBe(true);
      }),
    );
  });
});

describe('work directories', () => {
  it('are one for each attempt and one for partials, and are listed', async () => {
    const first = await storage.attemptDir('segments/cam-1-0', 1);
    const second = await storage.attemptDir('segments/cam-1-0', 2);
    const partial = await storage.partialDir('segments/cam-1-0');
    expect(new Set([first, second, partial]).size).toBe(3);
    const listed = (await storage.listWork()).map(({ keyName, epoch }) => `${keyName} ${epoch}`);
    expect(listed.sort()).toEqual(['segments/cam-1-0 1', 'segments/cam-1-0 2', 'segments/cam-1-0 partial']);
  });

  it('of a plan go together, those of its neighbours stay', async () => {
    await storage.attemptDir('merge/plan-7/cam-1', 1);
    await storage.attemptDir('merge/plan-7/cam-2', 1);
    await storage.attemptDir('merge/plan-70/cam-1', 1);
    await storage.attemptDir('merge/12', 3);
    await storage.removeWork('merge/plan-7');
    await storage.removeWork('merge/12');
    await storage.removeWork('merge/never-there');
    expect((await storage.listWork()).map((entry) => entry.keyName)).toEqual(['merge/plan-70/cam-1']);
    await storage.removeWork('merge/plan-70/cam-1');
    expect(await readdir(join(mediaRoot, '.work'))).toEqual([]);
  });

  it.each([
    '',
    '..',
    'a/../b',
    '/a',
    'a//b',
    '.hidden',
    '@1',
    'a/@partial',
    'a\nb',
    'a/b/c/d/e',
    'x'.repeat(201),
  ])('refuse the key name %j', async (keyName) => {
    await expect(storage.attemptDir(keyName, 1)).rejects.toMatchObject({ type: 'UnsafeName' });
    await expect(storage.removeWork(keyName)).rejects.toMatchObject({ type: 'UnsafeName' });
  });

  it.each([-1, 1.5, Number.NaN])('refuse the epoch %d', async (epoch) => {
    await expect(storage.attemptDir('a', epoch)).rejects.toMatchObject({ type: 'InputInvalid' });
  });

  it('survive a clean-up of neighbours in the same moment', async () => {
    const rounds = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all([
      ...rounds.map((index) => storage.attemptDir(`shared/key-${index}`, 1)),
      ...rounds.map((index) => storage.removeWork(`shared/other-${index}`)),
    ]);
    expect(await storage.listWork()).toHaveLength(100);
  });

  it('of dead attempts are swept, living and young ones stay', async () => {
    const longAgo = new Date(Date.now() - 3_600_000);
    const age = async (path: string): Promise<void> => {
      await writeFile(join(path, 'file'), 'x');
      await utimes(join(path, 'file'), longAgo, longAgo);
      await utimes(path, longAgo, longAgo);
    };
    await age(await storage.attemptDir('a/dead', 1));
    await age(await storage.attemptDir('a/alive', 2));
    await storage.attemptDir('b/young', 1);
    const isLive = async ({ keyName }: { keyName: string }): Promise<boolean> => keyName === 'a/alive';
    const removed = await storage.sweepWork({ olderThanSeconds: 600, isLive });
    expect(removed).toEqual([join(storage.mediaRoot, '.work/a/dead/@1')]);
    expect((await storage.listWork()).map((entry) => entry.keyName).sort()).toEqual(['a/alive', 'b/young']);
  });
});

describe('files', () => {
  it('are hashed whole, with progress, and the hash matches', async () => {
    const bytes = randomBytes(2_500_000);
    await writeFile(join(mediaRoot, 'file'), bytes);
    let seen = 0;
    const facts = await storage.hashFile('file', undefined, (count) => (seen += count));
    expect(facts).toEqual({
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(seen).toBe(bytes.length);
    expect(await storage.matches('file', facts)).toBe(true);
    expect(await storage.matches('file', { ...facts, sha256: '0'.repeat(64) })).toBe(false);
    expect(await storage.matches('file', { ...facts, sizeBytes: 1 })).toBe(false);
    expect(await storage.matches('absent', facts)).toBe(false);
  });

  it('stop being hashed on abort with its reason', async () => {
    await writeFile(join(mediaRoot, 'file'), randomBytes(100));
    await expect(storage.hashFile('file', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it('are removed with their sidecars, absent ones are no error', async () => {
    for (const name of ['a.ts', 'a.ts.gapreport.json', 'a.ts.coverage.json', 'b.ts']) {
      await writeFile(join(mediaRoot, name), 'x');
    }
    await storage.remove('a.ts');
    await storage.remove('a.ts');
    await storage.remove('no/such/directory/a.ts');
    expect(
      (await readdir(mediaRoot)).filter((name) => name.endsWith('.json') || name.endsWith('.ts')),
    ).toEqual(['b.ts']);
  });

  it('know their size, or undefined', async () => {
    await writeFile(join(mediaRoot, 'a'), 'xyz');
    expect([await storage.sizeOf('a'), await storage.sizeOf('b')]).toEqual([3, undefined]);
    expect([await storage.fileExists('a'), await storage.fileExists('b/c')]).toEqual([true, false]);
    expect(await storage.freeBytes()).toBeGreaterThan(1_000_000);
  });
});

describe('errors of the file system', () => {
  it.each([
    ['ENOSPC', 'DiskFull'],
    ['EDQUOT', 'DiskFull'],
    ['EIO', 'StorageFault'],
    ['EROFS', 'StorageFault'],
    ['ESTALE', 'StorageFault'],
    ['EXDEV', 'StorageFault'],
    ['ENOENT', 'NotFound'],
    ['ENAMETOOLONG', 'UnsafeName'],
    ['ELOOP', 'UnsafeName'],
  ])('%s is a fault of type %s', (code, type) => {
    expect(storageFault(Object.assign(new Error('x'), { code }), 'Writing a')).toMatchObject({ type });
  });

  it('pass other errors as they are', () => {
    const error = new TypeError('bug');
    expect(storageFault(error, 'Writing a')).toBe(error);
  });
});

describe('a full disk', () => {
  it('fails as DiskFull before anything is published, and goes on when there is room', async () => {
    const disk = join(base, 'disk');
    await mkdir(disk);
    // Needs root, as the tests on a fresh machine have it; anything else is a failure that names the reason.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'pipe' });
    try {
      const small = createStorage({ mediaRoot: disk });
      const from = join(await small.attemptDir('key', 1), 'media.ts');
      await writeFile(from, randomBytes(1_000_000));
      const publish = (): Promise<void> =>
        small.publish({
          keyName: 'key',
          from,
          to: 'downloaded/a.ts',
          sidecar: { path: 'downloaded/a.ts.gapreport.json', document: { text: 'x'.repeat(200_000) } },
          stillOwner: async () => true,
        });
      await writeFile(join(disk, 'ballast'), randomBytes(1_000_000)).catch(() => {});
      expect(await small.freeBytes()).toBeLessThan(200_000);
      await expect(publish()).rejects.toMatchObject({ type: 'DiskFull' });
      await expect(small.writeJson('merged/a.json', 'x'.repeat(200_000))).rejects.toMatchObject({
        type: 'DiskFull',
      });
      expect(existsSync(join(disk, 'downloaded/a.ts'))).toBe(false);
      expect(await readdir(join(disk, '.work/key/@1'))).toEqual(['media.ts']);
      expect(await readdir(join(disk, '.work/@tmp'))).toEqual([]);
      expect(await small.withKeyLock('key', undefined, async () => 'locks need no space')).toBeTruthy();
      await rm(join(disk, 'ballast'));
      await publish();
      expect(existsSync(join(disk, 'downloaded/a.ts'))).toBe(true);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
