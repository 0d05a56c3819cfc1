import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../src/process/line-splitter.ts';
import { createRedactor } from '../../src/process/redactor.ts';
import { createRun } from '../../src/process/run.ts';
import { createStopper } from '../../src/process/stop-child.ts';
import { createWatchdog, type Expiry } from '../../src/process/watchdog.ts';
import { detectWrapper } from '../../src/process/detect-wrapper.ts';
import { until } from './descendants.ts';

const never = new AbortController().signal;

function split(chunks: readonly Buffer[], keepChars = 100): { line: string; truncated: boolean }[] {
  const lines: { line: string; truncated: boolean }[] = [];
  const splitter = createLineSplitter({
    keepChars,
    onLine: (line, truncated) => lines.push({ line, truncated }),
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('lines', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb', ['a', 'b']],
    ['frame=1\rframe=2\rframe=3\n', ['frame=1', 'frame=2', 'frame=3']],
    ['a\n\nb', ['a', '', 'b']],
    ['\r\r\n', ['', '']],
    ['', []],
  ])('of %j are %j', (text, lines) => {
    expect(split([Buffer.from(text)]).map((one) => one.line)).toEqual(lines);
  });

  it('are the same wherever the chunks end', () => {
    const text = fc.stringMatching(/^[aé\u{1f600}\r\n]{0,40}$/u);
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (said, cuts) => {
        const bytes = Buffer.from(said);
        expect(split(cutAt(bytes, cuts))).toEqual(split([bytes]));
      }),
    );
  });

  it('that are too long are cut and say so, and the next line is whole', () => {
    const long = 'x'.repeat(1000);
    expect(split([Buffer.from(long), Buffer.from(`${long}\nnext`)])).toEqual([
      { line: 'x'.repeat(100), truncated: true },
      { line: 'next', truncated: false },
    ]);
  });
});

describe('redaction', () => {
  const password = fc.stringMatching(/^[a-zA-Z0-9@:/%# é]{6,20}$/);

  it('finds secrets whole although chunks cut them', () => {
    fc.assert(
      fc.property(password, fc.array(fc.nat(), { maxLength: 12 }), (secret, cuts) => {
        const redactor = createRedactor({ secrets: [secret], capChars: 8192 });
        const said = `before ${secret} [rtsp @ 0x1] rtsp://cam:${encodeURIComponent(secret)}@host/1: refused\nnext line\n`;
        const lines = split(cutAt(Buffer.from(said), cuts), 16384).map((one) =>
          redactor.line(one.line, one.truncated),
        );
        expect(lines).toHaveLength(2);
        expect(lines.join('\n')).not.toContain(secret);
        expect(lines.join('\n')).not.toContain(encodeURIComponent(secret));
      }),
    );
  });

  it('shows no half of a secret where a long line was cut', () => {
    fc.assert(
      fc.property(password, fc.integer({ min: 0, max: 400 }), (secret, before) => {
        const capChars = 200;
        const redactor = createRedactor({ secrets: [secret], capChars });
        const said = Buffer.from('x'.repeat(before) + secret + 'y'.repeat(5000));
        const [first] = split([said], capChars * 2);
        const shown = redactor.line(first!.line, first!.truncated);
        for (let length = 4; length <= secret.length; length++)
          expect(shown).not.toContain(secret.slice(0, length));
      }),
    );
  });

  it('holds for what a real child says in pieces, in callbacks and in the tail', async () => {
    const secret = 'CANARY-7f3a';
    const script = `
      const pieces = ['rtsp://cam:CAN', 'ARY-7', 'f3a@host/x failed\\nkey=CANARY', '-7f3a\\r'];
      for (const piece of pieces) { process.stderr.write(piece); process.stdout.write(piece); await new Promise((r) => setTimeout(r, 30)); }`;
    const seen: string[] = [];
    const run = createRun({ wrapper: await detectWrapper() });
    const end = await run({
      command: process.execPath,
      args: ['--input-type=module', '-', secret],
      stdin: script,
      signal: never,
      secrets: [secret],
      onStderrLine: (line) => seen.push(line),
      onStdoutLine: (line) => seen.push(line),
    });
    const all = JSON.stringify([seen, end]);
    expect(seen).toHaveLength(4);
    expect(all).toContain('host/x failed');
    expect(all).not.toMatch(/CANARY|7f3a/);
  });
});

/** Heap in use after a collection. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('a child that talks for months', () => {
  it('uses no memory for 100,000 lines', async () => {
    const run = createRun({ wrapper: await detectWrapper() });
    const script =
      'i=0; while [ $i -lt 100000 ]; do echo "line $i of a server that logs rtsp://a:b@c/d" >&2; i=$((i+1)); done';
    let lines = 0;
    let atTenth = 0;
    const end = await run({
      command: 'sh',
      args: ['-c', script],
      signal: never,
      secrets: ['some-secret'],
      onStderrLine: () => {
        if (++lines === 10_000) atTenth = liveBytes();
      },
    });
    expect(lines).toBe(100_000);
    expect(end.stderrTail).toHaveLength(200);
    expect(liveBytes() - atTenth).toBeLessThan(1_000_000);
  });
});

describe('the watchdog', () => {
  const watch = (options: {
    stallSeconds?: number;
    timeoutSeconds?: number;
  }): { expiries: Expiry[]; stop: () => void } => {
    const expiries: Expiry[] = [];
    const dog = createWatchdog({ ...options, onExpire: (expiry) => expiries.push(expiry) });
    return { expiries, stop: dog.stop };
  };

  it('gives another term when the worker itself stood still', async () => {
    const { expiries } = watch({ stallSeconds: 1 });
    // The event loop is blocked, as after SIGSTOP and SIGCONT of the worker.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    await until(() => false, 100);
    expect(expiries).toEqual([]);
    expect(await until(() => expiries.length > 0)).toBe(true);
    expect(expiries).toEqual(['stalled']);
  });

  it('can wait longer than a timer can', async () => {
    const { expiries, stop } = watch({ stallSeconds: 40 * 86_400, timeoutSeconds: 90 * 86_400 });
    await until(() => false, 50);
    stop();
    expect(expiries).toEqual([]);
  });
});

describe('a process in an uninterruptible system call', () => {
  it('is left to the kernel after TERM, KILL and a bound', async () => {
    const sent: string[] = [];
    const stopper = createStopper({ send: (signal) => sent.push(signal), ended: new Promise(() => {}) });
    const startedMs = performance.now();
    stopper.stop();
    stopper.stop();
    await stopper.abandoned;
    expect(sent).toEqual(['SIGTERM', 'SIGCONT', 'SIGKILL']);
    expect(performance.now() - startedMs).toBeLessThan(8000);
  });
});
