// `longtake room webhook`: the flags and helps; what they do is in room/webhook.ts.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function roomWebhookCommand(terminal: Terminal): Command {
  return new Command('webhook')
    .description('Webhooks: who is told when a lecture is ready, waits or has failed.')
    .addCommand(add(terminal))
    .addCommand(list(terminal))
    .addCommand(remove(terminal));
}

const add = (terminal: Terminal): Command =>
  withCommonFlags(new Command('add'))
    .description('Add a webhook, or replace the one with this name.')
    .argument('<name>', 'name of the webhook')
    .addOption(
      new Option('--kind <kind>', 'who is told')
        .choices(['zulip', 'slack', 'generic', 'archive'])
        .makeOptionMandatory(),
    )
    .option('--url <url>', 'its address, when it is no secret')
    .option('--url-file <file>', 'read the address from a file')
    .option('--url-stdin', 'read the address from the first line of standard input')
    .option(
      '--secret-file <file>',
      'zulip: user:key; archive and generic: the header `key`, or Authorization when a scheme stands before it',
    )
    .option('--secret-stdin', 'read the secret from the next line of standard input')
    .option('--rooms <rooms>', 'only about these rooms, comma-separated (default: all)')
    .option('--events <events>', 'only these of ready,waiting,failed (default: all)')
    .option('--to <recipient>', 'zulip: `STREAM > TOPIC` (default: to those who asked for the lecture)')
    .option('--template <text>', 'over the built-in text, with {placeholders}')
    .option('--template-file <file>', 'read the template from a file')
    .addHelpText(
      'after',
      `
Addresses and secrets are stored encrypted; no command prints them.

Examples:
  $ longtake room webhook add chat --kind slack --url-file ./slack.url --events ready,failed
  $ longtake room webhook add zulip --kind zulip --url https://zulip.example --secret-file ./zulip.key --to 'lectures > ready'
  $ longtake room webhook add search --kind archive --url https://archive.example/api/records --secret-file ./archive.key --rooms A101,A102`,
    )
    .action(perform(terminal, async () => (await import('./room/webhook.ts')).addWebhook));

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List webhooks, without their addresses and secrets.')
    .addHelpText('after', '\nExamples:\n  $ longtake room webhook list --json')
    .action(perform(terminal, async () => (await import('./room/webhook.ts')).listWebhooks));

const remove = (terminal: Terminal): Command =>
  withCommonFlags(new Command('rm'))
    .description('Remove a webhook.')
    .argument('<name>', 'name of the webhook')
    .addHelpText('after', '\nExamples:\n  $ longtake room webhook rm chat')
    .action(perform(terminal, async () => (await import('./room/webhook.ts')).removeWebhook));
