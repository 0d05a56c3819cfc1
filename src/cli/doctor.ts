// `longtake doctor`: its flags and help; the checks are in client/doctor/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export const doctorCommand = (terminal: Terminal): Command =>
  withCommonFlags(new Command('doctor'))
    .description(
      'Check every tool, version, port, directory, clock, database and server; say what to do about each finding.',
    )
    .option(
      '--google',
      'look at Google too; what is named below is proved by something small that is removed again',
    )
    .option('--folder <id>', 'Drive folder of a room, its id or address: upload and removal')
    .option('--calendar <id>', 'calendar of a room: an event with an attachment')
    .option('--course <code>', 'Classroom course, its id or alias: drafts of posts')
    .option('--sheet <id>', 'table of course codes: reading')
    .addHelpText(
      'after',
      `
Exit code 0 when nothing failed (warnings are allowed), 1 when something failed, 3 when only the stack is not reachable.

Examples:
  $ longtake doctor
  $ longtake doctor --json
  $ longtake doctor --google --folder 1AbC… --calendar room@group.calendar.google.com --course MATH-101`,
    )
    .action(perform(terminal, async () => (await import('./doctor/run.ts')).runDoctor));
