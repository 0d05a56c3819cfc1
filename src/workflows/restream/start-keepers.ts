// The supervisor's children: a keeper a server, abandoned, spoken to by id. Cameras' workflows are started by an activity, many at once.
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';
import { relayServerWorkflowId } from '../../contract/ids.ts';
import * as messages from '../../contract/restream-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import type { restreamServer } from './keep-server.ts';

const abandoned = {
  parentClosePolicy: ParentClosePolicy.ABANDON,
  cancellationType: ChildWorkflowCancellationType.ABANDON,
} as const;

const attributes = [
  { key: searchAttributes.capability, value: 'restream' },
  { key: searchAttributes.state, value: 'running' },
];

export async function startKeepers(servers: readonly string[]): Promise<void> {
  await Promise.all(
    servers.map((server) => {
      const workflowId = relayServerWorkflowId(server);
      const start = () =>
        startChild<typeof restreamServer>('restreamServer', {
          ...abandoned,
          workflowId,
          args: [{ server }],
          staticSummary: `MediaMTX ${server}`,
          typedSearchAttributes: attributes,
        });
      return startOrTell(start, () => signalled(workflowId, messages.refresh));
    }),
  );
}

/** A workflow may end between the two; one that can be neither started nor spoken to is left to the operator. */
const startTries = 3;

async function startOrTell(start: () => Promise<unknown>, tell: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < startTries; tries += 1) if ((await started(start)) || (await tell())) return;
}

/** False: it runs already. */
async function started(start: () => Promise<unknown>): Promise<boolean> {
  try {
    await start();
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** False: no such workflow runs. */
async function signalled(workflowId: string, signal: SignalDefinition<[]>): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(signal);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
