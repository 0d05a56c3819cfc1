import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Check, fail, pass, runChecks, warn } from '../../src/client/doctor/check.ts';
import { networkChecks } from '../../src/client/doctor/network.ts';
import { storageChecks } from '../../src/client/doctor/storage.ts';
import { judgeRsync, lookAtNode, toolChecks } from '../../src/client/doctor/tools.ts';
import { doctorReport } from '../../src/contract/doctor.ts';
import { tempDir } from '../setup/temp-dir.ts';

const look = async (checks: Check[]) =>
  Object.fromEntries((await runChecks(checks)).checks.map((check) => [check.name, check]));

describe('a report', () => {
  test('is as bad as its worst row, and an error is a row with a remedy', async () => {
    const rows: Check[] = [
      { area: 'tools', name: 'a', look: async () => pass('fine') },
      { area: 'tools', name: 'b', look: async () => warn('old', 'update') },
      { area: 'tools', name: 'c', look: () => Promise.reject(new Error('broken')) },
    ];
    expect((await runChecks(rows.slice(0, 1))).result).toBe('pass');
    expect((await runChecks(rows.slice(0, 2))).result).toBe('warn');
    const report = doctorReport.parse(await runChecks(rows));
    expect(report).toMatchObject({ result: 'fail', checks: [{}, {}, { result: 'fail', finding: 'broken' }] });
    expect(fail('x', 'y')).toEqual({ result: 'fail', finding: 'x', remedy: 'y' });
  });
});

describe('tools', () => {
  test.each([
    ['20.20.2', 'fail'],
    ['22.17.9', 'fail'],
    ['22.18.0', 'pass'],
    ['24.21.0', 'pass'],
  ])('Node %s: %s', (version, result) => {
    expect(lookAtNode(version).result).toBe(result);
  });

  test.each([
    ['3.1.3', 'fail'],
    ['3.2.4', 'warn'],
    ['3.4.2', 'warn'],
    ['3.4.3', 'pass'],
    ['3.10.0', 'pass'],
  ])('rsync %s: %s', (version, result) => {
    expect(judgeRsync(version).result).toBe(result);
  });

  test('an old ffmpeg, one without an encoder and absent programs are found', async () => {
    const paths = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', rsync: 'rsync', ssh: 'ssh' };
    const checks = await look(
      toolChecks(paths, async (command, args) => {
        if (command === 'rsync') return undefined;
        if (command === 'ssh') return { exitCode: 0, lines: ['OpenSSH_9.2p1, LibreSSL'] };
        if (args.includes('-encoders')) return { exitCode: 0, lines: [' V..... mpeg4'] };
        return {
          exitCode: 0,
          lines: [`${command} version ${command === 'ffmpeg' ? '4.4.2' : 'N-109-gabc'} Copyright`],
        };
      }),
    );
    expect(Object.fromEntries(Object.entries(checks).map(([name, { result }]) => [name, result]))).toEqual({
      Node: 'pass',
      ffmpeg: 'fail',
      ffprobe: 'pass',
      'H.264 encoder': 'warn',
      rsync: 'warn',
      ssh: 'pass',
    });
  });
});

describe('storage', () => {
  test('directories that will be made are fine, and looking makes none', async () => {
    await using dir = await tempDir();
    const checks = await look(
      storageChecks({
        dataDir: join(dir.path, 'a/b'),
        mediaRoot: join(dir.path, 'a/b/media'),
        keyFile: join(dir.path, 'a/key'),
      }),
    );
    expect(checks['data directory']).toMatchObject({
      result: expect.not.stringMatching('fail'),
      finding: expect.stringContaining('will be made'),
    });
    expect(checks['key file']?.result).toBe('pass');
    expect(await readdir(dir.path)).toEqual([]);
  });

  test('a file in the place of a directory, and a key that others can read, fail', async () => {
    await using dir = await tempDir();
    await mkdir(join(dir.path, 'data'));
    await writeFile(join(dir.path, 'media'), '');
    await writeFile(join(dir.path, 'key'), 'x');
    await chmod(join(dir.path, 'key'), 0o644);
    const checks = await look(
      storageChecks({
        dataDir: join(dir.path, 'data'),
        mediaRoot: join(dir.path, 'media'),
        keyFile: join(dir.path, 'key'),
      }),
    );
    expect(checks['data directory']?.finding).toContain('is writable');
    expect(checks['media root']).toMatchObject({
      result: 'fail',
      finding: expect.stringContaining('is a file'),
    });
    expect(checks['key file']).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('chmod 600'),
    });
    expect(await readdir(join(dir.path, 'data'))).toEqual([]);
  });
});

describe('network', () => {
  test('taken ports are a warning, since others are chosen', async () => {
    const ask = {
      stack: undefined,
      usualPorts: { rtsp: 8554, api: 9997 },
      isPortFree: async (port: number) => port !== 8554,
    };
    expect((await look(networkChecks(ask)))['ports']).toMatchObject({
      result: 'warn',
      finding: 'Taken: rtsp 8554.',
    });
  });
});
