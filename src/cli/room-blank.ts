// `longtake room learn-blank`, `blanks` and `forget-blank`: the flags and helps; what they do is in room/blank.ts.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export const blankCommands = (terminal: Terminal): Command[] => [
  learn(terminal),
  list(terminal),
  forget(terminal),
];

const learn = (terminal: Terminal): Command =>
  withCommonFlags(new Command('learn-blank'))
    .description('Store what a screen shows without a signal; slots that look so count as blank.')
    .argument('<file>', 'a video in which the screen shows it, or a picture of it')
    .option('--at <time>', 'where in the video: seconds, MM:SS or HH:MM:SS', '1')
    .option('--room <room>', 'only for this room (default: for every room)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longtake room learn-blank 2026-09-13_08:00_A101_42.mp4 --at 12:30\n  $ longtake room learn-blank no-signal.png --room A101',
    )
    .action(perform(terminal, async () => (await import('./room/blank.ts')).learnBlank));

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('blanks'))
    .description('List the stored pictures of screens without a signal.')
    .option('--room <room>', 'only those that serve this room')
    .addHelpText('after', '\nExamples:\n  $ longtake room blanks --room A101')
    .action(perform(terminal, async () => (await import('./room/blank.ts')).listBlanks));

const forget = (terminal: Terminal): Command =>
  withCommonFlags(new Command('forget-blank'))
    .description('Remove a stored picture.')
    .argument('<id>', 'its id, as `room blanks` shows it')
    .addHelpText('after', '\nExamples:\n  $ longtake room forget-blank ns-1f6a09c2b7d4')
    .action(perform(terminal, async () => (await import('./room/blank.ts')).forgetBlank));
