// Starts a server as a long run of process/run.ts, writes what it says to a log file, waits until it answers, stops it.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../domain/fault.ts';
import type { Run, RunEnd } from '../process/run-spec.ts';
import { openLog } from './log-file.ts';

export interface ServerProcessSpec {
  run: Run;
  /** For messages: `Temporal server`. */
  label: string;
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  secrets?: readonly string[];
  /** Appended to; its directory is made. Beyond 20 MiB it becomes `<logFile>.1` at the next start. */
  logFile: string;
  /** Asked again and again until it answers true; an error means not yet. */
  isReady: () => Promise<boolean>;
  /** How long the start may take. */
  startSeconds: number;
}

export interface ServerProcess {
  /** Process group of the server. */
  pid: number;
  /** Settles when the server has ended for whatever reason. */
  ended: Promise<RunEnd>;
  /** TERM, then KILL; resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
}

const pollMs = 40;

/** Starts and waits until ready. Throws Fault ConfigInvalid with the last lines of the server when it ends or never answers. */
export async function startServerProcess(spec: ServerProcessSpec): Promise<ServerProcess> {
  const log = await openLog(spec.logFile);
  const abort = new AbortController();
  const last: string[] = [];
  const note = (line: string): void => {
    log.write(`${line}\n`);
    last.push(line);
    if (last.length > 20) last.shift();
  };
  let pid = 0;
  const ended = spec
    .run({
      command: spec.command,
      args: spec.args,
      signal: abort.signal,
      ...(spec.env === undefined ? {} : { env: spec.env }),
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.secrets === undefined ? {} : { secrets: spec.secrets }),
      onStdoutLine: note,
      onStderrLine: note,
      onStart: (groupId) => {
        pid = groupId;
      },
    })
    .finally(() => log.end());
  // An end that nobody waits for is no unhandled rejection; whoever awaits `ended` still sees it.
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    abort.abort();
    await ended.catch(() => undefined);
  };
  try {
    await waitUntilReady(spec, ended, last);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid, ended, stop };
}

async function waitUntilReady(
  spec: ServerProcessSpec,
  ended: Promise<RunEnd>,
  last: string[],
): Promise<void> {
  const waiting = { over: false };
  const died = ended.then((end): never => {
    throw new Fault('ConfigInvalid', `${spec.label} ended while starting; its log is ${spec.logFile}`, {
      exitCode: end.exitCode,
      argv: end.argv,
      stderrTail: last,
    });
  });
  try {
    if (await Promise.race([died, answersInTime(spec, waiting)])) return;
  } finally {
    waiting.over = true;
  }
  throw new Fault(
    'ConfigInvalid',
    `${spec.label} did not answer within ${spec.startSeconds} s; its log is ${spec.logFile}`,
    { stderrTail: last },
  );
}

async function answersInTime(spec: ServerProcessSpec, waiting: { over: boolean }): Promise<boolean> {
  const deadlineMs = performance.now() + spec.startSeconds * 1000;
  while (!waiting.over && performance.now() < deadlineMs) {
    if (await spec.isReady().catch(() => false)) return true;
    await delay(pollMs);
  }
  return false;
}
