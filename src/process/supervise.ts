// Follows one spawned child to its end: output, progress, abort, and what is left behind.
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { Fault } from '../domain/fault.ts';
import { feedStdin } from './feed-stdin.ts';
import { startPumps } from './output-lines.ts';
import { drainPumps, type OutputPump } from './output-pump.ts';
import type { RunEnd, RunSpec } from './run-spec.ts';
import { createStderrTail, type StderrTail } from './stderr-tail.ts';
import { createStopper, groupSignals } from './stop-child.ts';
import { createWatchdog } from './watchdog.ts';

export interface Supervision {
  child: ChildProcess;
  spec: RunSpec;
  /** The wrapper reports a child's death by signal n as exit code 128 + n. */
  codesHoldSignals: boolean;
}

export type SupervisedEnd = Omit<RunEnd, 'argv' | 'elapsedMs'>;

interface ExitFacts {
  code: number | null;
  signal: string | null;
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

function namedExit(facts: ExitFacts, codesHoldSignals: boolean): Pick<RunEnd, 'exitCode' | 'signal'> {
  const name = codesHoldSignals && facts.code !== null ? signalNames.get(facts.code - 128) : undefined;
  if (name !== undefined) return { exitCode: null, signal: name };
  return { exitCode: facts.code, signal: facts.signal };
}

interface Course {
  reasons: Pick<RunEnd, 'cancelled' | 'stalled' | 'timedOut'>;
  failure?: { error: unknown };
  pumps: OutputPump[];
  stopRequested(): boolean;
  abandoned: Promise<void>;
  /** Ends the watching of signal and clock. */
  release(): void;
}

/** Starts everything that can end the child before its time. */
function beginCourse(
  options: Supervision & { groupId: number; exited: Promise<ExitFacts>; tail: StderrTail },
): Course {
  const { child, spec, tail } = options;
  const stopper = createStopper({ send: groupSignals(options.groupId), ended: options.exited });
  const reasons = { cancelled: false, stalled: false, timedOut: false };
  const stopBecause = (reason: keyof typeof reasons): void => {
    reasons[reason] = true;
    stopper.stop();
  };
  const onAbort = (): void => stopBecause('cancelled');
  const { stallSeconds, timeoutSeconds } = spec;
  const watchdog = createWatchdog({ stallSeconds, timeoutSeconds, onExpire: stopBecause });
  spec.signal.addEventListener('abort', onAbort, { once: true });
  const pumps = startPumps({ child, spec, progress: watchdog.progress, tail });
  const course: Course = {
    reasons,
    pumps,
    stopRequested: () => stopper.requested,
    abandoned: stopper.abandoned,
    release: () => {
      watchdog.stop();
      spec.signal.removeEventListener('abort', onAbort);
    },
  };
  const fail = (error: unknown): void => {
    course.failure ??= { error };
    stopper.stop();
  };
  for (const pump of pumps) pump.done.catch(fail);
  try {
    spec.onStart?.(options.groupId);
  } catch (error) {
    fail(error);
  }
  if (child.stdin && spec.stdin !== undefined) feedStdin(child.stdin, spec.stdin).catch(fail);
  return course;
}

async function spawnError(exited: Promise<ExitFacts>, file: string): Promise<unknown> {
  const error: NodeJS.ErrnoException = await exited.then(
    () => new Error(`${file} was not started and the system did not say why.`),
    (reason: unknown) => reason as NodeJS.ErrnoException,
  );
  const isAbsent = error.code === 'ENOENT' || error.code === 'EACCES';
  return isAbsent ? new Fault('ToolMissing', `${file} could not be started (${error.code}).`) : error;
}

/** Rejects with the spawn's error, or with the error of a callback or of the stdin source once the child has ended. */
export async function supervise(supervision: Supervision): Promise<SupervisedEnd> {
  const { child } = supervision;
  const groupId = child.pid;
  const exited = new Promise<ExitFacts>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  if (groupId === undefined) throw await spawnError(exited, child.spawnfile);
  const tail = createStderrTail();
  const course = beginCourse({ ...supervision, groupId, exited, tail });
  const facts = await Promise.race([exited, course.abandoned.then(() => undefined)]);
  course.release();
  // What the leader left in its group is part of the same run and ends with it.
  groupSignals(groupId)('SIGKILL');
  if (!facts) child.unref();
  const dry = await drainPumps(course.pumps, course.stopRequested());
  const abandoned = !dry || facts === undefined;
  if (abandoned) tail.add('longtake: a process of this run did not end and was left behind.');
  if (course.failure && !course.reasons.cancelled) throw course.failure.error;
  return {
    ...namedExit(facts ?? { code: null, signal: null }, supervision.codesHoldSignals),
    ...course.reasons,
    abandoned,
    stderrTail: tail.lines(),
  };
}
