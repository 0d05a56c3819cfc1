// `longtake restream map`, `install-trigger` and `remove-trigger`: the flags and helps; what they do is in restream/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

/** Several of one flag, in order. */
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

const withDatabaseFlag = (command: Command): Command =>
  withCommonFlags(command).option(
    '--pg-dsn <dsn>',
    'database with your cameras, postgres://user:password@host:port/database; the variable PG_DSN wins, and keeps the password off the argument list',
  );

export const mapCommand = (terminal: Terminal): Command =>
  withDatabaseFlag(new Command('map'))
    .description(
      'Say how your own table of cameras is read. It is checked against the live table, never changed.',
    )
    .option('--table <name>', 'table to read, cameras or schema.cameras')
    .option('--view <name>', 'view to read; the same as --table')
    .option(
      '--column <field=column>',
      'column of a field: id type host port user password url path name enabled timeZone engine server record audio video; may be given several times',
      collect,
    )
    .option(
      '--template <type=url>',
      'address of cameras of a type, with {columns}; default=URL for every other type; may be given several times',
      collect,
    )
    .option(
      '--enabled <column>',
      'column that says which cameras are relayed; the same as --column enabled=…',
    )
    .option('--time-zone <zone>', 'zone of cameras whose row names none (default: UTC)')
    .option('--file <file>', 'read the map from a YAML or JSON file; flags win')
    .option('--show', 'show the stored map, change nothing')
    .option('--remove', 'forget the map: the cameras of the catalog are relayed again')
    .addHelpText(
      'after',
      `
The columns id, type, host, port, user, password, path, name and enabled need no --column where they bear these names. In a template,
{name} is a field or any column of the table; values are encoded, so that a password may hold any character. User and password
are taken from the address and stored apart.

Examples:
  $ export PG_DSN=postgres://longtake:secret@db.example/nvr
  $ longtake restream map --table cameras \\
      --template hikvision='rtsp://{login}:{password}@{ip}:{port}/Streaming/Channels/101' \\
      --template default='rtsp://{login}:{password}@{ip}:{port}/{path}'
  $ longtake restream map --view video.live_cameras --column id=camera_id --column url=address --enabled active
  $ longtake restream map --show --json`,
    )
    .action(perform(terminal, async () => (await import('./restream/map.ts')).mapCameras));

/** `install-trigger` and `remove-trigger`. */
export const triggerCommands = (terminal: Terminal): Command[] => [
  withTriggerFlags(new Command('install-trigger'))
    .description('Let your table tell of changes at once: shows the SQL, asks, and runs it.')
    .addHelpText(
      'after',
      `
Without the trigger changes are found by polling. It sends an empty notification per statement and reads nothing of the rows.

Examples:
  $ longtake restream install-trigger
  $ longtake restream install-trigger --table video.cameras --yes`,
    )
    .action(perform(terminal, async () => (await import('./restream/trigger.ts')).install)),
  withTriggerFlags(new Command('remove-trigger'))
    .description('Remove the trigger and its function from your table: shows the SQL, asks, and runs it.')
    .addHelpText('after', '\nExamples:\n  $ longtake restream remove-trigger --yes')
    .action(perform(terminal, async () => (await import('./restream/trigger.ts')).remove)),
];

const withTriggerFlags = (command: Command): Command =>
  withDatabaseFlag(command)
    .option('--table <name>', 'table that changes (default: the one of the map)')
    .option('--yes', 'run it without asking');
