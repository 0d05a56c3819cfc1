// `longtake room course`: the flags and helps; what they do is in room/course.ts.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function roomCourseCommand(terminal: Terminal): Command {
  return new Command('course')
    .description('Classroom courses by the codes that stand in descriptions of events.')
    .addCommand(add(terminal))
    .addCommand(list(terminal))
    .addCommand(remove(terminal));
}

const add = (terminal: Terminal): Command =>
  withCommonFlags(new Command('add'))
    .description('Say which course a code means, or say it anew.')
    .argument('<code>', 'the code, as it stands after `поток:` or `course:`')
    .argument('<course>', 'id of the course in Classroom, or an alias such as d:bi-2026')
    .addHelpText('after', '\nExamples:\n  $ longtake room course add БИ-241 123456789012')
    .action(perform(terminal, async () => (await import('./room/course.ts')).addCourse));

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List codes and their courses.')
    .addHelpText('after', '\nExamples:\n  $ longtake room course list --json')
    .action(perform(terminal, async () => (await import('./room/course.ts')).listCourses));

const remove = (terminal: Terminal): Command =>
  withCommonFlags(new Command('rm'))
    .description('Forget a code.')
    .argument('<code>', 'the code')
    .addHelpText('after', '\nExamples:\n  $ longtake room course rm БИ-241')
    .action(perform(terminal, async () => (await import('./room/course.ts')).removeCourse));
