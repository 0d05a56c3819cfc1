// The worker's log: JSON lines by pino, for our own words and for those of the Temporal SDK; secrets in them are redacted.
import type { Logger, LogLevel, LogMetadata } from '@temporalio/worker';
import { pino } from 'pino';
import { redactText } from '../domain/url.ts';

/** Temporal's levels are pino's, in capitals. */
const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** @param level least important lines that are written, as pino names it */
export function createLogger(level: string): Logger {
  const lines = pino(
    { level, base: { pid: process.pid } },
    // One redaction at the sink: whatever a library prints of an address passes here.
    { write: (line: string) => void process.stderr.write(redactText({ text: line })) },
  );
  const write = (at: LogLevel, message: string, facts?: LogMetadata): void =>
    lines[levels[at]](plain(facts), message);
  return {
    log: write,
    trace: (message, facts) => write('TRACE', message, facts),
    debug: (message, facts) => write('DEBUG', message, facts),
    info: (message, facts) => write('INFO', message, facts),
    warn: (message, facts) => write('WARN', message, facts),
    error: (message, facts) => write('ERROR', message, facts),
  };
}

/** The SDK adds symbols and functions that no JSON line needs. */
function plain(facts: LogMetadata = {}): Record<string, unknown> {
  const { error, ...rest } = facts;
  return { ...rest, ...(error === undefined ? {} : { err: error }) };
}
