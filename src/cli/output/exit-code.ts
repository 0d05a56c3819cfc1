// From an error to what the person reads and to the exit code: one sentence and one remedy, never a stack trace unless asked for.
import { CommanderError } from 'commander';
import type { ErrorDocument } from '../../contract/command.ts';
import { exitCodeOfFault, exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { failures } from '../../contract/failures.ts';
import { StackUnreachable } from '../../contract/stack-unreachable.ts';
import { isFault } from '../../domain/fault.ts';
import type { Terminal } from './terminal.ts';

export interface ErrorReport {
  terminal: Terminal;
  error: unknown;
  json: boolean;
  /** What an old word on the command line is called here. */
  hint?: string | undefined;
  /** Print where the error came from. */
  debug?: boolean;
}

/** Prints the error to stderr and answers the exit code of the command. */
export function reportError({ terminal, error, json, hint, debug = false }: ErrorReport): ExitCode {
  const { code, document } = describeError(error);
  if (hint && error instanceof CommanderError) document.error.remedy = hint;
  if (json) terminal.err(JSON.stringify(document));
  else terminal.err(`${document.error.message}\n${document.error.remedy}`);
  if (debug && error instanceof Error && error.stack) terminal.err(error.stack);
  return code;
}

/** The exit code and the document of an error, whatever it is. */
export function describeError(error: unknown): { code: ExitCode; document: ErrorDocument } {
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '');
    return describe(exitCodes.badInput, {
      type: 'InputInvalid',
      message: `${message[0]?.toUpperCase() ?? ''}${message.slice(1).replace(/\.?$/, '.')}`,
      remedy: 'Add --help to the command for its flags and examples.',
    });
  }
  if (isFault(error)) {
    const own = error.details['remedy'];
    const errors = error.details['errors'];
    return describe(exitCodeOfFault(error.type), {
      type: error.type,
      message: error.message,
      remedy: typeof own === 'string' ? own : failures[error.type].remedy,
      ...(Array.isArray(errors) ? { errors } : {}),
    });
  }
  if (error instanceof StackUnreachable) {
    return describe(exitCodes.stackNotReachable, {
      type: error.name,
      message: error.message,
      remedy: error.remedy,
    });
  }
  return describe(exitCodes.gapsOrFailures, {
    type: 'Unexpected',
    message: `Unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'Run again with LONGTAKE_LOG=debug to see where it came from, and report it.',
  });
}

const describe = (code: ExitCode, error: ErrorDocument['error']) => ({ code, document: { error } });
