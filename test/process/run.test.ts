import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRun, type Run, type RunSpec } from '../../src/process/run.ts';
import { detectWrapper } from '../../src/process/detect-wrapper.ts';
import { createWrapper } from '../../src/process/wrapper.ts';
import { processesWith, until } from './descendants.ts';

let directory: string;
let run: Run;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longtake-run-'));
  run = createRun({ wrapper: await detectWrapper() });
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const never = new AbortController().signal;
const shell = (script: string, spec: Partial<RunSpec> = {}): RunSpec => ({
  command: 'sh',
  args: ['-c', script],
  signal: never,
  ...spec,
});

describe('how a child ends', () => {
  it.each([0, 1, 7, 42, 126])('reports exit code %i', async (code) => {
    const end = await run(shell(`exit ${code}`));
    expect(end).toMatchObject({ exitCode: code, signal: null, cancelled: false, abandoned: false });
  });

  it('names the signal that killed it', async () => {
    const end = await run(shell('kill -SEGV $$'));
    expect(end).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  it('returns redacted argv without the wrapper, and how long it took', async () => {
    const end = await run(
      shell('sleep 0.05', { args: ['-c', 'sleep 0.05', 'tok-7f3a'], secrets: ['tok-7f3a'] }),
    );
    expect(end.argv).toEqual(['sh', '-c', 'sleep 0.05', '***']);
    expect(end.elapsedMs).toBeGreaterThan(45);
  });

  it('keeps the last 200 lines of stderr', async () => {
    const end = await run(shell('for i in $(seq 1 300); do echo line $i >&2; done'));
    expect(end.stderrTail).toHaveLength(200);
    expect(end.stderrTail.at(-1)).toBe('line 300');
  });

  it.each(['no-such-program-here', '/no/such/program', 'sub/program', ''])(
    'answers ToolMissing for the program "%s"',
    async (command) => {
      await expect(run({ command, args: [], signal: never })).rejects.toMatchObject({ type: 'ToolMissing' });
    },
  );

  it('answers ToolMissing for a file that is not executable', async () => {
    const path = join(directory, 'plain');
    await writeFile(path, '#!/bin/sh\n');
    await chmod(path, 0o644);
    await expect(run({ command: path, args: [], signal: never })).rejects.toMatchObject({
      type: 'ToolMissing',
    });
  });

  it('answers ToolMissing when the wrapper itself cannot be started', async () => {
    const spec = { command: process.execPath, args: ['-v'], signal: never, env: { PATH: '/nowhere' } };
    const wrapped = createRun({
      wrapper: createWrapper({ protection: 'parentDeathSignal', hasInit: false }),
    });
    await expect(wrapped(spec)).rejects.toMatchObject({ type: 'ToolMissing' });
  });

  it('answers NotFound for a working directory that is absent', async () => {
    const spec = shell('true', { cwd: join(directory, 'absent') });
    await expect(run(spec)).rejects.toMatchObject({ type: 'NotFound' });
  });

  it('answers InputInvalid for an argument with a NUL', async () => {
    const spec = { command: 'true', args: ['a\0b'], signal: never };
    await expect(run(spec)).rejects.toMatchObject({ type: 'InputInvalid' });
  });

  it('refuses to spawn outside the main thread', async () => {
    const url = new URL('../../src/process/run.ts', import.meta.url).href;
    const code = `import(${JSON.stringify(url)}).then(({ createRun }) => createRun({ wrapper: {} })({ signal: {} }))
      .catch((error) => require('node:worker_threads').parentPort.postMessage(error.message))`;
    const worker = new Worker(code, { eval: true });
    const message = await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    expect(message).toMatch(/main thread/);
  });
});

describe('arguments, environment and input', () => {
  it('passes arguments as they are, without a shell', async () => {
    const hostile = ['$(touch x)', '; rm -rf /', '`id`', '"\'', '-n', '', 'a\nb', '*'];
    const args = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...hostile];
    let said = '';
    await run({ command: process.execPath, args, signal: never, onStdoutLine: (line) => (said += line) });
    expect(JSON.parse(said)).toEqual(hostile);
  });

  it('lets only the allowlist and its own additions into the environment', async () => {
    process.env['RSYNC_RSH'] = 'evil';
    process.env['SSH_AUTH_SOCK'] = '/evil';
    const names: string[] = [];
    const onStdoutLine = (line: string): unknown => names.push(line.split('=')[0] ?? '');
    await run({ command: 'env', args: [], signal: never, env: { EXTRA: '1' }, onStdoutLine });
    delete process.env['RSYNC_RSH'];
    delete process.env['SSH_AUTH_SOCK'];
    expect(names.sort()).toEqual(['EXTRA', 'HOME', 'LANG', 'LONGTAKE_OWNER', 'PATH', 'TMPDIR', 'TZ']);
  });

  it.each([
    ['a string', (): string => 'some\ntext'],
    ['a stream', (): Readable => Readable.from(['some\n', 'text'])],
  ])('feeds stdin from %s', async (_, source) => {
    const lines: string[] = [];
    await run({
      command: 'cat',
      args: [],
      signal: never,
      stdin: source(),
      onStdoutLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['some', 'text']);
  });

  it('takes no offence at a child that closes its input early', async () => {
    const end = await run(shell('exit 3', { stdin: 'x'.repeat(5_000_000) }));
    expect(end.exitCode).toBe(3);
  });

  it('stops the child and passes the error on when the input breaks', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('source gone')) });
    await expect(run({ command: 'cat', args: [], signal: never, stdin: broken })).rejects.toThrow(
      'source gone',
    );
  });

  it('gives an empty input when none is named', async () => {
    expect((await run({ command: 'cat', args: [], signal: never })).exitCode).toBe(0);
  });
});

describe('raw output', () => {
  it('waits for the consumer before it reads on', async () => {
    let taken = 0;
    let most = 0;
    let open = 0;
    const end = await run({
      command: 'head',
      args: ['-c', '20000000', '/dev/zero'],
      signal: never,
      onStdout: async (chunk) => {
        most = Math.max(most, ++open);
        await sleep(1);
        taken += chunk.length;
        open--;
      },
    });
    expect({ exitCode: end.exitCode, taken, most }).toEqual({ exitCode: 0, taken: 20_000_000, most: 1 });
  });

  it('stops the child and passes the error on when the consumer throws', async () => {
    const mark = `mark-${randomUUID()}`;
    const spec = shell('yes', {
      args: ['-c', 'yes', mark],
      onStdout: () => {
        throw new Error('disk full here');
      },
    });
    await expect(run(spec)).rejects.toThrow('disk full here');
    expect(await until(() => processesWith(mark).length === 0)).toBe(true);
  });
});

describe('stopping', () => {
  it('spawns nothing when it is cancelled before the start', async () => {
    const flag = join(directory, 'never-written');
    const end = await run(shell(`touch ${flag}`, { signal: AbortSignal.abort() }));
    expect(end).toMatchObject({ cancelled: true, exitCode: null, stderrTail: [] });
    await expect(rm(flag)).rejects.toThrow('ENOENT');
  });

  const stopped = async (script: string): Promise<{ elapsedMs: number; left: number }> => {
    const mark = `mark-${randomUUID()}`;
    const controller = new AbortController();
    let stopAtMs = 0;
    const end = await run({
      command: 'sh',
      args: ['-c', script, mark],
      signal: controller.signal,
      onStdoutLine: () => {
        stopAtMs = performance.now();
        controller.abort();
      },
    });
    expect(end).toMatchObject({ cancelled: true, stalled: false, timedOut: false, abandoned: false });
    return { elapsedMs: performance.now() - stopAtMs, left: processesWith(mark).length };
  };

  it('ends a healthy child by TERM', async () => {
    const { elapsedMs, left } = await stopped('echo up; exec sleep 60');
    expect(left).toBe(0);
    // KILL comes after 1.5 s.
    expect(elapsedMs).toBeLessThan(1400);
  });

  it('ends a child that ignores TERM by KILL after 1.5 s, with its children', async () => {
    const { elapsedMs, left } = await stopped(
      'trap "" TERM; (trap "" TERM; sleep 60) & echo up; sleep 60; sleep 60',
    );
    expect(left).toBe(0);
    expect(elapsedMs).toBeGreaterThan(1400);
    expect(elapsedMs).toBeLessThan(4000);
  });

  it('ends a child that was stopped', async () => {
    const { left } = await stopped('echo up; kill -STOP $$; sleep 60');
    expect(left).toBe(0);
  });

  it('lets ffmpeg finish its file on TERM', async () => {
    const path = join(directory, 'clip.mp4');
    const source = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=25'];
    const controller = new AbortController();
    const end = await run({
      command: 'ffmpeg',
      args: ['-v', 'error', ...source, '-c:v', 'mpeg4', '-progress', 'pipe:1', '-y', path],
      signal: controller.signal,
      onStdoutLine: (line) => {
        if (/^frame=[1-9]/.test(line)) controller.abort();
      },
    });
    expect(end).toMatchObject({ cancelled: true, exitCode: 255 });
    const probe = await run({ command: 'ffprobe', args: ['-v', 'error', path], signal: never });
    expect(probe.exitCode).toBe(0);
  });

  it('says stalled when nobody reports progress for stallSeconds', async () => {
    const end = await run(
      shell('while :; do echo noise; sleep 0.05; done', { stallSeconds: 0.4, onStdoutLine: () => {} }),
    );
    expect(end).toMatchObject({ stalled: true, cancelled: false });
    expect(end.elapsedMs).toBeLessThan(3000);
  });

  it('lets a child live as long as it makes progress', async () => {
    const script = 'for i in 1 2 3 4 5 6; do echo frame; sleep 0.6; done';
    const end = await run(shell(script, { stallSeconds: 3, onStdoutLine: (_line, progress) => progress() }));
    expect(end).toMatchObject({ stalled: false, exitCode: 0 });
  });

  it('says timedOut at the end of its longest life', async () => {
    const end = await run(shell('exec sleep 60', { timeoutSeconds: 0.3 }));
    expect(end).toMatchObject({ timedOut: true, stalled: false, cancelled: false });
  });

  it('does not wait for a descendant that keeps the output open', async () => {
    const loose = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
    const mark = `mark-${randomUUID()}`;
    const script = 'setsid sh -c "sleep 60" "$0" & sleep 0.2; exit 0';
    const end = await loose({
      command: 'sh',
      args: ['-c', script, mark],
      signal: never,
      onStdoutLine: () => {},
    });
    expect(end).toMatchObject({ exitCode: 0, abandoned: true });
    expect(end.stderrTail.at(-1)).toMatch(/left behind/);
    expect(end.elapsedMs).toBeLessThan(5000);
    for (const pid of processesWith(mark)) process.kill(pid, 'SIGKILL');
  });
});
