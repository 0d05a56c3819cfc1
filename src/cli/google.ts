// `longtake google`: the flags and helps; what they do is in google/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function googleCommand(terminal: Terminal): Command {
  return new Command('google')
    .description('The account at Google that uploads and posts: sign in as a person, show it, sign out.')
    .addCommand(login(terminal))
    .addCommand(show(terminal))
    .addCommand(logout(terminal));
}

const login = (terminal: Terminal): Command =>
  withCommonFlags(new Command('login'))
    .description('Sign in as a person, once: a service account needs none (see docs/guide/google.md).')
    .option(
      '--client <file>',
      'OAuth client, the JSON file of the Google Cloud console (default: the last one)',
    )
    .option('--device', 'by a code typed on another device; Google allows it files of our own alone')
    .option('--port <port>', 'port of this machine that the browser comes back to (default: a free one)')
    .option('--out <file>', 'token file to write (default: google-token.json in the data directory)')
    .addHelpText(
      'after',
      `
Prints an address to open in a browser. When that browser runs on another machine, choose a port and lead it here first:
  ssh -L 8765:127.0.0.1:8765 user@this-machine

The token file is readable by its owner alone; workers find the one in the data directory by themselves.

Examples:
  $ longtake google login --client client_secret.json
  $ longtake google login --client client_secret.json --port 8765
  $ longtake google login --device --client tv_client.json`,
    )
    .action(perform(terminal, async () => (await import('./google/run.ts')).logInToGoogle));

const show = (terminal: Terminal): Command =>
  withCommonFlags(new Command('show'))
    .description('Who is signed in, and what was allowed; no token is shown.')
    .addHelpText('after', '\nExamples:\n  $ longtake google show\n  $ longtake google show --json')
    .action(perform(terminal, async () => (await import('./google/run.ts')).showGoogle));

const logout = (terminal: Terminal): Command =>
  withCommonFlags(new Command('logout'))
    .description('Take the permission back at Google and remove the token file.')
    .addHelpText('after', '\nExamples:\n  $ longtake google logout')
    .action(perform(terminal, async () => (await import('./google/run.ts')).logOutOfGoogle));
