// rsync to a directory of this host: the same partials and proofs as over ssh, without ssh.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createExporter } from '../../src/transfer/exporter.ts';
import { tempDir } from '../setup/temp-dir.ts';
import { testRun } from '../setup/test-tools.ts';

const tools = { rsyncPath: 'rsync', sshPath: '/nonexistent/ssh' };

it('delivers and verifies files in a directory of this host without ssh', async () => {
  await using dir = await tempDir();
  const rootDir = join(dir.path, 'from');
  await mkdir(join(rootDir, 'cam'), { recursive: true });
  await writeFile(join(rootDir, 'cam', 'day one.mp4'), 'pictures');
  const target = { kind: 'rsync', path: join(dir.path, 'to', 'deep') } as const;
  const exporter = createExporter({ run: await testRun(), tools, stallSeconds: 30 });
  const job = { target, rootDir, files: ['cam/day one.mp4'], signal: new AbortController().signal };
  const sent = await exporter.send(job);
  expect(sent.addresses).toEqual([join(target.path, 'cam/day one.mp4')]);
  await exporter.verify({ ...job, mode: 'checksum' });
  expect(await readFile(join(target.path, 'cam/day one.mp4'), 'utf8')).toBe('pictures');
  expect(await readdir(join(target.path, 'cam'))).toEqual(['day one.mp4']);
  await writeFile(join(target.path, 'cam/day one.mp4'), 'PICTURES');
  await expect(exporter.verify({ ...job, mode: 'checksum' })).rejects.toMatchObject({
    type: 'TransferFailed',
  });
});
