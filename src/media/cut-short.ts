// Tells an end of a tool that says nothing about the file it read from one that does.
import { Fault } from '../domain/fault.ts';
import type { RunEnd } from '../process/run-spec.ts';

/**
 * The fault of a tool that hung or that others ended while it read `path`: EncoderStalled, because the host is to blame and the file may
 * be sound. Undefined for an end of its own, a crash included: that is the file's doing.
 */
export function cutShort(end: RunEnd, { tool, path }: { tool: string; path: string }): Fault | undefined {
  const how = howCutShort(end);
  if (!how) return undefined;
  return new Fault('EncoderStalled', `${tool} ${how} while it read ${path}`, {
    exitCode: end.exitCode,
    argv: end.argv.slice(0, 40),
    stderrTail: end.stderrTail.slice(-20),
  });
}

function howCutShort(end: RunEnd): string | undefined {
  if (end.stalled) return 'came to a halt';
  if (end.timedOut) return 'gave no answer in time';
  if (end.signal === 'SIGKILL' || end.signal === 'SIGTERM') return `was ended by ${end.signal}`;
  return end.abandoned ? 'was cut off' : undefined;
}
