// The relay of one camera: placed when an order came, and otherwise waiting for words without a timer.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  sleep,
} from '@temporalio/workflow';
import type { RelayInput } from '../../contract/restream-messages.ts';
import { live, relayRows } from '../proxies.ts';
import { sessionIsLong } from '../session.ts';
import { believe, listenToRelay, openRelay, sessionOf, showRelay, type RunningRelay } from './relay-state.ts';

/** Ends when the camera is gone from the list. */
export async function restreamCamera(input: RelayInput): Promise<void> {
  const relay = openRelay(input);
  listenToRelay(relay);
  showRelay(relay);
  while (!relay.retired && (relay.placed !== undefined || (await place(relay)))) {
    if (sessionIsLong(input)) return await continueInNewSession(input, relay);
    if (relay.placed === 'ffmpeg' && !relay.stopped) await publish(input, relay);
    else await condition(() => relay.placed === undefined || sessionIsLong(input));
  }
  await relayRows.removeRelay({ cameraId: relay.cameraId });
  await condition(allHandlersFinished);
}

/** Carries out what was ordered so far; false when the camera is gone. An order that comes meanwhile is carried out next. */
async function place(relay: RunningRelay): Promise<boolean> {
  const { cameraId, engine, forgive, orders, stopped } = relay;
  relay.forgive = false;
  const placed = await relayRows.placeRelay({
    ...{ cameraId, stopped, forgive },
    ...(engine === undefined ? {} : { engine }),
  });
  believe(relay, placed.report);
  if (relay.orders === orders) relay.placed = placed.engine;
  return placed.wanted;
}

/** How long a relay waits that gave itself up without an order: its row was taken by somebody else. */
const pauseSeconds = 5;

/** One activity until the next order. Its tries and failures cost no history. */
async function publish(input: RelayInput, relay: RunningRelay): Promise<void> {
  const isOver = (): boolean => relay.placed === undefined || sessionIsLong(input);
  const scope = new CancellationScope();
  let ended = false;
  const publishing = scope
    .run(() => live.runRelay({ cameraId: relay.cameraId }))
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    })
    .finally(() => (ended = true));
  await condition(() => ended || isOver());
  scope.cancel();
  await publishing;
  if (isOver()) return;
  await sleep(pauseSeconds * 1000);
  delete relay.placed;
}

async function continueInNewSession(input: RelayInput, relay: RunningRelay): Promise<void> {
  await condition(allHandlersFinished);
  await makeContinueAsNewFunc<typeof restreamCamera>()({ ...input, session: sessionOf(relay) });
}
