// The command line's entrance: builds the tree of commands and runs one of them. Implementations load only when their command runs.
import { Command, CommanderError } from 'commander';
import { exitCodes, type ExitCode } from '../contract/exit-codes.ts';
import { cameraCommand } from './camera.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { gateCommand } from './gate.ts';
import { googleCommand } from './google.ts';
import { lectureCommand } from './lecture.ts';
import { oldWordHint } from './old-words.ts';
import { processTerminal, type Terminal } from './output/terminal.ts';
import { planCommand } from './plan.ts';
import { restreamCommand } from './restream.ts';
import { roomCommand } from './room.ts';
import { environment } from './session.ts';
import { targetCommand } from './target.ts';
import { upCommand } from './up.ts';
import { workerCommand } from './worker.ts';

const overview = `
Exit codes: 0 done, 1 done with gaps or failures, 2 bad input, 3 stack not reachable.

Examples:
  $ longtake demo                          the whole thing on demo cameras, with real servers
  $ longtake up --data ./longtake-data     Temporal, Web UI, MediaMTX, catalog and a worker in the foreground
  $ longtake doctor                        what is missing on this machine, and what to do about it
  $ longtake camera import cameras.csv
  $ longtake plan add --date 2026-09-13 --window 07:45-20:00 --all --target archive --run`;

/** The whole tree of commands; the reference is generated from it. */
export function buildProgram(terminal: Terminal, onErrorText: (text: string) => void = () => {}): Command {
  const program = new Command('longtake')
    .description('Long video work that must not be lost: durable plans over camera archives.')
    .addHelpText('after', overview);
  const groups = [
    demoCommand,
    upCommand,
    workerCommand,
    gateCommand,
    doctorCommand,
    googleCommand,
    cameraCommand,
    targetCommand,
    planCommand,
    roomCommand,
    lectureCommand,
    restreamCommand,
    configCommand,
  ];
  for (const group of groups) program.addCommand(group(terminal));
  for (const command of withDescendants(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.out(text.replace(/\n$/, '')),
      writeErr: onErrorText,
      getOutHelpWidth: () => terminal.columns,
    });
  }
  return program;
}

/** Every command below and including `command`, depth first. */
export function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

/** Runs one command line (without node and script) and answers its exit code. Never throws. */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<ExitCode> {
  let errorText = '';
  const program = buildProgram(terminal, (text) => (errorText += text));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return terminal.exitCode ?? exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    if (error instanceof CommanderError && error.code === 'commander.help') {
      terminal.err(errorText.trimEnd());
      return exitCodes.badInput;
    }
    const debug = environment['LONGTAKE_LOG'] === 'debug' || environment['LONGTAKE_LOG_LEVEL'] === 'debug';
    const { reportError } = await import('./output/exit-code.ts');
    return reportError({ terminal, error, json: args.includes('--json'), hint: oldWordHint(args), debug });
  }
}
