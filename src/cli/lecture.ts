// `longtake lecture`: the flags and helps; what they do is in lecture/.
import { Command, Option } from 'commander';
import { lectureRequestCommand, layoutOption } from './lecture-request.ts';
import { lectureStates } from '../domain/lecture-states.ts';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function lectureCommand(terminal: Terminal): Command {
  return new Command('lecture')
    .description('Lectures: the recordings of a room’s cameras as one published video.')
    .addCommand(lectureRequestCommand(terminal))
    .addCommand(list(terminal))
    .addCommand(show(terminal))
    .addCommand(watch(terminal))
    .addCommand(start(terminal))
    .addCommand(change(terminal))
    .addCommand(render(terminal))
    .addCommand(retry(terminal))
    .addCommand(cancel(terminal));
}

const ofLecture = (name: string, description: string): Command =>
  withCommonFlags(new Command(name))
    .description(description)
    .argument('<id>', 'lecture id, as `lecture list` shows it');

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ longtake lecture ${line}`).join('\n')}`;

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List lectures, latest start first. Needs the catalog alone.')
    .option('--room <room>', 'only of this room')
    .addOption(new Option('--state <state>', 'only in this state').choices(lectureStates))
    .option('--from <date>', 'only that begin on this day or later, in the room’s zone (UTC without --room)')
    .option('--to <date>', 'only that begin on this day or earlier')
    .option('--limit <n>', 'at most so many', '50')
    .addHelpText('after', examples('list', 'list --room A101 --from 2026-09-14 --to 2026-09-20 --json'))
    .action(perform(terminal, async () => (await import('./lecture/show.ts')).listLectures));

const show = (terminal: Terminal): Command =>
  ofLecture(
    'show',
    'Show a lecture: what it waits for, its slots with the chosen panes, files and places. Needs the catalog alone.',
  )
    .addHelpText('after', examples('show l-20260914-k7x2', 'show l-20260914-k7x2 --json'))
    .action(perform(terminal, async () => (await import('./lecture/show.ts')).showLecture));

const watch = (terminal: Terminal): Command =>
  ofLecture('watch', 'Follow a lecture until it ends. Exit code 0 when it is complete.')
    .addHelpText('after', examples('watch l-20260914-k7x2'))
    .action(perform(terminal, async () => (await import('./lecture/follow.ts')).watchLecture));

const start = (terminal: Terminal): Command =>
  ofLecture('start', 'Wait no longer for files: make the video of what is there now.')
    .addHelpText('after', examples('start l-20260914-k7x2'))
    .action(perform(terminal, async () => (await import('./lecture/order.ts')).startLecture));

const change = (terminal: Terminal): Command =>
  ofLecture(
    'change',
    'Move, shorten or rename a lecture, also while it runs; one that has ended is made anew.',
  )
    .option('--date <date>', 'day of its start, YYYY-MM-DD; alone it moves the lecture, hours kept')
    .option('--start <time>', 'start, HH:MM in the room’s zone')
    .option('--end <time>', 'end, HH:MM')
    .option('--end-date <date>', 'day of its end')
    .option('--name <text>', 'name')
    .addOption(layoutOption())
    .addHelpText(
      'after',
      examples(
        'change l-20260914-k7x2 --end 11:20',
        'change l-20260914-k7x2 --date 2026-09-15 --start 12:10 --end 13:30',
        "change l-20260914-k7x2 --name 'Graph theory, part 2' --layout picture-in-picture",
      ),
    )
    .action(perform(terminal, async () => (await import('./lecture/order.ts')).changeLecture));

const render = (terminal: Terminal): Command =>
  ofLecture('render', 'Choose the right pane of slots by hand; only these slots are made anew.')
    .requiredOption('--slot <slots>', 'number of the slot as `lecture show` has it, or several: 2, 2-4, 2,5')
    .addOption(
      new Option('--right <pane>', 'what stands there; auto: what its pictures say')
        .choices(['auto', 'screen', 'board', 'screen-still', 'filler', 'none'])
        .makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      examples(
        'render l-20260914-k7x2 --slot 2 --right board',
        'render l-20260914-k7x2 --slot 0-1 --right auto',
      ),
    )
    .action(perform(terminal, async () => (await import('./lecture/order.ts')).renderLecture));

const retry = (terminal: Terminal): Command =>
  ofLecture(
    'retry',
    'Try again what failed. A post whose fate is unclear is made again too: look in Classroom first.',
  )
    .addHelpText('after', examples('retry l-20260914-k7x2'))
    .action(perform(terminal, async () => (await import('./lecture/order.ts')).retryLecture));

const cancel = (terminal: Terminal): Command =>
  ofLecture('cancel', 'End a lecture. What is published stays, unless --undo.')
    .option('--undo', 'take back what was published: files, attachment, posts; also of one that has ended')
    .addHelpText('after', examples('cancel l-20260914-k7x2', 'cancel l-20260914-k7x2 --undo'))
    .action(perform(terminal, async () => (await import('./lecture/order.ts')).cancelLecture));
