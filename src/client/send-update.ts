// Updates to running workflows: one that met a continue-as-new is sent again.
import { isGrpcServiceError, type WorkflowHandle } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const tries = 5;
const pauseMs = 50;

/**
 * Sends an update and waits for its answer. Server 1.31 answers one that meets the last workflow task of a run with FAILED_PRECONDITION
 * "unexpected workflow task failure"; it was not applied, and is sent again a few times, under one update id.
 */
export async function sendUpdate<Ret, Args extends [unknown, ...unknown[]]>(
  handle: Pick<WorkflowHandle, 'executeUpdate'>,
  { update, args }: { update: UpdateDefinition<Ret, Args>; args: Args },
): Promise<Ret> {
  const updateId = randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return await handle.executeUpdate(update, { args, updateId });
    } catch (error) {
      if (attempt === tries || !metContinueAsNew(error)) throw error;
      await delay(pauseMs * attempt);
    }
  }
}

const failedPrecondition = 9;

/** Whether the server dropped the update because the run that it was for ended under it. */
export function metContinueAsNew(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause))
      return cause.code === failedPrecondition && /unexpected workflow task failure/i.test(cause.details);
  }
  return false;
}
