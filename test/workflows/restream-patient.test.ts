// Failures that elsewhere end the work: the real activities, on a catalog that refuses, end no workflow of restream.
import { beforeAll, describe, expect, it } from 'vitest';
import { createLiveActivities } from '../../src/activities/index.ts';
import { createRestreamActivities } from '../../src/activities/restream/relay-light.ts';
import type { RestreamDeps } from '../../src/activities/restream/restream-deps.ts';
import * as messages from '../../src/contract/restream-messages.ts';
import { Fault } from '../../src/domain/fault.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { runRestream } from './restream-run.ts';
import type { RestreamStage } from './staged-restream.ts';

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
beforeAll(async () => {
  namespace = await ownNamespace();
});

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('ConfigInvalid', 'The key file does not open what is stored'));

const refusing = {
  relays: { get: refuse, fingerprints: refuse },
  relayServers: { get: refuse, list: refuse },
} as unknown as RestreamDeps['catalog'];

const deps = {
  catalog: refusing,
  settings: { engine: 'pull' },
  onCamerasChanged: () => {},
} as unknown as RestreamDeps;

type Handle = Pick<ReturnType<RestreamStage['relay']>, 'describe'>;

/** The activity that waits for its next try, with the seconds until it. */
async function waiting(handle: Handle) {
  const { raw } = await handle.describe();
  const one = raw.pendingActivities?.find(({ lastFailure }) => lastFailure);
  if (!one?.scheduledTime || !one.lastAttemptCompleteTime) return undefined;
  const at = ({ seconds }: { seconds?: unknown }): number => Number(seconds);
  return {
    name: one.activityType?.name,
    message: one.lastFailure?.message,
    isFinal: one.lastFailure?.applicationFailureInfo?.nonRetryable,
    waitSeconds: at(one.scheduledTime) - at(one.lastAttemptCompleteTime),
  };
}

async function expectPatience(handle: Handle, name: string): Promise<void> {
  const found = (await eventually(() => waiting(handle), { what: `${name} to wait` }))!;
  expect(found).toMatchObject({ name, message: expect.stringContaining('The key file does not open') });
  expect(found.isFinal).toBeFalsy();
  expect(found.waitSeconds).toBeGreaterThanOrEqual(29);
  expect(found.waitSeconds).toBeLessThanOrEqual(31);
  expect((await handle.describe()).status.name).toBe('RUNNING');
}

describe('a failure that is final elsewhere', () => {
  it('of placing lets the relay wait for its next try, listening', async () => {
    const activities = { light: createRestreamActivities(deps) };
    await runRestream({ namespace, cameras: ['a'], activities }, async ({ startRelay }) => {
      const relay = await startRelay({ cameraId: 'a' });
      await expectPatience(relay, 'placeRelay');
      await relay.signal(messages.stop);
      expect(await relay.query(messages.relayStatus)).toEqual({ cameraId: 'a', state: 'connecting' });
    });
  });

  it('of publishing lets the relay wait, and an order ends that at once', async () => {
    const { runRelay } = createLiveActivities(deps);
    await runRestream({ namespace, cameras: ['a'], activities: { live: { runRelay } } }, async (stage) => {
      const relay = await stage.startRelay({ cameraId: 'a' });
      await relay.executeUpdate(messages.setEngine, { args: [{ engine: 'ffmpeg' }] });
      await expectPatience(relay, 'runRelay');
      await relay.signal(messages.stop);
      await eventually(() => stage.state.relays.get('a')?.stopped === true);
    });
  });

  it('of watching or keeping lets supervisor and keeper wait, and orders are carried out', async () => {
    const { watchCameras, keepServer } = createLiveActivities(deps);
    const activities = { live: { watchCameras, keepServer } };
    await runRestream({ namespace, activities }, async (stage) => {
      const restream = await stage.startRestream();
      await expectPatience(restream, 'watchCameras');
      await restream.signal(messages.pauseRelays);
      await eventually(() => stage.state.paused);
      await expectPatience(restream, 'watchCameras');
      await expectPatience(await stage.startKeeper({ server: 'one' }), 'keepServer');
    });
  });
});
