// Waits for a plan's end through continue-as-new and server restarts.
import { type Client, isGrpcServiceError, WorkflowFailedError } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { planWorkflowId } from '../contract/ids.ts';

// gRPC codes of a server that is away for a while: DEADLINE_EXCEEDED, UNAVAILABLE, RESOURCE_EXHAUSTED, INTERNAL while it starts.
const passingCodes = new Set([4, 8, 13, 14]);

/**
 * Resolves when the plan's workflow has ended, however it ended; the catalog says how. A failed workflow's reason is
 * returned. Rejects only when `signal` is aborted or the server refuses.
 */
export async function waitForPlan({
  client,
  planId,
  signal,
}: {
  client: Client;
  planId: string;
  signal: AbortSignal;
}): Promise<{ failure?: string }> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await client.withAbortSignal(signal, () => client.workflow.getHandle(planWorkflowId(planId)).result());
      return {};
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof WorkflowFailedError) return { failure: error.cause?.message ?? error.message };
      if (!isPassing(error)) throw error;
      await delay(1000, undefined, { signal });
    }
  }
}

function isPassing(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return passingCodes.has(cause.code);
  }
  return false;
}
