// Workers as real child processes that a test may stop, freeze or kill, and a look for what they left running.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ownerVariable } from '../../../src/process/orphans.ts';

const program = fileURLToPath(new URL('./worker-program.ts', import.meta.url));
const launcher = fileURLToPath(new URL('../../../bin/longtake.js', import.meta.url));

export interface WorkerChildSpec {
  env: Readonly<Record<string, string>>;
  logFile: string;
  /** Path of the workflow bundle; absent: the product's own command, which bundles at start. */
  codePath?: string | undefined;
}

export interface WorkerChild {
  pid: number;
  /** Resolves when it polls its queues; rejects when it ends before. */
  ready: Promise<void>;
  /** Resolves when the process has ended. */
  ended: Promise<{ code: number | null; signal: string | null }>;
  isRunning(): boolean;
  send(signal: NodeJS.Signals): void;
  /** KILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export function spawnWorker({ env, logFile, codePath }: WorkerChildSpec): WorkerChild {
  const argv =
    codePath === undefined ? [launcher, 'worker', '--json', '--until-stdin-ends'] : [program, codePath];
  const child = spawn(process.execPath, argv, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    // Its input ends with this process.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stderr.pipe(log);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const ready = readiness(child, logFile);
  ready.catch(() => undefined);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const send = (signal: NodeJS.Signals): void => void child.kill(signal);
  const kill = async (): Promise<void> => {
    send('SIGKILL');
    await ended;
  };
  return { pid: child.pid!, ready, ended, isRunning, send, kill };
}

function readiness(child: ChildProcess, logFile: string): Promise<void> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout!).on('line', (line) => {
      if (line === 'ready' || line.startsWith('{"ready":true')) resolve();
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`the worker ended (${signal ?? code}) before it was ready; its log is ${logFile}`)),
    );
  });
}

/** Processes that a worker with this pid started, by the mark in their environment. */
export function childrenOfWorker(pid: number): { pid: number; command: string }[] {
  const mark = new RegExp(`(?:^|\\0)${ownerVariable}=\\d+\\.${pid}\\.\\d+(?:\\0|$)`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!mark.test(readFileSync(`/proc/${name}/environ`, 'utf8'))) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command === '' ? [] : [{ pid: Number(name), command }];
      } catch {
        return [];
      }
    });
}
