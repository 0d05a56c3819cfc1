// `longtake config`: the flags and helps; what they do is in config/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function configCommand(terminal: Terminal): Command {
  return new Command('config').description('The configuration in force.').addCommand(
    withCommonFlags(new Command('print'))
      .description(
        'Print the configuration: flags over environment over file over defaults. Secrets are always masked.',
      )
      .option('--redacted', 'mask secrets (always on; the flag is accepted for clarity)')
      .addHelpText(
        'after',
        '\nExamples:\n  $ longtake config print --redacted\n  $ longtake config print --json',
      )
      .action(perform(terminal, async () => (await import('./config/print.ts')).printConfig)),
  );
}
