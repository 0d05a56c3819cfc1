// `longtake demo`: its flags and help; what it does is in embedded/demo.ts.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export const demoCommand = (terminal: Terminal): Command =>
  withCommonFlags(new Command('demo'))
    .description(
      'The whole thing on demo cameras: real servers, one camera interrupted, one absent, a finished plan.',
    )
    .option('--keep', 'leave the stack and the cameras up until Ctrl-C')
    .option('--seconds <n>', 'length of the recorded window', '30')
    .option(
      '--lecture',
      'a lecture instead: a recorded room, composed, uploaded and posted to a stand-in for Google',
    )
    .option('--slot-seconds <n>', 'with --lecture: length of the files of the room’s recorder (default: 20)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longtake demo\n  $ longtake demo --keep --data ./demo-data\n  $ longtake demo --lecture',
    )
    .action(perform(terminal, async () => (await import('./demo/run.ts')).runDemoCommand));
