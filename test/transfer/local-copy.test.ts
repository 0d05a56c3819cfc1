import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLocalCopy } from '../../src/transfer/local-copy.ts';

const names = ['merged/cam-1/a.mp4', 'merged/cam-1/it\'s "quoted".mp4', '-rf', 'день/кадр $(touch x).mp4'];
const exporter = createLocalCopy();
let base: string;
let rootDir: string;
let target: { kind: 'local'; path: string };

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'longtake-copy-'));
  rootDir = join(base, 'media');
  target = { kind: 'local', path: join(base, 'out') };
  for (const name of names) await put(name, `content of ${name}`);
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function put(name: string, content: string | Buffer) {
  await mkdir(dirname(join(rootDir, name)), { recursive: true });
  await writeFile(join(rootDir, name), content);
}

const everything = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

const signal = new AbortController().signal;

describe('a removal', () => {
  test('takes away the named files alone, whether they are there or not', async () => {
    await exporter.send({ target, rootDir, files: names, signal });
    const [gone, ...left] = names;
    await exporter.remove({ target, files: [gone!, 'never/was.mp4'], signal });
    expect(await everything(target.path)).toEqual([...left].sort());
  });

  test('of names outside of the target is refused, and of a directory is a fault', async () => {
    await put('../keep.txt', 'kept');
    await mkdir(join(target.path, 'folder'), { recursive: true });
    const remove = (file: string) => exporter.remove({ target, files: [file], signal });
    await expect(remove('../keep.txt')).rejects.toMatchObject({ type: 'UnsafeName' });
    await expect(remove('folder')).rejects.toMatchObject({ name: 'Fault' });
    expect(await everything(base)).toContain('keep.txt');
  });
});

describe('a local export', () => {
  test('delivers every file with its layout, content and mtime, and leaves nothing else', async () => {
    const seen: number[] = [];
    const sent = await exporter.send({
      target,
      rootDir,
      files: names,
      signal,
      onProgress: ({ percent }) => seen.push(percent),
    });
    expect(await everything(target.path)).toEqual([...names].sort());
    expect(sent.addresses).toEqual(names.map((name) => join(target.path, name)));
    for (const name of names)
      expect(await readFile(join(target.path, name), 'utf8')).toBe(`content of ${name}`);
    const [source, copy] = [await stat(join(rootDir, '-rf')), await stat(join(target.path, '-rf'))];
    expect(Math.abs(source.mtimeMs - copy.mtimeMs)).toBeLessThan(1);
    expect(seen.at(-1)).toBe(100);
    expect((await readdir(target.path)).filter((name) => name.startsWith('.'))).toEqual([]);
    await exporter.verify({ target, rootDir, files: names, mode: 'checksum', signal });
  });

  test('a flipped byte is found by checksum, not by size, and mended by a send that compares checksums', async () => {
    const request = { target, rootDir, files: names, signal };
    await exporter.send(request);
    const damaged = join(target.path, '-rf');
    const { atime, mtime } = await stat(damaged);
    await writeFile(damaged, 'contenT of -rf');
    await utimes(damaged, atime, mtime);
    await exporter.verify({ ...request, mode: 'size' });
    await expect(exporter.verify({ ...request, mode: 'checksum' })).rejects.toMatchObject({
      type: 'TransferFailed',
      details: { differing: ['-rf'] },
    });
    await exporter.send({ ...request, compare: 'checksum' });
    await exporter.verify({ ...request, mode: 'checksum' });
  });

  test('a missing copy fails the verification', async () => {
    await exporter.send({ target, rootDir, files: names, signal });
    await rm(join(target.path, names[0] ?? ''));
    const verdict = exporter.verify({ target, rootDir, files: names, mode: 'size', signal });
    await expect(verdict).rejects.toMatchObject({ type: 'TransferFailed' });
  });

  test('an abort in the middle leaves no final name and no partial', async () => {
    await put('big.ts', Buffer.alloc(64 << 20, 7));
    const controller = new AbortController();
    const sending = exporter.send({
      target,
      rootDir,
      files: ['big.ts'],
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stopped')),
    });
    await expect(sending).rejects.toThrow('stopped');
    expect(await everything(target.path)).toEqual([]);
  });

  test('what a killed process left behind is removed by the next send; a living one keeps its own', async () => {
    const dead = spawn('true');
    await once(dead, 'exit');
    const { hostname } = await import('node:os');
    const partialDir = join(target.path, '.longtake-partial');
    await mkdir(partialDir, { recursive: true });
    await writeFile(join(partialDir, `-rf.${hostname()}.${dead.pid}.0123abcd.1`), 'half');
    await writeFile(join(partialDir, `-rf.${hostname()}.${process.ppid}.0123abcd.1`), 'half');
    await writeFile(join(partialDir, `-rf.${hostname()}.${process.pid}.0123abcd.1`), 'an earlier process');
    await exporter.send({ target, rootDir, files: ['-rf'], signal });
    expect(await readdir(partialDir)).toEqual([`-rf.${hostname()}.${process.ppid}.0123abcd.1`]);
  });

  test('a name of the longest length is delivered', async () => {
    const long = `${'ш'.repeat(120)}.mp4`;
    await put(long, 'x');
    await exporter.send({ target, rootDir, files: [long], signal });
    expect(await readFile(join(target.path, long), 'utf8')).toBe('x');
  });

  test('a file where a directory should be refuses the export for good', async () => {
    await mkdir(target.path);
    await writeFile(join(target.path, 'merged'), 'in the way');
    const sending = exporter.send({ target, rootDir, files: names, signal });
    await expect(sending).rejects.toMatchObject({ type: expect.stringMatching(/TransferFailed/) as string });
  });

  test('a source that is absent or a link is refused before anything is copied', async () => {
    await expect(exporter.send({ target, rootDir, files: ['none.mp4'], signal })).rejects.toMatchObject({
      type: 'NotFound',
    });
    await chmod(base, 0o700);
    await expect(stat(target.path)).rejects.toThrow();
  });
});
