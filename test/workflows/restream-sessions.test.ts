// Relays that continue as new again and again: no word is lost, nothing is placed or begun twice, and no history grows.
import { describe, expect, it } from 'vitest';
import type { PlaceRequest } from '../../src/activities/restream/types.ts';
import * as messages from '../../src/contract/restream-messages.ts';
import { fakeReport } from '../fakes/restream-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { pour } from './restream-pour.ts';
import type { RestreamStage } from './staged-restream.ts';
import { counted, detailsOf, requestsOf, runRestream, runsOf, stateOf } from './restream-run.ts';

const cameraId = 'cam-1';
const given = () => ({ cameras: [cameraId] });

describe.concurrent('a relay whose first words come before its workflow has begun', () => {
  it.each([
    { words: [messages.stop, messages.restart], stopped: false },
    { words: [messages.restart, messages.stop], stopped: true },
  ])('hears them in their order: $words.0.name, then $words.1.name', async ({ words, stopped }) => {
    const early = async ({ startRelay }: RestreamStage): Promise<void> => {
      const relay = await startRelay({ cameraId });
      for (const word of words) await relay.signal(word);
    };
    await runRestream({ ...given(), early }, async ({ state }) => {
      await eventually(() => state.relays.get(cameraId)?.epoch === 1);
      expect(requestsOf(state, 'placeRelay')).toEqual([{ cameraId, stopped, forgive: false }]);
    });
  });
});

describe.concurrent('a relay of many short sessions', () => {
  it('loses none of 1,000 signals in bursts, and no session outgrows its burst', async () => {
    const burst = 100;
    await runRestream(given(), async (stage) => {
      const { forgave, bursts, runs } = await pour(stage, { signals: 1_000, burst });
      expect(forgave).toBe(bursts);
      expect(runs.length).toBeGreaterThan(bursts / 2);

      expect(Math.max(...runs)).toBeLessThan(200);
    });
  });

  it('carries out what is ordered around a continue-as-new, and answers it', async () => {
    await runRestream(given(), async (stage) => {
      const { client, state } = stage;
      const relay = await stage.startRelay({ cameraId, sessionEvents: 40 });
      for (let round = 0; round < 30; round += 1) {
        const engine = round % 3 === 0 ? 'ffmpeg' : 'pull';
        const word = round % 2 === 0 ? messages.stop : messages.restart;
        const reports = Array.from({ length: round % 5 }, () =>
          relay.signal(messages.relayReported, fakeReport(5_000, { state: 'waiting' })),
        );
        const [answer] = await Promise.all([
          relay.executeUpdate(messages.setEngine, { args: [{ engine }] }),
          relay.signal(word),
          ...reports,
        ]);
        expect(answer).toEqual({ engine });
        const stopped = round % 2 === 0;
        await eventually(() => {
          const last = requestsOf<PlaceRequest>(state, 'placeRelay').at(-1);
          return last?.stopped === stopped && last.engine === engine;
        });
      }
      expect((await runsOf(client, relay.workflowId)).length).toBeGreaterThanOrEqual(8);
    });
  });

  it('keeps report, engine and state, and neither places nor publishes twice', async () => {
    const { instead, most } = counted('runRelay');
    await runRestream({ ...given(), instead }, async (stage) => {
      const { client, state } = stage;
      const relay = await stage.startRelay({ cameraId, sessionEvents: 40 });
      await relay.executeUpdate(messages.setEngine, { args: [{ engine: 'ffmpeg' }] });
      await eventually(() => state.publishing.size === 1);
      const before = requestsOf(state, 'placeRelay').length;
      for (let restarts = 0; restarts < 60; restarts += 1)
        await relay.signal(
          messages.relayReported,
          fakeReport(50, { state: restarts % 2 ? 'live' : 'waiting', restarts, engine: 'ffmpeg' }),
        );
      await eventually(async () => (await relay.query(messages.relayStatus)).report?.restarts === 59);
      await eventually(async () => (await stateOf(relay)) === 'live');
      expect(await detailsOf(relay)).toContain('cam-1: live');
      expect((await runsOf(client, relay.workflowId)).length).toBeGreaterThanOrEqual(2);
      await eventually(() => state.publishing.size === 1);
      expect(most()).toBe(1);
      expect(requestsOf(state, 'placeRelay')).toHaveLength(before);
      await relay.signal(messages.refresh);
      await eventually(() => requestsOf(state, 'placeRelay').length === before + 1);
      expect(requestsOf<PlaceRequest>(state, 'placeRelay').at(-1)).toMatchObject({ engine: 'ffmpeg' });
    });
  });
});
