// The relay of one camera: placed when an order came, and otherwise waiting for words without a timer.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
} from '@temporalio/workflow';
import type { RelayInput } from '../../contract/restream-messages.ts';
import { live, relayRows } from '../proxies.ts';
import { sessionIsLong } from '../session.ts';
import { pauseSeconds, runLive } from './live-run.ts';
import {
  believe,
  listenToRelay,
  openRelay,
  sessionOf,
  showDown,
  showRelay,
  type RunningRelay,
} from './relay-state.ts';

/** Ends when the camera is gone from the list. Cancelled, it takes the relay down first: it stays down until a workflow is started again. */
export async function restreamCamera(input: RelayInput): Promise<void> {
  const relay = openRelay(input);
  listenToRelay(relay);
  showRelay(relay);
  try {
    do await keepUp(input, relay);
    while (!(await forget(relay)));
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => takeDown(relay));
    throw error;
  }
}

/** Until the camera is gone. */
async function keepUp(input: RelayInput, relay: RunningRelay): Promise<void> {
  while (!relay.retired && (relay.placed !== undefined || (await place(relay)))) {
    if (!relay.retired && sessionIsLong(input)) await continueInNewSession(input, relay);
    if (relay.placed === 'ffmpeg' && !relay.stopped) await publish(input, relay);
    else await condition(() => relay.placed === undefined || sessionIsLong(input));
  }
}

/** Carries out what was ordered so far; false when the camera is gone. An order that comes meanwhile is carried out next. */
async function place(relay: RunningRelay): Promise<boolean> {
  const { orders } = relay;
  const placed = await relayRows.placeRelay(placeRequest(relay));
  // A keeper may have been quicker: what it says of the same epoch is newer.
  if (placed.epoch > (relay.report?.epoch ?? 0)) believe(relay, placed.report);
  if (relay.orders === orders) relay.placed = placed.engine;
  return placed.wanted;
}

function placeRequest(relay: RunningRelay) {
  const { cameraId, engine, forgive, stopped } = relay;
  relay.forgive = false;
  return { cameraId, stopped, forgive, ...(engine === undefined ? {} : { engine }) };
}

/** One activity until the next order. Its tries and failures cost no history. One that ends by itself lost its row to somebody else. */
async function publish(input: RelayInput, relay: RunningRelay): Promise<void> {
  const { cameraId } = relay;
  const isDue = (): boolean => relay.placed === undefined || sessionIsLong(input);
  await runLive({ start: () => live.runRelay({ cameraId }), isDue });
  if (isDue() || (await condition(isDue, pauseSeconds * 1000))) return;
  delete relay.placed;
}

/** False when it was ordered something meanwhile: the camera is back, and whoever brings it takes this workflow for its own. */
async function forget(relay: RunningRelay): Promise<boolean> {
  const { cameraId, orders } = relay;
  Object.assign(relay, { retired: false, stopped: false });
  delete relay.engine;
  await relayRows.removeRelay({ cameraId });
  await condition(allHandlersFinished);
  if (relay.orders !== orders) return false;
  showDown(relay, 'The camera is gone from the list.');
  return true;
}

/** What a cancelled workflow leaves behind: a row that says so, and nothing that runs. */
async function takeDown(relay: RunningRelay): Promise<void> {
  const { cameraId } = relay;
  relay.stopped = true;
  const isWanted = !relay.retired && (await relayRows.placeRelay(placeRequest(relay))).wanted;
  if (!isWanted || relay.retired) await relayRows.removeRelay({ cameraId });
  showDown(relay, 'The workflow was cancelled.');
}

async function continueInNewSession(input: RelayInput, relay: RunningRelay): Promise<void> {
  await condition(allHandlersFinished);
  await makeContinueAsNewFunc<typeof restreamCamera>()({ ...input, session: sessionOf(relay) });
}
