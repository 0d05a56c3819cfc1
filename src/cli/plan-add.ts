// `longtake plan add`: its flags and help.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

const help = `
Which cameras: exactly one of --cameras, --region, --tag, --all. On a terminal, what is missing is asked for.
Local times are those of each camera's own zone. A window that ends before it starts ends on the next day.
A plan that cannot fit on the disk is refused, unless --force.

Examples:
  $ longtake plan add --date 2026-09-13 --window 07:45-20:00 --region 77 --stations 100-199 --target archive --run
  $ longtake plan add --date 2026-09-13 --window 07:45-20:00 --cameras cam-1,cam-2 --steps download,merge --dry-run
  $ longtake plan add --date 2026-09-07 --to 2026-09-13 --window 22:00-06:00 --tag night --steps download,merge --split-on-gaps`;

export function planAddCommand(terminal: Terminal): Command {
  const command = withCommonFlags(new Command('add')).description('Make a plan.');
  withSelection(command);
  withSettings(command);
  return command
    .option('--force', 'start attempts and media afresh, and add the plan though it does not fit')
    .addOption(new Option('--priority [1-5]', '1 first … 5 last; 4 when absent').preset('1'))
    .option('--dry-run', 'show cameras, segments, expected bytes and archive clocks; add nothing')
    .option('--run', 'start the plan at once')
    .option('--wait', 'with --run: return when the plan has ended')
    .addHelpText('after', help)
    .action(perform(terminal, async () => (await import('./plan/add.ts')).addPlan));
}

function withSelection(command: Command): void {
  command
    .option('--date <date>', 'day, YYYY-MM-DD, in each camera’s own zone')
    .option('--to <date>', 'repeat the window on every day up to this one, included')
    .option('--window <window>', 'local window, HH:MM-HH:MM or HH:MM:SS-HH:MM:SS')
    .option('--cameras <ids>', 'these cameras, comma-separated')
    .option('--region <region>', 'all cameras of a region')
    .option('--stations <range>', 'with --region: only these stations, A-B, both included')
    .option('--tag <tag>', 'all cameras with this tag')
    .option('--all', 'all cameras that are enabled')
    .option('--steps <steps>', 'download,merge,export or the first of them (default: all three)')
    .option('--target <name>', 'export target; needed when the steps hold export');
}

function withSettings(command: Command): void {
  command
    .option('--gap-tolerance-seconds <n>', 'most missing seconds inside the tolerance window (default: 120)')
    .option('--tolerance-window <window>', 'where gaps count (default: 08:00-20:00)')
    .option('--max-download-attempts <n>', 'attempts a segment gets in all (default: 2)')
    .option('--segment-seconds <n>', 'length of a segment (default: 900)')
    .option('--gap-threshold-seconds <n>', 'a hole counts when it is longer (default: 2)')
    .option('--tolerate-incomplete', 'merge though segments have gaps and attempts left')
    .option('--gap-mode <mode>', 'hole, slate or split: what stands where time is missing (default: hole)')
    .option('--split-on-gaps', 'the same as --gap-mode split')
    .option('--wait-for-end', 'begin only when the whole window is over')
    .option('--keep-segments', 'keep segment files after a verified merge (default)')
    .option('--no-keep-segments', 'remove segment files after a verified merge');
}
