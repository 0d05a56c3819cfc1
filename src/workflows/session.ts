// When a workflow ends its session and continues as new.
import { workflowInfo } from '@temporalio/workflow';

/** History length at which a session ends: replay and the Web UI stay quick below it, and no limit of the server comes near. */
const usualSessionEvents = 2_000;

/** A session's first steps take a dozen events: below this it would end before it has done anything. */
const leastSessionEvents = 40;

/** True when the history is long enough to begin a new one. `sessionEvents` of the input stands for the usual length. */
export function sessionIsLong({ sessionEvents = usualSessionEvents }: { sessionEvents?: number }): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength >= Math.max(sessionEvents, leastSessionEvents) || continueAsNewSuggested;
}
