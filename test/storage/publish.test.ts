import { AsyncResource } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStorage, type Storage } from '../../src/storage/storage.ts';

let mediaRoot: string;
let storage: Storage;

beforeEach(async () => {
  mediaRoot = await mkdtemp(join(tmpdir(), 'longtake-publish-'));
  storage = createStorage({ mediaRoot });
});

afterEach(() => rm(mediaRoot, { recursive: true, force: true }));

const keyName = 'segments/cam-1';
const to = 'downloaded/cam-1/cam-1-0.ts';
const reportPath = `${to}.gapreport.json`;

async function attempt(content: string, epoch = 1): Promise<string> {
  const from = join(await storage.attemptDir(keyName, epoch), 'media.ts');
  await writeFile(from, content);
  return from;
}

const published = (path = to): Promise<string> => readFile(join(mediaRoot, path), 'utf8');
/** Runs a function as if called by somebody who holds no lock. */
const outsideOfLock = AsyncResource.bind((fn: () => Promise<unknown>) => fn()) as (
  fn: () => Promise<unknown>,
) => Promise<unknown>;
const owner = async (): Promise<boolean> => true;

describe('publishing', () => {
  it('moves media and sidecar to their final names and leaves nothing in between', async () => {
    const from = await attempt('film');
    await storage.publish({
      keyName,
      from,
      to,
      sidecar: { path: reportPath, document: { a: 1 } },
      stillOwner: owner,
    });
    expect(await published()).toBe('film');
    expect(JSON.parse(await published(reportPath))).toEqual({ a: 1 });
    expect(await readdir(join(mediaRoot, 'downloaded/cam-1'))).toHaveLength(2);
    expect(await readdir(join(from, '..'))).toEqual([]);
  });

  it('changes nothing once another attempt owns the key', async () => {
    await storage.publish({ keyName, from: await attempt('old'), to, stillOwner: owner });
    const from = await attempt('zombie', 2);
    const document = { zombie: true };
    const refused = storage.publish({
      keyName,
      from,
      to,
      sidecar: { path: reportPath, document },
      stillOwner: async () => false,
    });
    await expect(refused).rejects.toMatchObject({ type: 'LeaseLost' });
    expect(await published()).toBe('old');
    expect(await storage.fileExists(reportPath)).toBe(false);
    expect(await readdir(join(from, '..'))).toEqual(['media.ts']);
  });

  it('passes an error of the ownership question on as it is', async () => {
    const error = Object.assign(new Error('catalog gone'), { code: 'ECONNREFUSED' });
    const from = await attempt('film');
    const stillOwner = async (): Promise<boolean> => Promise.reject(error);
    await expect(storage.publish({ keyName, from, to, stillOwner })).rejects.toBe(error);
    expect(await storage.fileExists(to)).toBe(false);
  });

  it('asks for ownership under the lock of the key', async () => {
    const from = await attempt('film');
    let lockWasFree = true;
    await storage.publish({
      keyName,
      from,
      to,
      stillOwner: async () => {
        const other = createStorage({ mediaRoot });
        const soon = AbortSignal.timeout(100);
        await outsideOfLock(() => other.withKeyLock(keyName, soon, async () => {})).catch(() => {
          lockWasFree = false;
        });
        return true;
      },
    });
    expect(lockWasFree).toBe(false);
  });

  it('answers NotFound for a file that is not there', async () => {
    const from = join(await storage.attemptDir(keyName, 1), 'absent.ts');
    await expect(storage.publish({ keyName, from, to, stillOwner: owner })).rejects.toMatchObject({
      type: 'NotFound',
    });
  });

  it('refuses links, directories and paths outside the root', async () => {
    const directory = await storage.attemptDir(keyName, 1);
    await writeFile(join(directory, 'real.ts'), 'x');
    await symlink('real.ts', join(directory, 'link.ts'));
    await mkdir(join(directory, 'folder'));
    for (const from of [join(directory, 'link.ts'), join(directory, 'folder'), '/etc/hostname', '../x']) {
      await expect(storage.publish({ keyName, from, to, stillOwner: owner })).rejects.toMatchObject({
        type: 'UnsafeName',
      });
    }
    const from = await attempt('x');
    const outside = storage.publish({ keyName, from, to: '../../etc/x', stillOwner: owner });
    await expect(outside).rejects.toMatchObject({ type: 'UnsafeName' });
  });

  it('replaces a planted link instead of writing through it', async () => {
    const victim = join(mediaRoot, 'victim');
    await writeFile(victim, 'untouched');
    await mkdir(join(mediaRoot, 'downloaded/cam-1'), { recursive: true });
    await symlink(victim, join(mediaRoot, to));
    await storage.publish({ keyName, from: await attempt('film'), to, stillOwner: owner });
    expect(await readFile(victim, 'utf8')).toBe('untouched');
    expect((await lstat(join(mediaRoot, to))).isFile()).toBe(true);
  });
});

describe('publishing processes', () => {
  const publisher = fileURLToPath(new URL('publisher.ts', import.meta.url));

  const publishIn = (
    content: string,
    dieAt: string,
    epoch = 1,
  ): Promise<{ points: string[]; signal: string | null }> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [publisher, mediaRoot, content, dieAt, String(epoch)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.once('error', reject);
      child.once('close', (_code, signal) => resolve({ points: said.split('\n').filter(Boolean), signal }));
    });

  it('that race for one key leave a file that fits its sidecar', async () => {
    const epochs = Array.from({ length: 20 }, (_, index) => index);
    const ends = await Promise.all(epochs.map((epoch) => publishIn(`writer${epoch}`, 'nowhere', epoch)));
    expect(ends.map((end) => end.signal)).toEqual(epochs.map(() => null));
    const report = JSON.parse(await published(reportPath)) as {
      content: string;
      sizeBytes: number;
      sha256: string;
    };
    expect(await storage.matches(to, report)).toBe(true);
    expect(await published()).toBe(report.content.repeat(50_000));
  });

  it('killed by kill -9 leave the old file or the whole new one, and at worst a sidecar that is seen to be stale', async () => {
    const { points } = await publishIn('first', 'nowhere');
    expect(points.length).toBeGreaterThanOrEqual(9);
    expect(points).toContain('publish.media.rename.after');
    let last = 'first';
    let staleSeen = 0;
    for (const [index, point] of points.entries()) {
      const next = `next${index}${'x'.repeat(index)}`;
      expect((await publishIn(next, point)).signal, point).toBe('SIGKILL');
      const content = await published();
      const isNew = content === next.repeat(50_000);
      expect(isNew || content === last.repeat(50_000), `whole file after a kill at ${point}`).toBe(true);
      expect(isNew, point).toBe(points.indexOf(point) >= points.indexOf('publish.media.rename.after'));
      const report = JSON.parse(await published(reportPath)) as {
        content: string;
        sizeBytes: number;
        sha256: string;
      };
      if (!(await storage.matches(to, report))) staleSeen++;
      else expect(report.content).toBe(isNew ? next : last);
      // The next owner of the key finds the lock free and finishes the work.
      last = `again${index}`;
      expect((await publishIn(last, 'nowhere')).signal).toBeNull();
      expect(await storage.matches(to, JSON.parse(await published(reportPath)) as never)).toBe(true);
      await storage.removeWork(keyName);
      expect(await storage.listWork()).toEqual([]);
    }
    // Between the two renames: after the media's rename, after its fsync, and before the sidecar's.
    expect(staleSeen).toBe(3);
    expect(await readdir(join(mediaRoot, 'downloaded/cam-1'))).toHaveLength(2);
  });
});
