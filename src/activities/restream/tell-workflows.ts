// Words from restream's activities to its workflows, by id.
import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { relayWorkflowId, restreamWorkflowId } from '../../contract/ids.ts';
import * as messages from '../../contract/restream-messages.ts';
import type { RelayReport } from '../../contract/restream-messages.ts';

export const tellRelay = (cameraId: string, report: RelayReport): Promise<void> =>
  unlessEnded(
    getClient().workflow.getHandle(relayWorkflowId(cameraId)).signal(messages.relayReported, report),
  );

export const tellServersChanged = (): Promise<void> =>
  unlessEnded(getClient().workflow.getHandle(restreamWorkflowId).signal(messages.serversChanged));

/** A workflow that has ended needs no word. */
async function unlessEnded(signalled: Promise<void>): Promise<void> {
  try {
    await signalled;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
