// The supervisor of all relays on a real Temporal server: what it starts, tells and ends, and the orders it carries out.
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { PlaceRequest, WatchRequest } from '../../src/activities/restream/types.ts';
import * as messages from '../../src/contract/restream-messages.ts';
import type { FakeRestreamState, Instead } from '../fakes/restream-activities.ts';
import { fakeRow } from '../fakes/restream-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { counted, detailsOf, door, requestsOf, runRestream, runsOf, stateOf } from './restream-run.ts';
import type { RestreamStage } from './staged-restream.ts';

const allTold = ({ relays }: FakeRestreamState): boolean =>
  [...relays.values()].every(({ revision, toldRevision }) => revision === toldRevision);

const placingsOf = ({ state }: RestreamStage, id: string) =>
  requestsOf<PlaceRequest>(state, 'placeRelay').filter(({ cameraId }) => cameraId === id);

const watches = ({ state }: RestreamStage) => requestsOf<WatchRequest>(state, 'watchCameras');

/** It watches, and all it knows of has been told. */
const watching = ({ state }: RestreamStage): Promise<boolean> =>
  eventually(() => state.watching === 1 && allTold(state));

/** It watches a list that it knows, with its servers kept. */
async function settled(stage: RestreamStage) {
  const restream = await stage.startRestream();
  await eventually(() => stage.state.keeping.length === stage.state.servers.length);
  await eventually(() => watches(stage).at(-1)?.servers.length === stage.state.servers.length);
  await watching(stage);
  return restream;
}

describe.concurrent('the supervisor', () => {
  it('starts a keeper a server and a workflow a camera, once, and then writes nothing', async () => {
    await runRestream({ cameras: ['a', 'b', 'c'], servers: ['one', 'two'] }, async (stage) => {
      const restream = await settled(stage);
      await eventually(() => ['a', 'b', 'c'].every((id) => placingsOf(stage, id).length === 1));
      expect(stage.state.keeping.toSorted()).toEqual(['one', 'two']);
      expect(await stateOf(stage.relay('a'))).toBe('connecting');
      const before = (await restream.describe()).historyLength;
      await eventually(() => watches(stage).length > 1);
      expect((await restream.describe()).historyLength).toBe(before);
      expect(requestsOf(stage.state, 'keepServer')).toHaveLength(2);
      expect(await restream.query(messages.restreamStatus)).toEqual({
        paused: false,
        servers: ['one', 'two'],
      });
      expect(await detailsOf(restream)).toContain('one, two');
    });
  });

  it('speaks to those that run already, and takes their rows for changed', async () => {
    await runRestream({ cameras: ['a', 'b'] }, async (stage) => {
      const relay = await stage.startRelay({ cameraId: 'a' });
      const keeper = await stage.startKeeper({ server: 'one' });
      await eventually(() => stage.state.keeping.length === 1 && placingsOf(stage, 'a').length === 1);
      const { runId } = await relay.describe();
      const keeperRun = (await keeper.describe()).runId;
      await settled(stage);
      await eventually(() => placingsOf(stage, 'a').length === 2 && placingsOf(stage, 'b').length === 1);
      expect(placingsOf(stage, 'a').map(({ forgive }) => forgive)).toEqual([false, true]);
      expect((await relay.describe()).runId).toBe(runId);
      expect((await keeper.describe()).runId).toBe(keeperRun);
      expect(requestsOf(stage.state, 'keepServer')).toHaveLength(1);
    });
  });

  it('tells 120 new cameras in pages, and tells a changed one without starting it', async () => {
    const cameras = Array.from({ length: 120 }, (_, index) => `cam-${index}`);
    await runRestream({ cameras }, async (stage) => {
      const restream = await stage.startRestream();
      await eventually(() => allTold(stage.state), { seconds: 120 });
      const pages = requestsOf<{ added: unknown[] }>(stage.state, 'tellRelays');
      expect(pages.map((page) => page.added.length)).toEqual([100, 20]);
      await eventually(() => requestsOf(stage.state, 'placeRelay').length === 120, { seconds: 120 });
      expect(Math.max(...(await runsOf(stage.client, restream.workflowId)))).toBeLessThan(2_000);
      const { runId } = await stage.relay('cam-7').describe();
      stage.state.relays.get('cam-7')!.revision += 1;
      await eventually(() => placingsOf(stage, 'cam-7').length === 2);
      expect(placingsOf(stage, 'cam-7').at(-1)).toMatchObject({ forgive: true });
      expect((await stage.relay('cam-7').describe()).runId).toBe(runId);
      await watching(stage);
    });
  });

  it('starts a changed camera whose workflow has ended, and ends those that are gone, with a workflow or without', async () => {
    await runRestream({ cameras: ['a', 'b'] }, async (stage) => {
      const { state } = stage;
      await settled(stage);
      await stage.relay('a').terminate();
      state.relays.get('a')!.revision += 1;
      await eventually(() => placingsOf(stage, 'a').length === 2);
      for (const id of ['a', 'b']) Object.assign(state.relays.get(id)!, { wanted: false, revision: 9 });
      state.relays.set('never-started', { ...fakeRow(), wanted: false });
      await eventually(() => state.relays.size === 0);
      await Promise.all(['a', 'b'].map((id) => stage.relay(id).result()));
      await watching(stage);
      const removed = requestsOf<{ cameraId: string }>(state, 'removeRelay').map(({ cameraId }) => cameraId);
      // The third had no workflow that could ask for it.
      expect(removed.toSorted()).toEqual(['a', 'b']);
    });
  });

  it('starts a camera that came back just as its workflow was ending', async () => {
    const { pass, open } = door();
    const instead: Instead = {
      removeRelay: async (usual, request) => {
        await usual(request);
        await pass;
      },
    };
    await runRestream({ cameras: ['a'], instead }, async (stage) => {
      const { state } = stage;
      await settled(stage);
      Object.assign(state.relays.get('a')!, { wanted: false, revision: 2 });
      await eventually(() => state.relays.size === 0);
      state.relays.set('a', { ...fakeRow(), revision: 5, epoch: 5 });
      await watching(stage);
      open();
      await eventually(() => state.relays.get('a')?.epoch === 6);
    });
  });

  it('begins the keeper of a server that was removed and added again, at a word about servers', async () => {
    await runRestream({ servers: ['one', 'two'] }, async (stage) => {
      const restream = await settled(stage);
      await stage.keeper('two').terminate();
      await eventually(() => stage.state.keeping.length === 1);
      await restream.signal(messages.serversChanged);
      await eventually(() => stage.state.keeping.length === 2);
      const kept = requestsOf<{ server: string }>(stage.state, 'keepServer').map(({ server }) => server);
      expect(kept.toSorted()).toEqual(['one', 'two', 'two']);
    });
  });

  it('shows what a person should look at, and that it is over', async () => {
    await runRestream({}, async (stage) => {
      const { state } = stage;
      const restream = await settled(stage);
      expect(await stateOf(restream)).toBe('running');
      state.attention = '40 of 60 cameras vanished at once.';
      await eventually(async () => (await stateOf(restream)) === 'attention');
      expect(await detailsOf(restream)).toContain('40 of 60 cameras vanished at once.');
      expect(await restream.query(messages.restreamStatus)).toMatchObject({ attention: state.attention });
      await eventually(() => watches(stage).at(-1)?.attention === state.attention);
      await restream.signal(messages.pauseRelays);
      await eventually(() => state.paused);
      expect(await stateOf(restream)).toBe('attention');
      delete state.attention;
      await eventually(async () => (await stateOf(restream)) === 'paused');
      expect(await detailsOf(restream)).not.toContain('vanished');
      // The watch is started anew with what it found; the status may show it first.
      await eventually(() => watches(stage).at(-1)?.attention === undefined);
    });
  });

  it('goes on when the watch fails for a while, and when somebody ends it for good', async () => {
    let failures = 3;
    const instead: Instead = {
      watchCameras: async (usual, request) => {
        failures -= 1;
        if (failures > 0) throw ApplicationFailure.create({ message: 'away', nextRetryDelay: 100 });
        if (failures === 0) throw ApplicationFailure.create({ message: 'by hand', nonRetryable: true });
        return await usual(request);
      },
    };
    await runRestream({ cameras: ['a'], instead }, async (stage) => {
      const restream = await stage.startRestream();
      await eventually(() => allTold(stage.state));
      expect((await restream.describe()).status.name).toBe('RUNNING');
      expect(watches(stage).slice(0, 4)).toEqual(Array(4).fill({ accept: false, servers: [] }));
    });
  });
});

describe.concurrent('an order to the supervisor', () => {
  // Alone: it says how soon an order is heard.
  it(
    'breaks off the watch, is carried out, and the watch begins again with the right request',
    { concurrent: false },
    async () => {
      await runRestream({}, async (stage) => {
        const { state } = stage;
        const restream = await settled(stage);
        const steps = [
          { word: messages.pauseRelays, paused: true, watch: { accept: false, servers: ['one'] } },
          { word: messages.acceptList, paused: true, watch: { accept: true, servers: ['one'] } },
          { word: messages.serversChanged, paused: true, watch: { accept: false, servers: [] } },
          { word: messages.resumeRelays, paused: false, watch: { accept: false, servers: ['one'] } },
        ];
        for (const { word, paused, watch } of steps) {
          const before = watches(stage).length;
          const settles = requestsOf(state, 'settleServers').length;
          const orderedMs = performance.now();
          await restream.signal(word);
          await eventually(() => watches(stage).length > before, { what: `a watch after ${word.name}` });
          expect(performance.now() - orderedMs).toBeLessThan(4_000);
          expect(watches(stage)[before]).toEqual(watch);
          expect(state.paused).toBe(paused);
          await eventually(() => watches(stage).at(-1)!.servers.length === 1 && state.watching === 1);
          expect(await restream.query(messages.restreamStatus)).toEqual({ paused, servers: ['one'] });
          const expected = word === messages.serversChanged ? 1 : 0;
          expect(requestsOf(state, 'settleServers').length - settles).toBe(expected);
        }
        expect(watches(stage).filter(({ accept }) => accept)).toHaveLength(1);
        expect(requestsOf(state, 'setRelaysPaused')).toEqual([{ paused: true }, { paused: false }]);
      });
    },
  );

  it('to pause does not wait for a watch that is slow to end', async () => {
    const { pass, open } = door();
    const instead: Instead = {
      watchCameras: async (usual, request) => {
        try {
          return await usual(request);
        } finally {
          if (watchesBegun++ > 1) await pass;
        }
      },
    };
    let watchesBegun = 0;
    await runRestream({ instead }, async (stage) => {
      const restream = await settled(stage);
      await restream.signal(messages.pauseRelays);
      await eventually(() => stage.state.paused);
      open();
      await watching(stage);
    });
  });

  it('that comes while another is carried out counts again', async () => {
    const { pass, open } = door();
    let settlings = 0;
    const instead: Instead = {
      settleServers: async () => {
        settlings += 1;
        if (settlings === 2) await pass;
        return { moved: 0 };
      },
    };
    await runRestream({ instead }, async (stage) => {
      const restream = await settled(stage);
      await eventually(() => settlings === 1);
      await restream.signal(messages.serversChanged);
      await eventually(() => settlings === 2);
      await restream.signal(messages.serversChanged);
      await restream.signal(messages.pauseRelays);
      await restream.signal(messages.acceptList);
      open();
      await eventually(() => settlings === 3 && stage.state.paused);
      await eventually(() => watches(stage).some(({ accept }) => accept));
    });
  });

  it('is heard in its order when it comes before the workflow has begun', async () => {
    const early = async ({ startRestream }: RestreamStage): Promise<void> => {
      const restream = await startRestream();
      await restream.signal(messages.resumeRelays);
      await restream.signal(messages.pauseRelays);
    };
    await runRestream({ early }, async (stage) => {
      await eventually(() => stage.state.keeping.length === 1);
      expect(requestsOf(stage.state, 'setRelaysPaused')).toEqual([{ paused: true }]);
    });
  });
});

describe.concurrent('a supervisor that continues as new', () => {
  it('keeps pause, attention and orders, and starts no second keeper', async () => {
    const keepers = counted('keepServer');
    const { pass, open } = door();
    let isHeld = false;
    const instead: Instead = {
      ...keepers.instead,
      settleServers: async () => {
        if (isHeld) await pass;
        return { moved: 0 };
      },
    };
    await runRestream({ cameras: ['a'], servers: ['one', 'two'], instead }, async (stage) => {
      const { client, state } = stage;
      state.attention = 'look here';
      const restream = await stage.startRestream({ sessionEvents: 120 });
      await eventually(async () => (await stateOf(restream)) === 'attention' && state.watching === 1);
      await restream.signal(messages.pauseRelays);
      await eventually(() => state.paused);
      isHeld = true;
      const { runId } = await restream.describe();
      for (let sent = 0; sent < 120; sent += 1) await restream.signal(messages.serversChanged);
      await restream.signal(messages.acceptList);
      open();
      await eventually(async () => (await restream.describe()).runId !== runId);
      await eventually(() => watches(stage).some(({ accept }) => accept));
      await eventually(() => watches(stage).at(-1)!.servers.length === 2 && state.watching === 1);
      expect(watches(stage).find(({ accept }) => accept)).toMatchObject({ attention: 'look here' });
      expect(watches(stage).filter(({ accept }) => accept)).toHaveLength(1);
      expect(await restream.query(messages.restreamStatus)).toEqual({
        ...{ paused: true, servers: ['one', 'two'], attention: 'look here' },
      });
      expect(await stateOf(restream)).toBe('attention');
      expect((await runsOf(client, restream.workflowId)).length).toBe(2);
      expect(keepers.most()).toBe(2);
      expect(requestsOf(state, 'keepServer')).toHaveLength(2);
      expect(placingsOf(stage, 'a')).toHaveLength(1);
    });
  });
});

describe.concurrent('a supervisor that is cancelled', () => {
  it('leaves relays and keepers as they are, and one started later takes them over', async () => {
    await runRestream({ cameras: ['a'] }, async (stage) => {
      const { state } = stage;
      const restream = await settled(stage);
      await restream.cancel();
      await expect(restream.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(state.watching).toBe(0);
      expect(state.keeping).toEqual(['one']);
      expect((await stage.relay('a').describe()).status.name).toBe('RUNNING');
      state.relays.set('b', fakeRow());
      await settled(stage);
      await eventually(() => placingsOf(stage, 'b').length === 1);
      expect(placingsOf(stage, 'a')).toHaveLength(1);
      expect(requestsOf(state, 'keepServer')).toHaveLength(1);
    });
  });

  it('leaves a pause in force, and one started later shows nothing else', async () => {
    const { pass, open } = door();
    const readPause: Instead['readPause'] = async (usual, request) => {
      await pass;
      return await usual(request);
    };
    await runRestream({ instead: { readPause } }, async (stage) => {
      stage.state.paused = true;
      const restream = await stage.startRestream();
      await eventually(() => requestsOf(stage.state, 'readPause').length === 1);
      expect(await stateOf(restream)).toBeUndefined();
      open();
      await eventually(() => watches(stage).length > 0);
      expect(await restream.query(messages.restreamStatus)).toMatchObject({ paused: true });
      expect(await stateOf(restream)).toBe('paused');
      const { events } = await restream.fetchHistory();
      const shown = events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes);
      // The mark of a changed workflow is written as an attribute as well.
      expect(shown?.length).toBeLessThanOrEqual(2);
      expect(requestsOf(stage.state, 'setRelaysPaused')).toEqual([]);
    });
  });

  it('carries out a pause that was ordered before', async () => {
    const early = async ({ startRestream }: RestreamStage): Promise<void> => {
      const restream = await startRestream();
      await restream.signal(messages.pauseRelays);
      await restream.cancel();
    };
    await runRestream({ early }, async (stage) => {
      await eventually(() => stage.state.paused);
      expect(requestsOf(stage.state, 'watchCameras')).toEqual([]);
    });
  });
});
