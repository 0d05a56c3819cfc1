// The operator's word that the list is right, on a real Temporal server: owed until a list has been read with it, and carried out once.
import { describe, expect, it } from 'vitest';
import type { WatchRequest } from '../../src/activities/restream/types.ts';
import * as messages from '../../src/contract/restream-messages.ts';
import { eventually } from '../setup/eventually.ts';
import { detailsOf, requestsOf, runRestream, runsOf } from './restream-run.ts';
import type { RestreamStage } from './staged-restream.ts';

const watches = ({ state }: RestreamStage) => requestsOf<WatchRequest>(state, 'watchCameras');
const accepting = (stage: RestreamStage): number => watches(stage).filter(({ accept }) => accept).length;

/** It watches with its server kept, and shows what it was told last. */
async function begun(stage: RestreamStage, input: { sessionEvents?: number } = {}) {
  const restream = await stage.startRestream(input);
  await eventually(() => watches(stage).at(-1)?.servers.length === 1 && stage.state.watching === 1);
  return restream;
}

describe.concurrent('the word to accept the list', () => {
  it('outlives reads that fail, orders that break the watch off, and a continue-as-new', async () => {
    await runRestream({}, async (stage) => {
      const { state } = stage;
      const restream = await begun(stage, { sessionEvents: 60 });
      state.listAway = true;
      await eventually(() => watches(stage).at(-1)?.attention !== undefined && state.watching === 1);
      await restream.signal(messages.acceptList);
      await eventually(() => accepting(stage) === 1);
      for (const order of [messages.pauseRelays, messages.resumeRelays, messages.serversChanged]) {
        const before = watches(stage).length;
        await restream.signal(order);
        await eventually(() => watches(stage).length > before && state.watching === 1, { what: order.name });
        expect(watches(stage).at(-1)?.accept).toBe(true);
      }
      const { runId } = await restream.describe();
      const isNewRun = async (): Promise<boolean> => (await restream.describe()).runId !== runId;
      // Each order is waited for: a flood of them would keep the old run busy.
      while (!(await isNewRun())) {
        const before = watches(stage).length;
        await restream.signal(messages.serversChanged);
        await eventually(async () => watches(stage).length > before || (await isNewRun()));
      }
      await eventually(() => state.watching === 1 && watches(stage).at(-1)?.servers.length === 1);
      expect(await detailsOf(restream)).toContain('The next list that can be read is taken as it is.');
      const owed = accepting(stage);
      state.listAway = false;
      await eventually(() => watches(stage).at(-1)?.accept === false && state.watching === 1);
      expect(owed).toBeGreaterThan(3);
      expect(await detailsOf(restream)).not.toContain('is taken as it is');
      expect((await runsOf(stage.client, restream.workflowId)).length).toBeGreaterThan(1);
    });
  });

  it('is carried out once, and once more when it is said again', async () => {
    await runRestream({}, async (stage) => {
      const restream = await begun(stage);
      await restream.signal(messages.acceptList);
      await eventually(() => accepting(stage) === 1 && watches(stage).at(-1)?.accept === false);
      await restream.signal(messages.pauseRelays);
      await eventually(() => stage.state.paused && stage.state.watching === 1);
      expect(accepting(stage)).toBe(1);
      await restream.signal(messages.acceptList);
      await eventually(() => accepting(stage) === 2 && watches(stage).at(-1)?.accept === false);
    });
  });
});
