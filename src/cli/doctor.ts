// `longtake doctor`: its flags and help; the checks are in client/doctor/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export const doctorCommand = (terminal: Terminal): Command =>
  withCommonFlags(new Command('doctor'))
    .description(
      'Check every tool, version, port, directory, clock, database and server; say what to do about each finding.',
    )
    .addHelpText(
      'after',
      `
Exit code 0 when nothing failed (warnings are allowed), 1 when something failed, 3 when only the stack is not reachable.

Examples:
  $ longtake doctor
  $ longtake doctor --json`,
    )
    .action(perform(terminal, async () => (await import('./doctor/run.ts')).runDoctor));
