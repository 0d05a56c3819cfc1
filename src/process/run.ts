// The only spawner of the house: runs one child process to its end, stops it on abort, stall or time-out, and redacts what it says.
import type { Run } from './run-spec.ts';
import type { ProcessWrapper } from './wrapper.ts';

export type { Progress, Run, RunEnd, RunSpec } from './run-spec.ts';

export function createRun(deps: { wrapper: ProcessWrapper }): Run {
  return async (spec) => {
    void deps;
    throw new Error(`not built yet: ${spec.command}`);
  };
}
