// `longtake restream`: the flags and helps; what they do is in restream/.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';
import { mapCommand, triggerCommands } from './restream-map.ts';
import { relayServerCommand } from './restream-server.ts';

export function restreamCommand(terminal: Terminal): Command {
  const command = new Command('restream')
    .description('Live relays: every camera of a list at MediaMTX, kept up for months.')
    .addCommand(run(terminal))
    .addCommand(status(terminal))
    .addCommand(watch(terminal))
    .addCommand(restart(terminal))
    .addCommand(stop(terminal))
    .addCommand(engine(terminal))
    .addCommand(all(terminal, 'pause', 'Take all relays down until `resume`; the list is still followed.'))
    .addCommand(all(terminal, 'resume', 'Bring all relays back after a pause.'))
    .addCommand(
      all(terminal, 'accept', 'Take the list of cameras as it is now, however many are missing from it.'),
    )
    .addCommand(relayServerCommand(terminal))
    .addCommand(mapCommand(terminal));
  for (const trigger of triggerCommands(terminal)) command.addCommand(trigger);
  return command;
}

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

const run = (terminal: Terminal): Command =>
  withCommonFlags(new Command('run'))
    .description('Keep all relays up, with a worker in the foreground; joins the supervisor that runs.')
    .option('--pg-dsn <dsn>', 'database with your own cameras (see `restream map`); the variable PG_DSN wins')
    .option('--host <name>', 'stable name of this host')
    .option('--health <address>', 'answer GET /healthz and /livez there, as ip:port')
    .option('--detach', 'only start the supervisor: workers run elsewhere')
    .addHelpText(
      'after',
      examples(
        'longtake restream run',
        'PG_DSN=postgres://reader:secret@db/cameras longtake restream run --health 127.0.0.1:9180',
        'longtake restream run --detach',
      ),
    )
    .action(perform(terminal, async () => (await import('./restream/run.ts')).runRestream));

const status = (terminal: Terminal): Command =>
  withCommonFlags(new Command('status'))
    .description(
      'Show relays with server, address for viewers, figures and the last failure. Needs the catalog alone.',
    )
    .argument('[camera]', 'only this camera')
    .addOption(
      new Option('--state <state>', 'only relays in this state').choices([
        'connecting',
        'live',
        'waiting',
        'refused',
        'stalled',
        'stopped',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        'longtake restream status',
        'longtake restream status --state waiting',
        'longtake restream status cam-1 --json',
      ),
    )
    .action(perform(terminal, async () => (await import('./restream/status.ts')).showRestream));

const watch = (terminal: Terminal): Command =>
  withCommonFlags(new Command('watch'))
    .description('Follow relays: a line for each change of state, until Ctrl-C.')
    .addHelpText('after', examples('longtake restream watch', 'longtake restream watch --json'))
    .action(perform(terminal, async () => (await import('./restream/status.ts')).watchRestream));

const ofCamera = (name: string, description: string): Command =>
  withCommonFlags(new Command(name))
    .description(description)
    .argument('<camera>', 'camera id, as `restream status` shows it');

const restart = (terminal: Terminal): Command =>
  ofCamera('restart', 'Connect a camera anew, now; also brings a stopped one back.')
    .option('--credentials-changed', 'forget refused logins: the login may be tried again')
    .addHelpText('after', examples('longtake restream restart cam-1 --credentials-changed'))
    .action(perform(terminal, async () => (await import('./restream/order.ts')).restartRelay));

const stop = (terminal: Terminal): Command =>
  ofCamera('stop', 'Take one relay down until `restart`.')
    .addHelpText('after', examples('longtake restream stop cam-1'))
    .action(perform(terminal, async () => (await import('./restream/order.ts')).stopRelay));

const engine = (terminal: Terminal): Command =>
  ofCamera('engine', 'Switch one relay between pull (MediaMTX fetches it) and ffmpeg (a process of ours).')
    .argument('<engine>', 'pull or ffmpeg')
    .addHelpText('after', examples('longtake restream engine cam-1 ffmpeg'))
    .action(perform(terminal, async () => (await import('./restream/order.ts')).setEngine));

const all = (terminal: Terminal, name: 'pause' | 'resume' | 'accept', description: string): Command =>
  withCommonFlags(new Command(name))
    .description(description)
    .addHelpText('after', examples(`longtake restream ${name}`))
    .action(perform(terminal, async () => (await import('./restream/order.ts')).orderAll[name]));
