// `longtake restream server`: the flags and helps; what they do is in restream/server.ts.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function relayServerCommand(terminal: Terminal): Command {
  return new Command('server')
    .description('MediaMTX servers that carry relays; cameras are spread over them by weight.')
    .addCommand(add(terminal))
    .addCommand(list(terminal))
    .addCommand(takeBack(terminal))
    .addCommand(remove(terminal));
}

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ longtake restream server ${line}`).join('\n')}`;

const named = (name: string, description: string): Command =>
  withCommonFlags(new Command(name)).description(description).argument('<name>', 'name of the server');

const add = (terminal: Terminal): Command =>
  named(
    'add',
    'Add a MediaMTX server with its gate, or replace its addresses; it takes its share of cameras.',
  )
    .requiredOption('--api-url <url>', 'http://host:port of its Control API, as workers reach it')
    .requiredOption('--rtsp-url <url>', 'rtsp://host:port, as workers reach it')
    .requiredOption('--accounts <file>', 'the accounts file of its gate (see `longtake gate`)')
    .option('--view-url <url>', 'the address for viewers, when it is another one')
    .option('--weight <number>', 'its share of cameras relative to the others (default: 1)')
    .addOption(
      new Option(
        '--returns <rule>',
        'after a loss its cameras come back by word (`server return`) or by themselves, once it has answered for a while',
      )
        .choices(['word', 'auto'])
        .default('word'),
    )
    .addHelpText(
      'after',
      examples(
        'add mtx-1 --api-url http://10.0.0.11:9997 --rtsp-url rtsp://10.0.0.11:8554 --accounts mtx-1.json --weight 2',
      ),
    )
    .action(perform(terminal, async () => (await import('./restream/server.ts')).addServer));

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List MediaMTX servers with state and number of relays.')
    .addHelpText('after', examples('list --json'))
    .action(perform(terminal, async () => (await import('./restream/server.ts')).listServers));

const takeBack = (terminal: Terminal): Command =>
  named('return', 'Give a server that was lost its cameras back.')
    .addHelpText('after', examples('return mtx-1'))
    .action(perform(terminal, async () => (await import('./restream/server.ts')).returnServer));

const remove = (terminal: Terminal): Command =>
  named('rm', 'Forget a MediaMTX server; its cameras move to the others first.')
    .addHelpText('after', examples('rm mtx-1'))
    .action(perform(terminal, async () => (await import('./restream/server.ts')).removeServer));
