// Runs one command line in this process with its own terminal, and keeps what it printed.
import { Readable } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import type { ErrorDocument } from '../../src/contract/command.ts';

export interface CliEnd {
  code: number;
  out: string;
  err: string;
  /** stdout as a document. */
  json: () => unknown;
  /** The error document of a failed `--json` command. */
  error: () => ErrorDocument['error'];
}

/** A terminal that keeps what is printed; `stdin` is what a pipe would bring, nobody sits at it. */
export function recordingTerminal({ stdin = '' } = {}): {
  terminal: Terminal;
  err: string[];
  /** All of stdout. */
  text: () => string;
} {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    draw: (text) => void err.push(text),
    stdin: Readable.from([stdin]) as NodeJS.ReadStream,
    asks: false,
    isTerminal: false,
    drawsProgress: false,
    columns: 100,
  };
  return { terminal, err, text: () => out.join('\n') };
}

/** `stdin` is what a pipe would bring; nobody sits at the terminal. */
export async function runCli(args: readonly string[], { stdin = '' } = {}): Promise<CliEnd> {
  const { terminal, err, text } = recordingTerminal({ stdin });
  const code = await main(args, terminal);
  return {
    code,
    out: text(),
    err: err.join('\n'),
    json: () => JSON.parse(text()) as unknown,
    error: () => (JSON.parse(err.at(-1) ?? '') as ErrorDocument).error,
  };
}

/** A data directory's commands: `--data` stands behind every one. */
export const cliIn =
  (dataDir: string) =>
  (...args: string[]): Promise<CliEnd> =>
    runCli([...args, '--data', dataDir]);
