// `longtake demo`: the stack, and on it either cameras and one plan over what they recorded, or a room and one lecture.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { Fault } from '../../domain/fault.ts';
import { recordDemo } from '../../embedded/demo.ts';
import { startStack, type Stack } from '../../embedded/up.ts';
import type { Invocation } from '../perform.ts';
import { numberOf } from '../plan/request.ts';
import { configOf, environment } from '../session.ts';
import { runLectureDemo, slotSecondsOf } from './lecture.ts';
import { runDemoPlan } from './plan.ts';

/** The demo's archive is on this machine and just recorded: no need to let it settle for long. */
const workerSettings = { LONGTAKE_DOWNLOAD_SETTLE_SECONDS: '1' };

export async function runDemoCommand(invocation: Invocation): Promise<ExitCode> {
  const { terminal, flags, json, signal } = invocation;
  const show = flags['lecture'] === true ? lectureShow(invocation) : planShow(invocation);
  const named = typeof flags['data'] === 'string' ? flags['data'] : undefined;
  const dataDir = named ?? (await mkdtemp(join(tmpdir(), 'longtake-demo-')));
  const demo = { ...invocation, flags: { ...flags, data: dataDir } };
  const config = await configOf(demo);
  const startedMs = Date.now();
  const note = (line: string): void => {
    terminal.err(`${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  };
  try {
    return await runOnStack({ invocation: demo, config, show, note });
  } catch (error) {
    if (signal.aborted) return exitCodes.gapsOrFailures;
    throw error;
  } finally {
    if (!json)
      terminal.err(
        `Files, recordings and logs of the demo lie in ${dataDir}; remove it when you have seen them.`,
      );
  }
}

interface DemoRun {
  invocation: Invocation;
  config: Config;
  note: (line: string) => void;
}

/** What happens on the stack. */
interface Show {
  fakeGoogle: boolean;
  run: (run: DemoRun & { stack: Stack }) => Promise<ExitCode>;
}

async function runOnStack({ show, ...run }: DemoRun & { show: Show }): Promise<ExitCode> {
  const { config, note, invocation } = run;
  const { fakeGoogle } = show;
  const stack = await startStack({
    ...{ config, workers: 1, environment, workerSettings, fakeGoogle, note, signal: invocation.signal },
  });
  try {
    return await show.run({ ...run, stack });
  } finally {
    note('Stopping the stack.');
    await stack.stop();
  }
}

function planShow(asked: Invocation): Show {
  const windowSeconds = windowSecondsOf(asked);
  return {
    fakeGoogle: false,
    run: async ({ invocation, config, stack, note }) => {
      const { signal } = invocation;
      const ffmpegPath = config.tools.ffmpeg;
      const recording = await recordDemo({ stack, ffmpegPath, windowSeconds, note, signal });
      try {
        const code = await runDemoPlan({ invocation, stack, recording, note });
        await holdStack(invocation, stack);
        return code;
      } finally {
        await recording.stop();
      }
    },
  };
}

function lectureShow(asked: Invocation): Show {
  const slotSeconds = slotSecondsOf(asked);
  return {
    fakeGoogle: true,
    run: async ({ invocation, stack, note }) => {
      const code = await runLectureDemo({ invocation, stack, slotSeconds, note });
      await holdStack(invocation, stack);
      return code;
    },
  };
}

/** With --keep, until Ctrl-C. */
async function holdStack({ terminal, flags, signal }: Invocation, { document }: Stack): Promise<void> {
  if (flags['keep'] !== true) return;
  terminal.err(`The stack stays up. Web UI ${document.uiUrl}`);
  terminal.err(`Other commands find it with --data ${document.dataDir}. Ctrl-C stops it.`);
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function windowSecondsOf({ flags }: Invocation): number {
  const problems: string[] = [];
  const seconds = numberOf({ flags, name: 'seconds', problems }) ?? 30;
  if (problems.length > 0 || !Number.isInteger(seconds) || seconds < 20 || seconds > 3600)
    throw new Fault('InputInvalid', '--seconds takes a whole number from 20 to 3600.');
  return seconds;
}
