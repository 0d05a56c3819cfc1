// A worker as a child of the stack: `longtake worker` in a process of its own, so that a crash takes nothing else down.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Fault } from '../domain/fault.ts';
import type { Run } from '../process/run-spec.ts';
import type { Running } from './keep-up.ts';

export interface WorkerProcessSpec {
  run: Run;
  dataDir: string;
  temporalAddress: string;
  /** The variables of Longtake and of Temporal that the stack itself was started with. */
  environment: Readonly<Record<string, string>>;
  logFile: string;
}

const launcher = fileURLToPath(new URL('../../bin/longtake.js', import.meta.url));

/** How long a worker may take to bundle its workflows and reach its queues. */
const startSeconds = 120;
/** How long it may take to hand over what is under way; longer than the workers' own forced end. */
const stopSeconds = 20;

/** Starts a worker and returns when it polls all its queues. */
export async function startWorkerProcess(spec: WorkerProcessSpec): Promise<Running> {
  await mkdir(dirname(spec.logFile), { recursive: true });
  const log = createWriteStream(spec.logFile, { flags: 'a', mode: 0o600 });
  const abort = new AbortController();
  const ready = Promise.withResolvers<void>();
  const lastLines: string[] = [];
  const note = (line: string): void => {
    log.write(`${line}\n`);
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
  };
  // Closing this input asks the worker to stop; it closes by itself when we die.
  const stdin = new PassThrough();
  const ended = spec
    .run({
      command: process.execPath,
      args: [launcher, 'worker', '--json', '--until-stdin-ends', '--data', spec.dataDir],
      env: { ...spec.environment, LONGTAKE_TEMPORAL_ADDRESS: spec.temporalAddress },
      stdin,
      signal: abort.signal,
      onStdoutLine: (line) => {
        note(line);
        if (line.startsWith('{"ready":true')) ready.resolve();
      },
      onStderrLine: note,
    })
    .finally(() => log.end());
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stdin.end();
    const waited = new AbortController();
    const late = delay(stopSeconds * 1000, undefined, { signal: waited.signal }).then(
      () => abort.abort(),
      () => undefined,
    );
    await ended.catch(() => undefined);
    waited.abort();
    await late;
  };
  try {
    await waitUntilReady({ ready: ready.promise, ended, logFile: spec.logFile, lastLines });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ended, stop };
}

interface Start {
  ready: Promise<void>;
  ended: Promise<unknown>;
  logFile: string;
  lastLines: string[];
}

async function waitUntilReady({ ready, ended, logFile, lastLines }: Start): Promise<void> {
  const timer = new AbortController();
  const outcome = await Promise.race([
    ready.then(() => 'ready'),
    ended.then(() => 'ended'),
    delay(startSeconds * 1000, 'late', { signal: timer.signal }).catch(() => 'late'),
  ]);
  timer.abort();
  if (outcome === 'ready') return;
  const what = outcome === 'ended' ? 'ended while starting' : `was not ready within ${startSeconds} s`;
  const reason = outcome === 'ended' ? ` (${lastLines.slice(-3).join(' ')})` : '';
  throw new Fault('ConfigInvalid', `The worker ${what}${reason}; its log is ${logFile}.`, {
    stderrTail: lastLines,
  });
}
