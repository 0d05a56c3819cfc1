// `longtake plan`: the flags and helps; what they do is in plan/.
import { Command, Option } from 'commander';
import { cameraDayStates } from '../domain/camera-day-states.ts';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';
import { planAddCommand } from './plan-add.ts';

export function planCommand(terminal: Terminal): Command {
  return new Command('plan')
    .description('Plans: cameras × a window of a day × download, merge, export.')
    .addCommand(planAddCommand(terminal))
    .addCommand(run(terminal))
    .addCommand(show(terminal))
    .addCommand(list(terminal))
    .addCommand(watch(terminal))
    .addCommand(restart(terminal))
    .addCommand(control(terminal, 'pause'))
    .addCommand(control(terminal, 'resume'))
    .addCommand(control(terminal, 'cancel'))
    .addCommand(remove(terminal));
}

const ofPlan = (name: string, description: string): Command =>
  withCommonFlags(new Command(name))
    .description(description)
    .argument('<id>', 'plan id, as `plan list` shows it');

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ longtake plan ${line}`).join('\n')}`;

const run = (terminal: Terminal): Command =>
  ofPlan('run', 'Start a plan, or join the run that is under way; finished camera-days are left alone.')
    .option('--wait', 'return when the plan has ended, with live progress')
    .addHelpText('after', examples('run p-20260913-k7x2 --wait', 'run p-20260913-k7x2 --wait --json'))
    .action(perform(terminal, async () => (await import('./plan/run.ts')).runPlan));

const show = (terminal: Terminal): Command =>
  ofPlan(
    'show',
    'Show a plan: each camera-day with what is present, what is missing and why. Needs the catalog alone.',
  )
    .option('--camera <id>', 'only this camera, with its segments and gaps')
    .addOption(
      new Option('--state <state>', 'only camera-days in this state, all of them').choices(cameraDayStates),
    )
    .addHelpText(
      'after',
      examples(
        'show p-20260913-k7x2',
        'show p-20260913-k7x2 --camera cam-1',
        'show p-20260913-k7x2 --state refused',
        'show p-20260913-k7x2 --json',
      ),
    )
    .action(perform(terminal, async () => (await import('./plan/show.ts')).showPlan));

const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List plans, newest first. Needs the catalog alone.')
    .addHelpText('after', examples('list', 'list --json'))
    .action(perform(terminal, async () => (await import('./plan/show.ts')).listPlans));

const watch = (terminal: Terminal): Command =>
  ofPlan('watch', 'Follow a plan until it ends: a table on a terminal, plain lines elsewhere.')
    .addHelpText('after', examples('watch p-20260913-k7x2'))
    .action(perform(terminal, async () => (await import('./plan/run.ts')).watchPlan));

const restart = (terminal: Terminal): Command =>
  ofPlan('restart', 'Run the camera-days of a plan again that are not complete; all of them with --force.')
    .option('--force', 'all camera-days, with attempts and media afresh')
    .option('--camera <id>', 'only this camera')
    .option('--wait', 'return when the plan has ended, with live progress')
    .addHelpText(
      'after',
      examples('restart p-20260913-k7x2', 'restart p-20260913-k7x2 --camera cam-1 --force --wait'),
    )
    .action(perform(terminal, async () => (await import('./plan/run.ts')).restartPlan));

const controls = {
  pause: 'Hold a running plan: what is under way stops, nothing new begins.',
  resume: 'Let a paused plan go on.',
  cancel: 'End a plan; files that are published stay.',
} as const;

const control = (terminal: Terminal, name: keyof typeof controls): Command =>
  ofPlan(name, controls[name])
    .addHelpText('after', examples(`${name} p-20260913-k7x2`))
    .action(perform(terminal, async () => (await import('./plan/control.ts')).planControls[name]));

const remove = (terminal: Terminal): Command =>
  ofPlan('rm', 'Remove a plan that does not run from the catalog. Its files stay.')
    .addHelpText('after', examples('rm p-20260913-k7x2'))
    .action(perform(terminal, async () => (await import('./plan/control.ts')).removePlan));
