// The relay of one camera on a real Temporal server, with activities that answer as each test says: orders, reports, the end.
import { beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlaceRequest } from '../../src/activities/restream/types.ts';
import * as messages from '../../src/contract/restream-messages.ts';
import { fakeReport, type Instead } from '../fakes/restream-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { detailsOf, door, requestsOf, runRestream, stateOf, stillnessOf } from './restream-run.ts';
import type { RestreamStage } from './staged-restream.ts';

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
beforeAll(async () => {
  namespace = await ownNamespace();
});

const cameraId = 'cam 1';
const given = () => ({ namespace, cameras: [cameraId] });

const placings = ({ state }: RestreamStage) => requestsOf<PlaceRequest>(state, 'placeRelay');
const removals = ({ state }: RestreamStage) => requestsOf(state, 'removeRelay').length;

/** Starts it and waits until it is placed and has nothing left to do. */
async function placed(stage: RestreamStage) {
  const relay = await stage.startRelay({ cameraId });
  await eventually(
    async () => (await stillnessOf(relay)).workflowTask === undefined && placings(stage).length === 1,
  );
  await eventually(async () => (await relay.query(messages.relayStatus)).report?.epoch === 1);
  return relay;
}

describe('a relay', () => {
  it('is placed once, and then writes no event while nothing comes', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await placed(stage);
      const before = await stillnessOf(relay);
      expect(before).toMatchObject({ pending: 0, workflowTask: undefined, timers: 0 });
      await delay(2_000);
      expect(await stillnessOf(relay)).toEqual(before);
      expect(placings(stage)).toEqual([{ cameraId, stopped: false, forgive: false }]);
    });
  });

  it('shows what is reported in its state and details, and nothing of an older owner', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await placed(stage);
      expect(await stateOf(relay)).toBe('connecting');
      await relay.signal(
        messages.relayReported,
        fakeReport(3, {
          ...{ state: 'live', restarts: 7, bitsPerSecond: 2_130_000, viewUrl: 'rtsp://viewers/cam-1' },
          ...{ video: { codec: 'h264', width: 1280, height: 720 }, audio: { codec: 'aac' } },
        }),
      );
      await eventually(async () => (await stateOf(relay)) === 'live');
      const details = await detailsOf(relay);
      for (const words of [
        'cam 1: live',
        'h264 1280×720',
        'aac',
        '2.13 Mb/s',
        'rtsp://viewers/cam-1',
        '| 7 |',
      ])
        expect(details).toContain(words);

      const { historyLength } = await relay.describe();
      await relay.signal(messages.relayReported, fakeReport(2, { state: 'refused', reason: 'old' }));
      await eventually(async () => {
        const now = await stillnessOf(relay);
        return now.historyLength > historyLength && now.workflowTask === undefined;
      });
      expect(await detailsOf(relay)).toBe(details);
      expect(await stateOf(relay)).toBe('live');
      await relay.signal(messages.relayReported, fakeReport(3, { state: 'stalled', reason: 'no new byte' }));
      await eventually(async () => (await stateOf(relay)) === 'stalled');
      expect(await detailsOf(relay)).toContain('no new byte');
    });
  });

  it('takes what a keeper says of an epoch for newer than the answer that made the epoch', async () => {
    const { pass, open } = door();
    const instead: Instead = {
      placeRelay: async (usual, request) => {
        const answer = await usual(request);
        await pass;
        return answer;
      },
    };
    await runRestream({ ...given(), instead }, async (stage) => {
      const relay = await stage.startRelay({ cameraId });
      await eventually(() => stage.state.relays.get(cameraId)?.epoch === 1);
      await relay.signal(messages.relayReported, fakeReport(1, { state: 'live' }));
      await eventually(async () => (await stateOf(relay)) === 'live');
      open();
      await eventually(async () => (await stillnessOf(relay)).pending === 0);
      await eventually(async () => (await stillnessOf(relay)).workflowTask === undefined);
      expect(await stateOf(relay)).toBe('live');
    });
  });
});

describe('an order', () => {
  it.each([
    ['refresh', messages.refresh, { stopped: false, forgive: false }, 'connecting'],
    ['restart', messages.restart, { stopped: false, forgive: false }, 'connecting'],
    ['stop', messages.stop, { stopped: true, forgive: false }, 'stopped'],
    ['credentialsChanged', messages.credentialsChanged, { stopped: false, forgive: true }, 'connecting'],
  ] as const)('%s leads to exactly one placing, which says so', async (_, signal, asked, state) => {
    await runRestream(given(), async (stage) => {
      const relay = await placed(stage);
      await relay.signal(signal);
      await eventually(async () => (await relay.query(messages.relayStatus)).report?.epoch === 2);
      expect(placings(stage).slice(1)).toEqual([{ cameraId, ...asked }]);
      expect(await relay.query(messages.relayStatus)).toMatchObject({ cameraId, state });
      expect(await stillnessOf(relay)).toMatchObject({ pending: 0, timers: 0 });
      await relay.signal(messages.refresh);
      await eventually(async () => (await relay.query(messages.relayStatus)).report?.epoch === 3);
      expect(placings(stage).slice(2)).toEqual([{ cameraId, stopped: asked.stopped, forgive: false }]);
    });
  });

  it('to use an engine is answered, holds from then on, and another word than the two is refused', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await placed(stage);
      const answer = await relay.executeUpdate(messages.setEngine, { args: [{ engine: 'pull' }] });
      expect(answer).toEqual({ engine: 'pull' });
      await relay.signal(messages.stop);
      await eventually(async () => (await relay.query(messages.relayStatus)).report?.state === 'stopped');
      expect(placings(stage).at(-1)).toEqual({ cameraId, stopped: true, forgive: false, engine: 'pull' });
      const before = placings(stage).length;
      const refused = await relay
        .executeUpdate(messages.setEngine, { args: [{ engine: 'push' as 'pull' }] })
        .catch((error: unknown) => error);
      expect(refused).toMatchObject({
        cause: { type: 'InputInvalid', message: expect.stringContaining('pull, ffmpeg') },
      });
      expect(placings(stage)).toHaveLength(before);
    });
  });

  it('that comes while the relay is being placed is carried out next, once with all that came', async () => {
    const { pass, open } = door();
    const instead: Instead = { placeRelay: async (usual, request) => (await pass, usual(request)) };
    await runRestream({ ...given(), instead }, async (stage) => {
      const relay = await stage.startRelay({ cameraId });
      await eventually(() => placings(stage).length === 1);
      await relay.signal(messages.credentialsChanged);
      await relay.signal(messages.stop);
      await relay.executeUpdate(messages.setEngine, { args: [{ engine: 'ffmpeg' }] });
      open();
      await eventually(async () => (await relay.query(messages.relayStatus)).report?.epoch === 2);
      expect(placings(stage).slice(1)).toEqual([
        { cameraId, stopped: true, forgive: true, engine: 'ffmpeg' },
      ]);
      expect(await stillnessOf(relay)).toMatchObject({ pending: 0, timers: 0 });
      expect(placings(stage)).toHaveLength(2);
      expect(await stateOf(relay)).toBe('stopped');
    });
  });

  it('to stop outlasts reports of a picture that is still being taken down', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await placed(stage);
      await relay.signal(messages.stop);
      await eventually(async () => (await stateOf(relay)) === 'stopped');
      await relay.signal(messages.relayReported, fakeReport(2, { state: 'live' }));
      await relay.signal(messages.restart);
      await eventually(async () => (await stateOf(relay)) === 'connecting');
      const { events } = await relay.fetchHistory();
      expect(
        (events ?? []).filter((event) => event.upsertWorkflowSearchAttributesEventAttributes),
      ).toHaveLength(3);
    });
  });
});

describe('a relay whose camera is gone', () => {
  it('takes the relay out of the catalog once and ends, shown as stopped', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await placed(stage);
      await relay.signal(messages.relayReported, fakeReport(1, { state: 'live' }));
      stage.state.relays.get(cameraId)!.wanted = false;
      await relay.signal(messages.retire);
      await relay.result();
      expect(placings(stage)).toHaveLength(1);
      expect(removals(stage)).toBe(1);
      expect(stage.state.relays.size).toBe(0);
      expect(await stateOf(relay)).toBe('stopped');
      expect(await detailsOf(relay)).toContain('gone from the list');
    });
  });

  it('ends likewise when that comes while it is being placed', async () => {
    const { pass, open } = door();
    const instead: Instead = { placeRelay: async (usual, request) => (await pass, usual(request)) };
    await runRestream({ ...given(), instead }, async (stage) => {
      const relay = await stage.startRelay({ cameraId, sessionEvents: 1 });
      await eventually(() => placings(stage).length === 1);
      await relay.signal(messages.retire);
      open();
      await relay.result();
      expect([placings(stage).length, removals(stage)]).toEqual([1, 1]);
    });
  });

  it('ends when the catalog does not want it, without a word', async () => {
    await runRestream({ ...given(), cameras: [] }, async (stage) => {
      const relay = await stage.startRelay({ cameraId });
      await relay.result();
      expect([placings(stage).length, removals(stage)]).toEqual([1, 1]);
      expect(await stateOf(relay)).toBe('stopped');
    });
  });

  it('is placed again when the camera comes back while it is being taken out', async () => {
    const { pass, open } = door();
    const instead: Instead = {
      removeRelay: async (usual, request) => {
        await usual(request);
        await pass;
      },
    };
    await runRestream({ ...given(), instead }, async (stage) => {
      const relay = await placed(stage);
      await relay.executeUpdate(messages.setEngine, { args: [{ engine: 'pull' }] });
      stage.state.relays.get(cameraId)!.wanted = false;
      await relay.signal(messages.retire);
      await eventually(() => stage.state.relays.size === 0);
      stage.state.relays.set(cameraId, { wanted: true, revision: 9, toldRevision: 0, isNew: true, epoch: 9 });
      await relay.signal(messages.credentialsChanged);
      open();
      await eventually(async () => (await relay.query(messages.relayStatus)).report?.epoch === 10);
      expect(placings(stage).at(-1)).toEqual({ cameraId, stopped: false, forgive: true });
      expect(removals(stage)).toBe(1);
    });
  });
});
