// A relay's long activity on a real Temporal server: begun, cancelled by orders, begun again; and what a cancelled workflow leaves behind.
import { beforeAll, describe, expect, it } from 'vitest';
import type { PlaceRequest } from '../../src/activities/restream/types.ts';
import * as messages from '../../src/contract/restream-messages.ts';
import type { Instead } from '../fakes/restream-activities.ts';
import { fakeReport } from '../fakes/restream-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { counted, door, requestsOf, runRestream, stateOf, stillnessOf } from './restream-run.ts';
import type { RestreamStage } from './staged-restream.ts';

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
beforeAll(async () => {
  namespace = await ownNamespace();
});

const cameraId = 'cam-1';
const given = () => ({ namespace, cameras: [cameraId] });

const placings = ({ state }: RestreamStage) => requestsOf<PlaceRequest>(state, 'placeRelay');
const namesOf = ({ state }: RestreamStage) => state.calls.map(({ name }) => name);

/** A relay of engine ffmpeg whose activity runs. */
async function published(stage: RestreamStage) {
  const relay = await stage.startRelay({ cameraId });
  await relay.executeUpdate(messages.setEngine, { args: [{ engine: 'ffmpeg' }] });
  await eventually(() => stage.state.publishing.has(cameraId));
  return relay;
}

/** The activity ends only when the door is open, whatever it is told. */
function slowEnd(): { instead: Instead; open: () => void; ended: () => boolean } {
  const { pass, open } = door();
  let hasEnded = false;
  const instead: Instead = {
    runRelay: async (usual, request) => {
      try {
        return await usual(request);
      } finally {
        await pass;
        hasEnded = true;
      }
    },
  };
  return { instead, open, ended: () => hasEnded };
}

describe('a relay of engine ffmpeg', () => {
  it('has one activity that runs on while nothing comes, and no timer', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await published(stage);
      await relay.signal(messages.relayReported, fakeReport(9, { state: 'live', engine: 'ffmpeg' }));
      await eventually(async () => (await stateOf(relay)) === 'live');
      expect(await stillnessOf(relay)).toMatchObject({ pending: 1, workflowTask: undefined, timers: 0 });
      expect(requestsOf(stage.state, 'runRelay')).toEqual([{ cameraId }]);
    });
  });

  it.each([
    ['restart', messages.restart, 'ffmpeg'],
    ['stop', messages.stop, undefined],
  ] as const)('ends its activity before %s is carried out', async (_, signal, after) => {
    const { instead, open, ended } = slowEnd();
    await runRestream({ ...given(), instead }, async (stage) => {
      const relay = await published(stage);
      const before = placings(stage).length;
      await relay.signal(signal);
      await eventually(() => !stage.state.publishing.has(cameraId));
      expect(ended()).toBe(false);
      expect(placings(stage)).toHaveLength(before);
      open();
      await eventually(() => placings(stage).length === before + 1);
      expect(ended()).toBe(true);
      if (after) await eventually(() => stage.state.publishing.has(cameraId));
      else await eventually(async () => (await stateOf(relay)) === 'stopped');
      expect(await stillnessOf(relay)).toMatchObject({ pending: after ? 1 : 0, timers: 0 });
      expect(placings(stage)).toHaveLength(before + 1);
    });
  });

  it('has none any more when it is switched back to pull', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await published(stage);
      await relay.executeUpdate(messages.setEngine, { args: [{ engine: 'pull' }] });
      await eventually(async () => (await relay.query(messages.relayStatus)).report?.engine === 'pull');
      expect(stage.state.publishing.size).toBe(0);
      expect(await stillnessOf(relay)).toMatchObject({ pending: 0, timers: 0 });
    });
  });

  it('is placed and begun again after a pause when its activity ends by itself', async () => {
    await runRestream(given(), async (stage) => {
      await published(stage);
      const before = placings(stage).length;
      stage.state.publishing.get(cameraId)!();
      const endedMs = performance.now();
      await eventually(() => stage.state.publishing.has(cameraId) && placings(stage).length === before + 1);
      expect(performance.now() - endedMs).toBeGreaterThan(4_000);
      expect(namesOf(stage).slice(-3)).toEqual(['runRelay', 'placeRelay', 'runRelay']);
    });
  });

  it('carries out at once what is ordered within that pause', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await published(stage);
      const before = placings(stage).length;
      stage.state.publishing.get(cameraId)!();
      await eventually(async () => (await stillnessOf(relay)).timers === 1);
      const orderedMs = performance.now();
      await relay.signal(messages.stop);
      await eventually(async () => (await stateOf(relay)) === 'stopped');
      expect(performance.now() - orderedMs).toBeLessThan(4_000);
      expect(placings(stage)).toHaveLength(before + 1);
    });
  });

  it('goes on when its activity fails for good by somebody’s hand', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await published(stage);
      const { raw } = await relay.describe();
      const { activityId } = raw.pendingActivities![0]!;
      const { client } = stage;
      await client.workflowService.respondActivityTaskFailedById({
        ...{ namespace: namespace.namespace, workflowId: relay.workflowId, activityId: activityId! },
        failure: { message: 'by hand', applicationFailureInfo: { type: 'Hand', nonRetryable: true } },
      });
      await relay.signal(messages.stop);
      await eventually(async () => (await stateOf(relay)) === 'stopped');
      expect((await relay.describe()).status.name).toBe('RUNNING');
    });
  });

  it.each(['while it runs', 'in the pause after it'])('ends with its camera, %s', async (when) => {
    await runRestream(given(), async (stage) => {
      const relay = await published(stage);
      stage.state.relays.get(cameraId)!.wanted = false;
      if (when !== 'while it runs') {
        stage.state.publishing.get(cameraId)!();
        await eventually(async () => (await stillnessOf(relay)).timers === 1);
      }
      await relay.signal(messages.retire);
      await relay.result();
      expect(stage.state.publishing.size).toBe(0);
      expect(requestsOf(stage.state, 'removeRelay')).toEqual([{ cameraId }]);
      expect(namesOf(stage).at(-1)).toBe('removeRelay');
    });
  });
});

describe('a relay whose workflow is cancelled', () => {
  it('is taken down, stays in the catalog as stopped, and comes up again when it is started', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await published(stage);
      await relay.cancel();
      await expect(relay.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(stage.state.publishing.size).toBe(0);
      expect(placings(stage).at(-1)).toEqual({ cameraId, stopped: true, forgive: false, engine: 'ffmpeg' });
      expect(stage.state.relays.get(cameraId)).toMatchObject({ wanted: true, stopped: true });
      expect(requestsOf(stage.state, 'removeRelay')).toEqual([]);
      expect(await stateOf(relay)).toBe('stopped');
      const again = await stage.startRelay({ cameraId });
      await eventually(async () => (await again.query(messages.relayStatus)).report?.state === 'connecting');
      expect(stage.state.relays.get(cameraId)).toMatchObject({ stopped: false });
    });
  });

  it('is taken down as well while it waits, and while it is being placed', async () => {
    const { pass, open } = door();
    const instead: Instead = { placeRelay: async (usual, request) => (await pass, usual(request)) };
    await runRestream({ ...given(), instead }, async (stage) => {
      const relay = await stage.startRelay({ cameraId });
      await eventually(() => placings(stage).length === 1);
      await relay.cancel();
      open();
      await expect(relay.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(placings(stage).map(({ stopped }) => stopped)).toEqual([false, true]);
      const waiting = await stage.startRelay({ cameraId });
      await eventually(
        async () => (await waiting.query(messages.relayStatus)).report?.state === 'connecting',
      );
      await waiting.cancel();
      await expect(waiting.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(stage.state.relays.get(cameraId)).toMatchObject({ stopped: true });
    });
  });

  it('is taken out of the catalog when its camera is gone', async () => {
    await runRestream(given(), async (stage) => {
      const relay = await published(stage);
      stage.state.relays.get(cameraId)!.wanted = false;
      await relay.cancel();
      await expect(relay.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(stage.state.relays.size).toBe(0);
    });
  });
});

describe('a keeper', () => {
  it('ends when the catalog no longer names its server, and writes nothing before', async () => {
    await runRestream({ namespace, servers: ['one', 'two'] }, async (stage) => {
      const keeper = await stage.startKeeper({ server: 'two' });
      await eventually(() => stage.state.keeping.includes('two'));
      expect(await stillnessOf(keeper)).toMatchObject({ pending: 1, timers: 0 });
      stage.state.servers = ['one'];
      await keeper.result();
      expect(requestsOf(stage.state, 'keepServer')).toEqual([{ server: 'two' }]);
    });
  });

  it('begins again when it was spoken to meanwhile and its server is named anew', async () => {
    const { pass, open } = door();
    let isFirst = true;
    const instead: Instead = {
      keepServer: async (usual, request) => {
        await usual(request);
        if (isFirst) await pass;
        isFirst = false;
      },
    };
    await runRestream({ namespace, servers: ['one'], instead }, async (stage) => {
      const keeper = await stage.startKeeper({ server: 'one' });
      await eventually(() => stage.state.keeping.length === 1);
      stage.state.servers = [];
      await eventually(() => stage.state.keeping.length === 0);
      stage.state.servers = ['one'];
      await keeper.signal(messages.refresh);
      open();
      await eventually(() => stage.state.keeping.length === 1);
      expect(requestsOf(stage.state, 'keepServer')).toHaveLength(2);
    });
  });

  it('continues as new after many words, with one activity at a time', async () => {
    const { instead, most } = counted('keepServer');
    await runRestream({ namespace, servers: ['one'], instead }, async (stage) => {
      const keeper = await stage.startKeeper({ server: 'one', sessionEvents: 40 });
      const { runId } = await keeper.describe();
      await eventually(() => stage.state.keeping.length === 1);
      await eventually(async () => {
        await keeper.signal(messages.refresh);
        return (await keeper.describe()).runId !== runId;
      });
      await eventually(() => stage.state.keeping.length === 1);
      expect(most()).toBe(1);
      stage.state.servers = [];
      await keeper.result();
    });
  });
});
