// `longtake worker`: its flags and help; what it does is in worker/main.ts.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export const workerCommand = (terminal: Terminal): Command =>
  withCommonFlags(new Command('worker'))
    .description(
      'Run one worker in the foreground, for a fleet; Temporal and the catalog come from the configuration.',
    )
    .option('--host <name>', 'stable name of this host; files and queues are bound to it')
    .option(
      '--check',
      'start nothing: exit 0 while a worker of this host is alive, 1 when none is (a health check)',
    )
    .addOption(
      new Option('--until-stdin-ends', 'stop when standard input ends: for a parent that may die').hideHelp(),
    )
    .addHelpText(
      'after',
      `
Temporal: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*, TEMPORAL_PROFILE, as for the temporal CLI.
Stops cleanly on SIGTERM and Ctrl-C: what is under way is handed over, nothing is lost.

Examples:
  $ TEMPORAL_ADDRESS=temporal:7233 LONGTAKE_CATALOG_URL_FILE=/run/secrets/catalog_url longtake worker --host nvr-3
  $ longtake worker --check`,
    )
    .action(
      perform(terminal, async () => async (invocation) => {
        if (invocation.flags['check'] === true)
          return (await import('./worker/check.ts')).checkWorker(invocation);
        return (await import('./worker/run.ts')).runWorkerCommand(invocation);
      }),
    );
