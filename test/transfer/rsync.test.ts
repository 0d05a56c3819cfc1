import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createExporter } from '../../src/transfer/exporter.ts';
import type { Exporter, RsyncTarget } from '../../src/transfer/export-target.ts';
import { startSshd, tempDir, testRun, type TempDir, type TestSshd } from '../setup/servers.ts';

const names = [
  'merged/cam-1/a.mp4',
  'merged/cam-1/it\'s "quoted" & spaced.mp4',
  '-rf',
  '#comment',
  'день/кадр $(touch pwned) `id`*.mp4',
  'line\nbreak',
];
const signal = AbortSignal.timeout(60_000);

let sshd: TestSshd;
let exporter: Exporter;
let dir: TempDir;
let rootDir: string;
let target: RsyncTarget;

beforeAll(async () => {
  sshd = await startSshd();
  const tools = { rsyncPath: 'rsync', sshPath: 'ssh' };
  exporter = createExporter({ run: await testRun(), tools, stallSeconds: 20 });
});
afterAll(() => sshd.stop());

beforeEach(async () => {
  dir = await tempDir();
  rootDir = join(dir.path, 'media');
  target = targetAt(sshd, join(dir.path, "out it's $(touch pwned) *"));
  for (const name of names) await put(name, `content of ${name}`);
});
afterEach(() => dir.remove());

const targetAt = (server: TestSshd, path: string): RsyncTarget => ({
  kind: 'rsync',
  host: server.host,
  port: server.port,
  user: server.user,
  path,
  identityFile: server.identityFile,
  knownHostsFile: server.knownHostsFile,
});

async function put(name: string, content: string | Buffer) {
  await mkdir(dirname(join(rootDir, name)), { recursive: true });
  await writeFile(join(rootDir, name), content);
}

const filesUnder = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

/** The processes that serve an ssh session of this sshd. */
const sessions = () =>
  execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`rsync --server`) && line.includes(dir.path.slice(-6)))
    .map((line) => Number.parseInt(line, 10));

describe('a removal over ssh', () => {
  test('takes away the named files alone, of any name, whether they are there or not', async () => {
    await exporter.send({ target, rootDir, files: names, signal });
    const gone = names.filter((_, index) => index % 2 === 0);
    await exporter.remove({ target, files: [...gone, 'never/was.mp4'], signal });
    expect(await filesUnder(target.path)).toEqual(names.filter((name) => !gone.includes(name)).sort());
    expect(await filesUnder(dir.path)).not.toContain('pwned');
    const outside = exporter.remove({ target, files: ['../x'], signal });
    await expect(outside).rejects.toMatchObject({ type: 'UnsafeName' });
  });

  test('works behind a forced rrsync, and where that forbids it is a fault', async () => {
    const inside = join(dir.path, 'in');
    await mkdir(inside);
    const [gone, ...left] = ['a.mp4', 'b.mp4'];
    for (const name of [gone!, ...left]) await put(name, name);
    const removedBy = async (options: string): Promise<void> => {
      await using forced = await startSshd({ keyOptions: `restrict,command="rrsync ${options} ${inside}"` });
      const request = { target: targetAt(forced, '/out'), signal };
      await exporter.send({ ...request, rootDir, files: [gone!, ...left] });
      await exporter.remove({ ...request, files: [gone!] });
    };
    await removedBy('-wo');
    expect(await filesUnder(inside)).toEqual(left.map((name) => `out/${name}`));
    await expect(removedBy('-wo -no-del')).rejects.toMatchObject({ name: 'Fault' });
    expect(await filesUnder(inside)).toContain(`out/${gone}`);
  });
});

describe('an export over ssh', () => {
  test('delivers names of every kind into a path of any kind, and only those', async () => {
    const request = { target, rootDir, files: names, signal };
    const sent = await exporter.send(request);
    expect(await filesUnder(target.path)).toEqual([...names].sort());
    for (const name of names)
      expect(await readFile(join(target.path, name), 'utf8')).toBe(`content of ${name}`);
    expect(sent.addresses[2]).toBe(`127.0.0.1:${target.path}/-rf`);
    expect(sent.sizeBytes).toBe(
      names.reduce((sum, name) => sum + Buffer.byteLength(`content of ${name}`), 0),
    );
    expect(await filesUnder(dir.path)).not.toContain('pwned');
    await exporter.verify({ ...request, mode: 'checksum' });
    await exporter.verify({ ...request, mode: 'size' });
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
      details: { differing: [expect.stringMatching(/-rf$/)] },
    });
    await exporter.send({ ...request, compare: 'checksum' });
    await exporter.verify({ ...request, mode: 'checksum' });
  });

  test('a missing file and a missing directory fail the verification', async () => {
    const request = { target, rootDir, files: names, signal };
    await expect(exporter.verify({ ...request, mode: 'size' })).rejects.toMatchObject({
      type: 'TransferFailed',
    });
    await exporter.send(request);
    await rm(join(target.path, names[0] ?? ''));
    await expect(exporter.verify({ ...request, mode: 'checksum' })).rejects.toMatchObject({
      type: 'TransferFailed',
    });
  });

  test('works behind a forced rrsync that may only write', async () => {
    const inside = join(dir.path, 'inside');
    await mkdir(inside);
    await using forced = await startSshd({ keyOptions: `restrict,command="rrsync -wo ${inside}"` });
    const request = { target: targetAt(forced, '/deliveries'), rootDir, files: names, signal };
    await exporter.send(request);
    expect(await filesUnder(join(inside, 'deliveries'))).toEqual([...names].sort());
    await exporter.verify({ ...request, mode: 'checksum' });
  });

  test('a dropped connection shows nothing under the final name and is resumed', async () => {
    const big = randomBytes(24 << 20);
    await put('big.ts', big);
    const slow = { ...target, bwlimitKbps: 8_000 };
    const seen: string[][] = [];
    let dropped = false;
    const sending = exporter.send({
      target: slow,
      rootDir,
      files: ['big.ts'],
      signal,
      onProgress: ({ doneBytes }) => {
        if (dropped || doneBytes < 6 << 20) return;
        dropped = true;
        void readdir(target.path).then((listing) => seen.push(listing));
        for (const pid of sessions()) process.kill(pid, 'SIGTERM');
      },
    });
    await expect(sending).rejects.toMatchObject({ type: 'PeerDropped' });
    expect(seen.flat().filter((name) => name === 'big.ts')).toEqual([]);
    await expect.poll(() => sessions()).toEqual([]);
    expect(await filesUnder(target.path)).toEqual(['.rsync-partial/big.ts']);
    await exporter.send({ target, rootDir, files: ['big.ts'], signal });
    expect(await filesUnder(target.path)).toEqual(['big.ts']);
    expect(big.equals(await readFile(join(target.path, 'big.ts')))).toBe(true);
    expect(await readdir(target.path)).toEqual(['big.ts']);
  });

  test('a cancelled one rejects with the reason and ends on both sides', async () => {
    await put('big.ts', randomBytes(24 << 20));
    const controller = new AbortController();
    const sending = exporter.send({
      target: { ...target, bwlimitKbps: 4_000 },
      rootDir,
      files: ['big.ts'],
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(sending).rejects.toThrow('enough');
    await expect.poll(() => sessions()).toEqual([]);
    expect(await filesUnder(target.path)).not.toContain('big.ts');
  });
});

describe('a target that refuses', () => {
  const sendTo = (over: Partial<RsyncTarget>) =>
    exporter.send({ target: { ...target, ...over }, rootDir, files: names, signal });

  test('another key is AuthRejected', async () => {
    const identityFile = join(dir.path, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', identityFile]);
    await expect(sendTo({ identityFile })).rejects.toMatchObject({ type: 'AuthRejected' });
  });

  test('a changed or unknown host key is AuthRejected', async () => {
    const stranger = join(dir.path, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    const [type, key] = (await readFile(`${stranger}.pub`, 'utf8')).split(' ');
    const knownHostsFile = join(dir.path, 'known');
    await writeFile(knownHostsFile, `[${sshd.host}]:${sshd.port} ${type} ${key}\n`);
    await expect(sendTo({ knownHostsFile })).rejects.toMatchObject({
      type: 'AuthRejected',
      message: expect.stringContaining('another host key') as string,
    });
    await writeFile(knownHostsFile, '');
    await expect(sendTo({ knownHostsFile })).rejects.toMatchObject({ type: 'AuthRejected' });
  });

  test('a closed port is PeerDropped', async () => {
    await using gone = await startSshd();
    await gone.stop();
    await writeFile(join(dir.path, 'known'), gone.knownHostsLine);
    const knownHostsFile = join(dir.path, 'known');
    await expect(sendTo({ port: gone.port, knownHostsFile })).rejects.toMatchObject({ type: 'PeerDropped' });
  });

  test('a full disk is DiskFull and leaves no final name', async () => {
    const mount = join(dir.path, 'small');
    await mkdir(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'longtake-test', mount]);
    try {
      await put('big.ts', randomBytes(8 << 20));
      const local = { kind: 'local' as const, path: join(mount, 'out') };
      for (const full of [{ ...target, path: join(mount, 'out') }, local]) {
        const sending = exporter.send({ target: full, rootDir, files: ['big.ts'], signal });
        await expect(sending).rejects.toMatchObject({ type: 'DiskFull' });
        expect(await filesUnder(full.path)).not.toContain('big.ts');
        // A receiver that lingers would hold the mount.
        await expect.poll(() => sessions()).toEqual([]);
        await rm(join(full.path, '.rsync-partial'), { recursive: true, force: true });
      }
      expect(await filesUnder(local.path)).toEqual([]);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  test('a file in the place of the directory is TransferFailed', async () => {
    const handle = await open(join(dir.path, 'file'), 'w');
    await handle.close();
    await expect(sendTo({ path: join(dir.path, 'file', 'sub') })).rejects.toMatchObject({
      type: 'TransferFailed',
    });
  });
});
