// Connects a child's stdout and stderr to the callbacks of its spec: cut into lines, redacted, bounded.
import type { ChildProcess } from 'node:child_process';
import { createLineSplitter } from './line-splitter.ts';
import { type OutputConsumer, type OutputPump, pumpOutput } from './output-pump.ts';
import { createRedactor, type Redactor } from './redactor.ts';
import type { Progress, RunSpec } from './run-spec.ts';
import type { StderrTail } from './stderr-tail.ts';

/** stderr is for people; stdout may carry a line of JSON. */
export const stderrLineChars = 8 * 1024;
const stdoutLineChars = 1024 * 1024;

function lineConsumer(options: {
  capChars: number;
  secrets: readonly string[];
  onLine: (line: string) => void;
}): OutputConsumer {
  const redactor: Redactor = createRedactor(options);
  const splitter = createLineSplitter({
    // Twice as much is read as is handed on, so that a secret at the cap is seen whole.
    keepChars: options.capChars * 2,
    onLine: (line, truncated) => options.onLine(redactor.line(line, truncated)),
  });
  return { chunk: (chunk) => splitter.push(chunk), end: () => splitter.end() };
}

/** One pump per piped stream of the child. */
export function startPumps(options: {
  child: ChildProcess;
  spec: RunSpec;
  progress: Progress;
  tail: StderrTail;
}): OutputPump[] {
  const { child, progress, tail } = options;
  const { onStdout, onStdoutLine, onStderrLine, secrets = [] } = options.spec;
  const pumps: OutputPump[] = [];
  if (child.stdout) {
    const consumer: OutputConsumer = onStdout
      ? { chunk: (chunk) => onStdout(chunk, progress) }
      : lineConsumer({
          capChars: stdoutLineChars,
          secrets,
          onLine: (line) => onStdoutLine?.(line, progress),
        });
    pumps.push(pumpOutput(child.stdout, consumer));
  }
  if (child.stderr) {
    const onLine = (line: string): void => {
      tail.add(line);
      onStderrLine?.(line, progress);
    };
    pumps.push(pumpOutput(child.stderr, lineConsumer({ capChars: stderrLineChars, secrets, onLine })));
  }
  return pumps;
}
