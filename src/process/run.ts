// The only spawner of the house: starts one child under the host's protection and returns how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import { Fault } from '../domain/fault.ts';
import { childEnvironment } from './environment.ts';
import { findProgram } from './find-program.ts';
import { stderrLineChars } from './output-lines.ts';
import { createRedactor } from './redactor.ts';
import type { Run, RunSpec } from './run-spec.ts';
import { type SupervisedEnd, supervise } from './supervise.ts';
import type { ProcessWrapper } from './wrapper.ts';

export type { Progress, Run, RunEnd, RunSpec } from './run-spec.ts';

interface StartFacts {
  spec: RunSpec;
  wrapper: ProcessWrapper;
}

async function checkDirectory(cwd: string): Promise<void> {
  const facts = await stat(cwd).catch(() => undefined);
  if (!facts?.isDirectory()) throw new Fault('NotFound', `The working directory ${cwd} does not exist.`);
}

function spawnChild(facts: StartFacts & { program: string; env: Record<string, string> }): ChildProcess {
  const { spec, wrapper, program, env } = facts;
  const wrapped = wrapper.wrap(program, spec.args);
  const wantsStdout = spec.onStdout !== undefined || spec.onStdoutLine !== undefined;
  try {
    return spawn(wrapped.command, wrapped.args, {
      detached: true,
      stdio: [spec.stdin === undefined ? 'ignore' : 'pipe', wantsStdout ? 'pipe' : 'ignore', 'pipe'],
      env,
      ...(spec.cwd !== undefined && { cwd: spec.cwd }),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_ARG_VALUE') throw error;
    throw new Fault(
      'InputInvalid',
      `An argument of ${spec.command} holds a character that no process can take.`,
    );
  }
}

/** The wrapper's own failure must not be read as the tool's: "No space left on device" there means too many namespaces. */
function refuseWrapperFailure(spec: RunSpec, end: SupervisedEnd): void {
  const [line] = end.stderrTail;
  if (end.exitCode === null || end.exitCode === 0 || end.stderrTail.length !== 1) return;
  if (!/^(unshare|setpriv): |^\[\w+ +tini /.test(line ?? '')) return;
  throw new Error(`The protection around ${spec.command} could not be set up: ${line}`);
}

const neverStarted: SupervisedEnd = {
  exitCode: null,
  signal: null,
  cancelled: true,
  stalled: false,
  timedOut: false,
  abandoned: false,
  stderrTail: [],
};

async function runOnce(facts: StartFacts): Promise<SupervisedEnd> {
  const { spec, wrapper } = facts;
  if (spec.signal.aborted) return neverStarted;
  const env = childEnvironment(spec.env);
  const program = await findProgram(spec.command, env['PATH'] ?? '');
  if (spec.cwd !== undefined) await checkDirectory(spec.cwd);
  if (spec.signal.aborted) return neverStarted;
  const child = spawnChild({ spec, wrapper, program, env });
  const codesHoldSignals = wrapper.protection === 'pidNamespace' || wrapper.protection === 'userPidNamespace';
  const end = await supervise({ child, spec, codesHoldSignals });
  refuseWrapperFailure(spec, end);
  return end;
}

/** The `Run` that every adapter gets; one per process is enough. */
export function createRun(deps: { wrapper: ProcessWrapper }): Run {
  return async (spec) => {
    // The death signal belongs to the spawning thread: a child of a worker thread would be killed with that thread.
    if (!isMainThread) throw new Error('Children are spawned from the main thread only.');
    const startedMs = performance.now();
    const end = await runOnce({ spec, wrapper: deps.wrapper });
    const redactor = createRedactor({ secrets: spec.secrets ?? [], capChars: stderrLineChars });
    const argv = [spec.command, ...spec.args].map((arg) => redactor.text(arg));
    return { ...end, argv, elapsedMs: performance.now() - startedMs };
  };
}
