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
    servers.map((server) => {
      const workflowId = relayServerWorkflowId(server);
      const start = () =>
        startChild<typeof restreamServer>('restreamServer', {
          ...abandoned,
          workflowId,
          args: [{ server }],
          staticSummary: `MediaMTX ${server}`,
          typedSearchAttributes: attributesOf('running'),
        });
      return startOrTell(start, () => signalled(workflowId, messages.refresh));
    }),
  );
}

/** Starts, refreshes and ends; what has been told is noted last, so that a crash tells it again. */
export async function tellCameras({
  added,
  changed,
  gone,
}: Pick<WatchOutcome, 'added' | 'changed' | 'gone'>) {
  const cameras = [...added, ...changed, ...gone];
  if (cameras.length === 0) return;
  await Promise.all([
    ...added.map((camera) =>
      startOrTell(
        () => startRelay(camera),
        () => tellChanged(camera),
      ),
    ),
    ...changed.map(async (camera) => {
      if (!(await tellChanged(camera)))
        await startOrTell(
          () => startRelay(camera),
          () => tellChanged(camera),
        );
    }),
    ...gone.map((camera) => retire(camera)),
  ]);
  await relayRows.markTold({ cameras });
}

const startRelay = ({ cameraId }: CameraRevision) =>
  startChild<typeof restreamCamera>('restreamCamera', {
    ...abandoned,
    workflowId: relayWorkflowId(cameraId),
    args: [{ cameraId }],
    staticSummary: cameraId,
    typedSearchAttributes: attributesOf('connecting', cameraId),
  });

/** A changed row may hold other credentials: they deserve a try. */
const tellChanged = ({ cameraId }: CameraRevision): Promise<boolean> =>
  signalled(relayWorkflowId(cameraId), messages.credentialsChanged);

/** One that came and went before it was told of has no workflow that could remove it. */
async function retire({ cameraId }: CameraRevision): Promise<void> {
  if (!(await signalled(relayWorkflowId(cameraId), messages.retire)))
    await relayRows.removeRelay({ cameraId });
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
