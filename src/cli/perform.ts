// The step from a parsed command line to its implementation: loads the implementation, opens the session, reports what went wrong.
import type { Command } from 'commander';
import { exitCodes, type ExitCode } from '../contract/exit-codes.ts';
import type { Terminal } from './output/terminal.ts';

export type Flags = Readonly<Record<string, unknown>>;

/** What an implementation gets: the arguments in order, the flags as commander read them, the terminal. */
export interface Invocation {
  terminal: Terminal;
  args: readonly string[];
  flags: Flags;
  json: boolean;
  /** Aborted at Ctrl-C or SIGTERM; a second one ends the process at once. */
  signal: AbortSignal;
}

export type Implementation = (invocation: Invocation) => Promise<ExitCode | void>;

/** Flags that every command has; they stand on each so that its help is whole. */
export function withCommonFlags(command: Command): Command {
  return command
    .option('--json', 'print one JSON document (see the reference) instead of text')
    .option('--data <dir>', 'data directory of the embedded stack (or LONGTAKE_DATA)')
    .option('--config <file>', 'configuration file (default: longtake.yaml, where there is one)');
}

/** An action for commander that loads its implementation only when it runs. */
export function perform(
  terminal: Terminal,
  load: () => Promise<Implementation>,
): (...parsed: unknown[]) => Promise<void> {
  return async (...parsed) => {
    const flags = parsed.at(-2) as Flags;
    const args = parsed
      .slice(0, -2)
      .flat()
      .filter((part) => typeof part === 'string');
    const interrupt = interruptSignal();
    // A command under way keeps the process alive, whatever its libraries have let go of.
    const underWay = setInterval(() => {}, 60_000);
    try {
      const implementation = await load();
      const json = flags['json'] === true;
      const code = await implementation({ terminal, args, flags, json, signal: interrupt.signal });
      terminal.exitCode = code ?? exitCodes.done;
    } finally {
      clearInterval(underWay);
      interrupt.stop();
    }
  };
}

function interruptSignal(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) return controller.abort(new Error(`stopped by ${name}`));
    // Asked twice: without our listeners the signal does what it does to any program.
    stop();
    process.kill(process.pid, name);
  };
  const stop = (): void => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, stop };
}
