// Tells from outside which step of a file's way a worker is in: one line before and after each, on disk before the step goes on.
import { appendFileSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { FaultPoint } from '../domain/fault-point.ts';

/** Lines are `<ISO instant> <pid> <step>`; `holdStep` waits for ever, so that whoever reads the log finds the worker there. */
export function createStepLog({ stepLog, holdStep }: Config['debug']): FaultPoint {
  if (stepLog === undefined) return () => {};
  return (name) => {
    appendFileSync(stepLog, `${new Date().toISOString()} ${process.pid} ${name}\n`);
    return name === holdStep ? new Promise<never>(() => {}) : undefined;
  };
}
