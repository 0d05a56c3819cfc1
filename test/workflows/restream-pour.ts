// Signals poured over one relay in bursts, far faster than it can place, while it continues as new all the time: what must hold at every lull.
import type { PlaceRequest } from '../../src/activities/restream/types.ts';
import * as messages from '../../src/contract/restream-messages.ts';
import { fakeReport } from '../fakes/restream-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { requestsOf, runsOf } from './restream-run.ts';
import type { RestreamStage } from './staged-restream.ts';

export interface Poured {
  /** Placings that forgave, of as many bursts with exactly one such word each. */
  forgave: number;
  bursts: number;
  /** Events of each run, oldest first. */
  runs: number[];
}

const cameraId = 'cam-1';

/** After each burst the relay must stand as the burst's last order says; rejects when it does not within half a minute. */
export async function pour(
  stage: RestreamStage,
  { signals, burst }: { signals: number; burst: number },
): Promise<Poured> {
  const { client, state } = stage;
  const relay = await stage.startRelay({ cameraId, sessionEvents: 40 });
  const bursts = Math.ceil(signals / burst);
  for (let round = 0; round < bursts; round += 1) {
    const mixed = [messages.refresh, messages.restart, messages.stop];
    const words = Array.from({ length: burst - 2 }, (_, index) =>
      index % 4 === 3
        ? relay.signal(messages.relayReported, fakeReport(1_000_000 + round, { restarts: round }))
        : relay.signal(mixed[index % 4]!),
    );
    await Promise.all([...words, relay.signal(messages.credentialsChanged)]);
    const stops = round % 2 === 0;
    await relay.signal(stops ? messages.stop : messages.restart);
    const what = `burst ${round} to be carried out`;
    await eventually(() => isCalm(stage, { stops, forgave: round + 1 }), { what });
  }
  const forgave = requestsOf<PlaceRequest>(state, 'placeRelay').filter(({ forgive }) => forgive).length;
  return { forgave, bursts, runs: await runsOf(client, relay.workflowId) };
}

/** Nothing under way, and the relay as it was asked for last. */
async function isCalm(
  { relay, state }: RestreamStage,
  { stops, forgave }: { stops: boolean; forgave: number },
): Promise<boolean> {
  const placings = requestsOf<PlaceRequest>(state, 'placeRelay');
  if (placings.filter(({ forgive }) => forgive).length < forgave) return false;
  const { raw } = await relay(cameraId).describe();
  const isIdle = !raw.pendingWorkflowTask && (raw.pendingActivities ?? []).length === 0;
  return isIdle && state.relays.get(cameraId)?.stopped === stops && placings.at(-1)?.stopped === stops;
}
