// `longtake gate`: its flags and help; what it does is in gate/.
import { Command } from 'commander';
import { relayPathPrefix } from '../domain/relay-path.ts';
import type { Terminal } from './output/terminal.ts';
import { perform } from './perform.ts';

export const gateCommand = (terminal: Terminal): Command =>
  new Command('gate')
    .description(
      'Run the gate of a MediaMTX in the foreground: it decides who may publish, read and command there.',
    )
    .requiredOption('--listen <ip:port>', 'where MediaMTX reaches it: loopback, or a network of its own')
    .requiredOption(
      '--accounts <file>',
      'JSON: publisher, reader, api with user and password, and gateKey; mode 0600',
    )
    .requiredOption('--state <dir>', 'epochs and used tokens, for this gate alone; on a disk that survives')
    .option('--api <url>', 'Control API of the MediaMTX, to end sessions of older publishers')
    .option('--path-prefix <text>', 'paths that begin so carry relays', relayPathPrefix)
    .option('--read-without-login', 'live streams may be read by everybody; recordings may not')
    .option('--json', 'print one JSON document (see the reference) instead of text')
    .addHelpText(
      'after',
      `
MediaMTX asks it with: authMethod: http, authHTTPAddress: http://IP:PORT/auth, authHTTPExclude: []
GET /healthz answers 200 while it can write its state. Refusals are JSON lines on standard error. Stops cleanly on SIGTERM and Ctrl-C;
pictures that are on go on without it, nobody new gets in. With --json it prints one line when it answers:
  {"ready":true,"authUrl":…,"pid":…}

Examples:
  $ longtake gate --listen 127.0.0.1:9995 --accounts /etc/longtake/gate.json --state /var/lib/longtake/gate --api http://127.0.0.1:9997`,
    )
    .action(perform(terminal, async () => (await import('./gate/run.ts')).runGate));
