// The packed package answers, examines its machine, and runs a plan with a worker of its own.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctorReport } from '../../src/contract/doctor.ts';
import { planDocument } from '../../src/contract/plan.ts';
import { makeClip } from '../fakes/clips.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { installPacked, type PackedPackage } from './packed.ts';

let dir: TempDir;
let packed: PackedPackage;
beforeAll(async () => {
  dir = await tempDir();
  packed = await installPacked(dir.path);
});
afterAll(() => dir.remove());

const launcher = (): string => join(packed.root, 'bin', 'longtake.js');

async function longtake(args: readonly string[], env: Record<string, string> = {}) {
  const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
  const options = { env: { ...process.env, ...env }, cwd: dir.path };
  execFile(process.execPath, [launcher(), ...args], options, (error, stdout, stderr) =>
    resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
  );
  return await promise;
}

describe('the package', () => {
  it('holds what was built and what it needs beside it, and neither sources nor tests', () => {
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'package.json',
        'bin/longtake.js',
        'dist/cli/main.js',
        'dist/workflows/index.js',
      ]),
    );
    expect(
      packed.files.filter((path) => !/^(?:bin|dist|bootstrap)\/|^[A-Z]+\.md$|^package\.json$/.test(path)),
    ).toEqual([]);
    expect(packed.files.filter((path) => /\.ts$|\.map$|\.test\./.test(path))).toEqual([]);
  });

  it('answers --help and --version below node_modules', async () => {
    const help = await longtake(['--help']);
    expect(help.stderr).toBe('');
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: longtake') });
  });

  it('examines its machine', async () => {
    const data = join(dir.path, 'examined');
    const { stdout, code } = await longtake(['doctor', '--json', '--data', data]);
    const report = doctorReport.parse(JSON.parse(stdout));
    expect(report.checks.filter(({ area }) => area === 'tools').length).toBeGreaterThan(2);
    expect(code).toBe(report.result === 'fail' ? 1 : 0);
  });

  it('says that the stand-in for Google is no part of it', async () => {
    const up = await longtake(['up', '--fake-google', '--data', join(dir.path, 'no-stand-in')]);
    expect(up).toMatchObject({ code: 1, stdout: '' });
    expect(up.stderr).toContain('no part of the package');
  });

  it('runs a plan', async () => {
    const { address, namespace } = await ownNamespace();
    const env = {
      LONGTAKE_DATA: join(dir.path, 'data'),
      LONGTAKE_HOST: 'packed-host',
      LONGTAKE_TEMPORAL_ADDRESS: address,
      LONGTAKE_TEMPORAL_NAMESPACE: namespace,
      LONGTAKE_DOWNLOAD_FILE_ROOTS: dir.path,
    };
    const archive = join(dir.path, 'archive');
    await mkdir(archive);
    const startUnix = Date.parse('2026-01-05T10:00:00Z') / 1000;
    await makeClip({ dir: archive, name: String(startUnix), seconds: 4, container: 'flv' });
    const source = ['--archive-kind', 'file', '--archive-url', `file://${archive}/{startUnix}.flv`];
    expect(await longtake(['camera', 'add', 'cam-1', ...source], env)).toMatchObject({ code: 0 });
    await using _worker = await startWorker(env);
    const what = ['--date', '2026-01-05', '--window', '10:00:00-10:00:04', '--cameras', 'cam-1'];
    const added = await longtake(
      ['plan', 'add', ...what, '--steps', 'download,merge', '--segment-seconds', '10', '--json'],
      env,
    );
    const { id } = JSON.parse(added.stdout) as { id: string };
    const { code, stdout } = await longtake(['plan', 'run', id, '--wait', '--json'], env);
    const plan = planDocument.parse(JSON.parse(stdout));
    expect({ code, state: plan.state }).toEqual({ code: 0, state: 'complete' });
    await access(join(dir.path, 'data', 'media', plan.cameraDays[0]!.merged[0]!));
  });
});

/** `longtake worker` of the package; ready when it says so, stopped by closing its input. */
async function startWorker(env: Record<string, string>): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [launcher(), 'worker', '--json', '--until-stdin-ends'], {
    env: { ...process.env, ...env },
    cwd: dir.path,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
  const exited = once(child, 'exit');
  const isReady = (async () => {
    for await (const line of createInterface({ input: child.stdout }))
      if (line.startsWith('{"ready":true')) return true;
    return false;
  })();
  if (!(await isReady)) throw new Error(`the worker ended before it was ready: ${said.join('')}`);
  child.stdout.resume();
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
