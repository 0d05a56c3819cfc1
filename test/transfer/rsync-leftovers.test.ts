// What a receiver that was killed leaves at a target, and that a repeat takes it away: it, and nothing else.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createExporter } from '../../src/transfer/exporter.ts';
import type { Exporter, RsyncTarget } from '../../src/transfer/export-target.ts';
import { eventually } from '../setup/eventually.ts';
import { startSshd, tempDir, testRun, type TempDir, type TestSshd } from '../setup/servers.ts';

const signal = AbortSignal.timeout(60_000);
const name = 'cam-1/big [1].ts';
const leftover = /^\.big \[1\]\.ts\.[0-9A-Za-z]{6}$/;
/** Somebody else's, though they look like it. */
const others = ['.big [2].ts.Qx3fZ1', '.keep.backup'];

let exporter: Exporter;
let dir: TempDir;
let rootDir: string;
let big: Buffer;

beforeEach(async () => {
  const tools = { rsyncPath: 'rsync', sshPath: 'ssh' };
  exporter = createExporter({ run: await testRun(), tools, stallSeconds: 20 });
  dir = await tempDir();
  rootDir = join(dir.path, 'media');
  big = randomBytes(16 << 20);
  await mkdir(join(rootDir, 'cam-1'), { recursive: true });
  await writeFile(join(rootDir, name), big);
  await mkdir(join(dir.path, 'out', 'cam-1'), { recursive: true });
  for (const other of others) await writeFile(join(dir.path, 'out', 'cam-1', other), 'theirs');
});
afterEach(() => dir.remove());

const targetAt = (server: TestSshd, path: string): RsyncTarget => ({
  ...{ kind: 'rsync', host: server.host, port: server.port, user: server.user, path },
  ...{ identityFile: server.identityFile, knownHostsFile: server.knownHostsFile },
});

const listing = async () => (await readdir(join(dir.path, 'out', 'cam-1'))).sort();

/** The processes at the target that write below this test's directory, or were told to. */
const receivers = (): number[] =>
  execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^ *\d+ rsync --server /.test(line) && line.includes(dir.path))
    .map((line) => Number.parseInt(line, 10));

/** Sends slowly, and kills what writes as soon as something is written. */
async function sendUntilKilled(target: RsyncTarget): Promise<void> {
  const slow = { ...target, bwlimitKbps: 1_000 };
  const sending = exporter.send({ target: slow, rootDir, files: [name], signal });
  const ended = expect(sending).rejects.toMatchObject({ type: 'PeerDropped' });
  await eventually(async () => (await listing()).some((entry) => leftover.test(entry)));
  // Both at one blow: whoever sees the other die clears up.
  for (const sign of ['SIGSTOP', 'SIGKILL']) for (const pid of receivers()) process.kill(pid, sign);
  await ended;
  await eventually(() => receivers().length === 0);
}

it('a repeat takes away what a killed receiver left, and nothing of others', async () => {
  await using sshd = await startSshd();
  const target = targetAt(sshd, join(dir.path, 'out'));
  await sendUntilKilled(target);
  expect((await listing()).filter((entry) => leftover.test(entry))).toHaveLength(1);
  await exporter.send({ target, rootDir, files: [name], signal, isRepeat: true });
  expect(await listing()).toEqual([...others, 'big [1].ts'].sort());
  expect(big.equals(await readFile(join(dir.path, 'out', name)))).toBe(true);
});

it('a target that may only be written to keeps it, and the repeat is as good', async () => {
  await using sshd = await startSshd({ keyOptions: `restrict,command="rrsync -wo ${dir.path}"` });
  await writeFile(join(dir.path, 'out', 'cam-1', '.big [1].ts.Qx3fZ1'), 'half');
  const request = { target: targetAt(sshd, '/out'), rootDir, files: [name], signal };
  await exporter.send({ ...request, isRepeat: true });
  await exporter.verify({ ...request, mode: 'checksum' });
  expect(await listing()).toContain('.big [1].ts.Qx3fZ1');
});

it('a directory of this host is cleared up alike', async () => {
  await writeFile(join(dir.path, 'out', 'cam-1', '.big [1].ts.Qx3fZ1'), 'half');
  const target = { kind: 'rsync', path: join(dir.path, 'out') } as const;
  await exporter.send({ target, rootDir, files: [name], signal });
  expect(await listing()).toContain('.big [1].ts.Qx3fZ1');
  await exporter.send({ target, rootDir, files: [name], signal, isRepeat: true });
  expect(await listing()).toEqual([...others, 'big [1].ts'].sort());
});
