// `longtake up`: its flags and help; what it does is in embedded/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export const upCommand = (terminal: Terminal): Command =>
  withCommonFlags(new Command('up'))
    .description(
      'Run the whole stack on this machine in the foreground: Temporal with its Web UI, MediaMTX, catalog, workers.',
    )
    .option('--workers <n>', 'worker processes (default: 1)')
    .option(
      '--fake-google',
      'run the stand-in for Google too: Drive, Calendar and Classroom without an account (checkouts only)',
    )
    .option('--fresh-history', 'move a Temporal database of another version aside and begin a new one')
    .addHelpText(
      'after',
      `
Stops cleanly on Ctrl-C. With --json it prints one line when all is up:
  {"ready":true,"temporalAddress":…,"uiUrl":…,"mediamtx":{…},"dataDir":…}
Other commands find the stack through the same --data directory (or LONGTAKE_DATA).

Examples:
  $ longtake up
  $ longtake up --data /srv/longtake --workers 2
  $ longtake up --fake-google              lectures without an account at Google`,
    )
    .action(perform(terminal, async () => (await import('./up/run.ts')).runUp));
