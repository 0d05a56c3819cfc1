// The supervisor's children: a keeper a server, a workflow a camera, all abandoned, all spoken to by id.
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';
import type { CameraRevision, WatchOutcome } from '../../activities/restream/types.ts';
import { relayServerWorkflowId, relayWorkflowId } from '../../contract/ids.ts';
import * as messages from '../../contract/restream-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { relayRows } from '../proxies.ts';
import type { restreamServer } from './keep-server.ts';
import type { restreamCamera } from './relay.ts';

const abandoned = {
  parentClosePolicy: ParentClosePolicy.ABANDON,
  cancellationType: ChildWorkflowCancellationType.ABANDON,
} as const;

const attributesOf = (state: string, cameraId?: string) => [
  { key: searchAttributes.capability, value: 'restream' },
  { key: searchAttributes.state, value: state },
  ...(cameraId === undefined ? [] : [{ key: searchAttributes.camera, value: cameraId }]),
];

export async function startKeepers(servers: readonly string[]): Promise<void> {
  await Promise.all(
    servers.map((server) =>
      startOrJoin(() =>
        startChild<typeof restreamServer>('restreamServer', {
          ...abandoned,
          workflowId: relayServerWorkflowId(server),
          args: [{ server }],
          staticSummary: `MediaMTX ${server}`,
          typedSearchAttributes: attributesOf('running'),
        }),
      ),
    ),
  );
}

/** Starts, refreshes and ends; what has been told is noted last, so that a crash tells it again. */
export async function tellCameras({ added, changed, gone }: WatchOutcome): Promise<void> {
  const wanted = [...added, ...changed];
  if (wanted.length + gone.length === 0) return;
  await Promise.all([
    ...wanted.map((camera) => startOrRefresh(camera)),
    ...gone.map(({ cameraId }) => retire(cameraId)),
  ]);
  await relayRows.markTold({ cameras: [...wanted, ...gone] });
}

/** A camera's workflow may have been started before, or have ended: both are met. */
async function startOrRefresh({ cameraId }: CameraRevision): Promise<void> {
  const started = await startOrJoin(() =>
    startChild<typeof restreamCamera>('restreamCamera', {
      ...abandoned,
      workflowId: relayWorkflowId(cameraId),
      args: [{ cameraId }],
      staticSummary: cameraId,
      typedSearchAttributes: attributesOf('connecting', cameraId),
    }),
  );
  // A changed row may hold other credentials: they deserve a try.
  if (!started) await signalRelay(cameraId, messages.credentialsChanged);
}

async function startOrJoin(start: () => Promise<unknown>): Promise<boolean> {
  try {
    await start();
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** One that came and went before it was told of has no workflow that could remove it. */
async function retire(cameraId: string): Promise<void> {
  if (!(await signalRelay(cameraId, messages.retire))) await relayRows.removeRelay({ cameraId });
}

/** False: no workflow of that relay runs. */
async function signalRelay(cameraId: string, signal: SignalDefinition<[]>): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(relayWorkflowId(cameraId)).signal(signal);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
