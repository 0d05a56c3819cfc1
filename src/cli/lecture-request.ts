// `longtake lecture request`: its flags and help.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

const help = `
Hours are local in the room's zone. The recorder's files are looked for some time after the end (see \`room add\`), and once more later.
A second request for the same room and hours, or the same event, joins the first: there is one lecture and one video.

Examples:
  $ longtake lecture request --room A101 --date 2026-09-14 --start 10:10 --end 11:40 --name 'Graph theory' --user teacher@example.org
  $ longtake lecture request --room A101 --date 2026-09-14 --start 23:00 --end 00:30 --end-date 2026-09-15 --name Stars --wait
  $ longtake lecture request --room A101 --date 2026-09-14 --start 10:10 --end 11:40 --name Algebra \\
      --event c_1@group.calendar.google.com/4q1 --course БИ-241 --course БИ-242 --right board --json`;

export const layoutOption = (): Option =>
  new Option('--layout <name>', 'how the panes stand, over the room’s own').choices([
    'side-by-side',
    'picture-in-picture',
    'single',
  ]);

const collected = (value: string, before: string[] = []): string[] => [...before, value];

export const lectureRequestCommand = (terminal: Terminal): Command =>
  withCommonFlags(new Command('request'))
    .description('Ask for the video of a lecture.')
    .requiredOption('--room <room>', 'where it is held')
    .requiredOption('--date <date>', 'day of its start, YYYY-MM-DD')
    .requiredOption('--start <time>', 'start, HH:MM or HH:MM:SS')
    .requiredOption('--end <time>', 'end')
    .option('--end-date <date>', 'day of its end, when it lies after midnight')
    .requiredOption('--name <text>', 'name; it stands in the names of the files')
    .option(
      '--user <mails...>',
      'who asked for it: told when it is ready, given access where the room shares with users',
    )
    .option('--event <event>', 'event that the video is attached to, CALENDAR/ID')
    .option('--course <code>', 'Classroom course by code, alias or id; may be given several times', collected)
    .addOption(
      new Option(
        '--right <pane>',
        'right pane: auto is the screen unless it is blank, else the board',
      ).choices(['auto', 'screen', 'board']),
    )
    .addOption(layoutOption())
    .option('--wait', 'return when it has ended, with live progress; exit code 0 when it is complete')
    .addHelpText('after', help)
    .action(perform(terminal, async () => (await import('./lecture/request.ts')).requestLecture));
