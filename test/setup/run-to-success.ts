// Runs a tool that prepares a test and insists on exit code 0.
import type { Run, RunSpec } from '../../src/process/run.ts';

/** Resolves with the lines of stdout; throws with the last lines of stderr. */
export async function runToSuccess(
  run: Run,
  spec: Omit<RunSpec, 'signal' | 'onStdoutLine'>,
): Promise<string[]> {
  const lines: string[] = [];
  const end = await run({
    ...spec,
    signal: AbortSignal.timeout(60_000),
    onStdoutLine: (line) => void lines.push(line),
  });
  if (end.exitCode !== 0)
    throw new Error(`${end.argv.join(' ')} ended with ${end.exitCode}:\n${end.stderrTail.join('\n')}`);
  return lines;
}
