// Where a command reads and writes, as one object, so that tests can stand in for the process's streams.
import type { ExitCode } from '../../contract/exit-codes.ts';

export interface Terminal {
  /** Writes one or more lines to stdout; the line end is added. */
  out(text: string): void;
  /** The same to stderr. */
  err(text: string): void;
  /** Whether whoever reads stdout has gone (`| head`), so that a long document may end. */
  isOutClosed?(): boolean;
  /** Raw text to stderr, for redrawing. */
  draw(text: string): void;
  stdin: NodeJS.ReadStream;
  /** A person sits at the input, so questions may be asked. */
  asks: boolean;
  /** Whether stdout, or stderr, is a terminal: no redrawing where it is not. */
  isTerminal: boolean;
  drawsProgress: boolean;
  columns: number;
  /** Set by the command that ran. */
  exitCode?: ExitCode;
}

/** The process's own streams. A reader that closes early (`| head`) ends the output, not the command. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const ignoreClosedPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
  };
  let isClosed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    isClosed = true;
    ignoreClosedPipe(error);
  });
  stderr.on('error', ignoreClosedPipe);
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    isOutClosed: () => isClosed,
    draw: (text) => void stderr.write(text),
    stdin,
    asks: stdin.isTTY === true && stdout.isTTY === true,
    isTerminal: stdout.isTTY === true,
    drawsProgress: stderr.isTTY === true,
    columns: stdout.columns ?? 100,
  };
}
