// `longtake target`: the flags and helps; what they do is in target/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function targetCommand(terminal: Terminal): Command {
  return new Command('target')
    .description('Export targets: named places that merged files are sent to.')
    .addCommand(add(terminal))
    .addCommand(list(terminal))
    .addCommand(remove(terminal));
}

const add = (terminal: Terminal): Command =>
  withCommonFlags(new Command('add'))
    .description('Add an export target, or replace the one with this name.')
    .argument('<name>', 'name of the target')
    .requiredOption(
      '--kind <kind>',
      'local (a directory here) or rsync (over ssh; without --host to a directory here)',
    )
    .requiredOption('--path <dir>', 'absolute directory that receives the files')
    .option('--host <host>', 'rsync: host name or address')
    .option('--user <user>', 'rsync: user on the host')
    .option('--port <port>', 'rsync: ssh port')
    .option('--identity <file>', 'rsync: private key file on the worker’s machine')
    .option('--known-hosts <file>', 'rsync: file that pins the key of the host')
    .addHelpText(
      'after',
      `
Examples:
  $ longtake target add archive --kind local --path /srv/archive
  $ longtake target add vault --kind rsync --host vault.example --user video --path /data/video \\
      --identity ~/.ssh/longtake --known-hosts ~/.ssh/vault_known_hosts`,
    )
    .action(perform(terminal, async () => (await import('./target/run.ts')).addTarget));

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List export targets.')
    .addHelpText('after', '\nExamples:\n  $ longtake target list --json')
    .action(perform(terminal, async () => (await import('./target/run.ts')).listTargets));

const remove = (terminal: Terminal): Command =>
  withCommonFlags(new Command('rm'))
    .description('Remove an export target. What was exported stays.')
    .argument('<name>', 'name of the target')
    .addHelpText('after', '\nExamples:\n  $ longtake target rm archive')
    .action(perform(terminal, async () => (await import('./target/run.ts')).removeTarget));
