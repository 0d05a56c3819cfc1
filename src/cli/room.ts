// `longtake room`: the flags and helps; what they do is in room/.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';
import { blankCommands } from './room-blank.ts';
import { roomCourseCommand } from './room-course.ts';
import { roomSourceCommand } from './room-source.ts';
import { roomWebhookCommand } from './room-webhook.ts';

export function roomCommand(terminal: Terminal): Command {
  const command = new Command('room')
    .description('Rooms: where lectures are recorded, by which cameras, and where their videos go.')
    .addCommand(add(terminal))
    .addCommand(list(terminal))
    .addCommand(show(terminal))
    .addCommand(remove(terminal))
    .addCommand(roomSourceCommand(terminal));
  for (const blank of blankCommands(terminal)) command.addCommand(blank);
  return command
    .addCommand(roomCourseCommand(terminal))
    .addCommand(roomWebhookCommand(terminal))
    .addCommand(importNvr(terminal));
}

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ longtake room ${line}`).join('\n')}`;

function add(terminal: Terminal): Command {
  const command = withCommonFlags(new Command('add'))
    .description('Add a room, or change the fields that are given of the room with this name.')
    .argument('<room>', 'unique name; it stands in file names')
    .option('--name <text>', 'name for people')
    .option(
      '--time-zone <zone>',
      'zone of its hours: IANA such as Europe/Moscow, or +03:00 (UTC when never given)',
    );
  withPlaces(command);
  withTimes(command);
  withPicture(command);
  return command
    .addHelpText(
      'after',
      `
What is not given stays as it is, or has its default in a new room; an empty text (--folder '') takes it away.

Examples:
  $ longtake room add A101 --time-zone Europe/Moscow --folder https://drive.google.com/drive/folders/1AbC --calendar c_1@group.calendar.google.com
  $ longtake room add A101 --share users --layout picture-in-picture
  $ longtake room add A102 --feed https://timetable.example/A102.ics --exports archive --keep-files all`,
    )
    .action(perform(terminal, async () => (await import('./room/run.ts')).addRoom));
}

function withPlaces(command: Command): void {
  command
    .option('--folder <folder>', 'Drive folder that receives its videos, by id or address')
    .option('--calendar <id>', 'Google calendar whose events become lectures')
    .option('--feed <feed>', 'ICS feed whose events become lectures: an address, or a file of the workers')
    .option('--intake', 'make lectures of the calendar’s events (default)')
    .option('--no-intake', 'leave the calendar alone: lectures are requested by hand')
    .option('--undo-cancelled', 'take back what was published when an event is cancelled')
    .option('--no-undo-cancelled', 'leave what was published when an event is cancelled (default)')
    .option('--attach', 'attach the video to the event it came from (default)')
    .option('--no-attach', 'leave events as they are')
    .option('--share <who>', 'who may read the files on Drive: none, users, domain:NAME, anyone')
    .option('--exports <names>', 'export targets that get the files too, comma-separated')
    .addOption(
      new Option('--classroom <kind>', 'what is posted to the courses of a lecture').choices([
        'announcement',
        'material',
        'none',
      ]),
    )
    .addOption(
      new Option('--keep-files <what>', 'what stays here once every place has its copy').choices([
        'all',
        'published',
        'none',
      ]),
    );
}

function withTimes(command: Command): void {
  command
    .option('--slot-seconds <n>', 'length of the files that its recorder makes (1800)')
    .option(
      '--ready-after-seconds <n>',
      'wait after the end, rounded up to a slot, before files are looked for (3600)',
    )
    .option('--second-try-after-seconds <n>', 'wait after that end for files that were not there (10800)')
    .option(
      '--wait-for-missing-seconds <n>',
      'more missing seconds of the lecturer than this wait for the second try (60)',
    );
}

function withPicture(command: Command): void {
  command
    .addOption(
      new Option('--layout <name>', 'how the panes stand').choices([
        'side-by-side',
        'picture-in-picture',
        'single',
      ]),
    )
    .option('--pane <size>', 'size of one pane, WIDTHxHEIGHT (1280x720)')
    .option('--frame-rate <n>', 'frames a second of the video (25)');
}

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List rooms.')
    .addHelpText('after', examples('list', 'list --json'))
    .action(perform(terminal, async () => (await import('./room/run.ts')).listRooms));

const ofRoom = (name: string, description: string): Command =>
  withCommonFlags(new Command(name)).description(description).argument('<room>', 'name of the room');

const show = (terminal: Terminal): Command =>
  ofRoom('show', 'Show a room with its sources.')
    .addHelpText('after', examples('show A101', 'show A101 --json'))
    .action(perform(terminal, async () => (await import('./room/run.ts')).showRoom));

const remove = (terminal: Terminal): Command =>
  ofRoom('rm', 'Remove a room. Its cameras, lectures and files stay; its calendar is followed no longer.')
    .addHelpText('after', examples('rm A101'))
    .action(perform(terminal, async () => (await import('./room/run.ts')).removeRoom));

const importNvr = (terminal: Terminal): Command =>
  withCommonFlags(new Command('import-nvr'))
    .description(
      'Take over rooms, sources and records of an old NVR database. A second import changes nothing.',
    )
    .option('--dsn <address>', 'postgres://user@host:port/database, without a password')
    .option('--dsn-file <file>', 'read the address from a file')
    .option('--dsn-stdin', 'read the address from the first line of standard input')
    .option('--time-zone <zone>', 'zone of its dates and times', 'Europe/Moscow')
    .addHelpText(
      'after',
      `
The database is only read. Rows that cannot be taken over are named with the reason, and the exit code is 1; the others are taken over.

Examples:
  $ longtake room import-nvr --dsn-file ./nvr.dsn
  $ longtake room import-nvr --dsn-stdin --json < nvr.dsn`,
    )
    .action(perform(terminal, async () => (await import('./room/import-nvr.ts')).importRooms));
