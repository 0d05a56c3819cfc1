// Words of the programs that Longtake replaces: a command line that fails over one of them is told the word used here.

const flags: Record<string, string> = {
  '--elect-date': 'Use --date YYYY-MM-DD.',
  '--first-uik': 'Use --stations FIRST-LAST together with --region.',
  '--last-uik': 'Use --stations FIRST-LAST together with --region.',
  '--uik': 'Use --stations FIRST-LAST together with --region.',
  '--uiks': 'Use --stations FIRST-LAST together with --region.',
  '--hour-start': 'Use --window HH:MM-HH:MM.',
  '--hour-end': 'Use --window HH:MM-HH:MM.',
  '--routine': 'Use --steps download,merge,export.',
  '--download': 'Use --steps download (or download,merge,export).',
  '--merge': 'Use --steps download,merge.',
  '--export': 'Use --steps download,merge,export --target NAME.',
  '--max-download-retries': 'Use --max-download-attempts N: it counts all attempts, as the old flag did.',
  '--merge-split-on-gaps': 'Use --split-on-gaps, or --gap-mode split.',
  '--merge-08-20-tolerate-gaps-duration':
    'Use --gap-tolerance-seconds N, with --tolerance-window 08:00-20:00 (the default).',
  '--merge-tolerate-incomplete-downloads': 'Use --tolerate-incomplete.',
  '--force-download': 'Use --force.',
  '--restart-finished': 'Use `longtake plan restart ID --force`.',
  '--restart-failed': 'Use `longtake plan restart ID`.',
  '--num-download-workers': 'Set download.slots and download.perHost in the configuration.',
  '--num-merge-workers': 'Set media.slots in the configuration.',
  '--num-export-workers': 'Set transfer.slots in the configuration.',
  '--tmp-download-dir':
    'Nothing to set: scratch files lie in the media root, see mediaRoot in the configuration.',
  '--tmp-merge-dir':
    'Nothing to set: scratch files lie in the media root, see mediaRoot in the configuration.',
  '--downloaded-dir': 'Set mediaRoot in the configuration; segments lie in its folder downloaded/.',
  '--merged-dir': 'Set mediaRoot in the configuration; merged files lie in its folder merged/.',
  '--tasks-dir': 'Make a plan instead: `longtake plan add --help`.',
  '--camid': 'Use --cameras ID,….',
  '--timestart': 'Use --date and --window.',
  '--loglevel': 'Set LONGTAKE_LOG=debug|info|warn|error.',
};

const commands: Record<string, string> = {
  uiks: 'Use `longtake camera list --region R --stations A-B`, and `longtake plan add` to process them.',
  tasks: 'Make a plan instead: `longtake plan add --help`.',
  'fail-running': 'Nothing to do: unfinished work goes on by itself after a restart.',
  stations: 'Use `longtake camera list`.',
  download: 'Use `longtake plan add --steps download --run`.',
  merge: 'Use `longtake plan add --steps download,merge --run`.',
  export: 'Use `longtake plan add --steps download,merge,export --target NAME --run`.',
};

/** What to use instead of the first old word among the arguments, if there is one. */
export function oldWordHint(args: readonly string[]): string | undefined {
  for (const argument of args) {
    const flag = argument.split('=', 1)[0] ?? argument;
    const hint = flag.startsWith('--') ? flags[flag.replaceAll('_', '-')] : commands[argument];
    if (hint) return hint;
  }
  return undefined;
}
