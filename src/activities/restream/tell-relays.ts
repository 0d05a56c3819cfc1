// Tells cameras' workflows what has changed in the list: starts those that do not run, and ends those whose cameras are gone.
import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Relays } from '../../catalog/relay-types.ts';
import { relayWorkflowId } from '../../contract/ids.ts';
import { relayStart } from '../../contract/relay-start.ts';
import * as messages from '../../contract/restream-messages.ts';
import { inLanes } from './lanes.ts';
import type { CameraRevision, ChangedCameras } from './types.ts';

/** Told and noted together: what a crash tells twice. */
const batch = 20;
const lanes = 10;

/** Noted as told in small batches, so that a repeated activity tells few of them twice. A relay may be told twice: it connects anew. */
export async function tellRelays(
  { markTold, remove }: Pick<Relays, 'markTold' | 'remove'>,
  { added, changed, gone }: ChangedCameras,
): Promise<void> {
  const words = [
    ...[...added, ...changed].map((camera) => ({ camera, say: () => startOrSay(camera) })),
    ...gone.map((camera) => ({ camera, say: () => retire(camera, remove) })),
  ];
  for (let from = 0; from < words.length; from += batch) {
    const some = words.slice(from, from + batch);
    await inLanes(lanes, some, ({ say }) => say());
    await markTold(some.map(({ camera }) => camera));
  }
}

/** A row that is new or has changed may hold other credentials: they deserve a try. */
async function startOrSay({ cameraId }: CameraRevision): Promise<void> {
  await getClient().workflow.signalWithStart('restreamCamera', {
    ...relayStart(cameraId),
    signal: messages.credentialsChanged,
    signalArgs: [],
  });
}

/** One that came and went before it was told of has no workflow that could remove it. */
async function retire({ cameraId }: CameraRevision, remove: Relays['remove']): Promise<void> {
  try {
    await getClient().workflow.getHandle(relayWorkflowId(cameraId)).signal(messages.retire);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    await remove(cameraId);
  }
}
