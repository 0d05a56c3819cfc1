// Plans and camera-days that continue as new again and again: no end is lost or counted twice, no message is missed.
import type { Client } from '@temporalio/client';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { sendUpdate } from '../../src/client/send-update.ts';
import { cameraDayWorkflowId, planWorkflowId } from '../../src/contract/ids.ts';
import * as messages from '../../src/contract/plan-messages.ts';
import { fakeSettings, whole } from '../fakes/plan-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { runPlan } from './plan-run.ts';

// Hundreds of short workflows: half a minute on two idle cores.
vi.setConfig({ testTimeout: 180_000 });

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
beforeAll(async () => {
  namespace = await ownNamespace();
});

const cameras = Array.from({ length: 60 }, (_, index) => `cam-${index}`);

/** Runs of one workflow id, oldest first, by the events of each. */
async function runsOf(client: Client, workflowId: string): Promise<{ runId: string; events: number }[]> {
  const runs = [];
  let { runId } = await client.workflow.getHandle(workflowId).describe();
  for (;;) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift({ runId, events: events?.length ?? 0 });
    const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!before) return runs;
    runId = before;
  }
}

describe('a plan of many short sessions', () => {
  it('counts each of 60 camera-days once, with as few events a run as asked', async () => {
    const given = {
      namespace,
      cameras,
      segments: 1,
      windowSize: 8,
      settings: fakeSettings({ steps: ['download'] }),
      download: () => whole(),
      input: { sessionEvents: 60 },
    };
    await runPlan(given, async ({ client, handle, planId, state }) => {
      const result = await handle.result();
      expect(result).toMatchObject({
        state: 'complete',
        missingSeconds: 0,
        counts: { complete: 60, running: 0 },
      });
      expect(state.calls.filter((call) => call.startsWith('claim'))).toHaveLength(60);
      const runs = await runsOf(client, planWorkflowId(planId));
      expect(runs.length).toBeGreaterThanOrEqual(4);
      expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(200);
    });
  });

  it('misses nothing while messages pour in, and leaves no camera-day behind paused', async () => {
    let release: () => void = () => {};
    const poured = new Promise<void>((resolve) => (release = resolve));
    const given = {
      namespace,
      cameras,
      segments: 1,
      windowSize: 8,
      settings: fakeSettings({ steps: ['download'] }),
      download: async ({ cameraId }: { cameraId: string }) => {
        if (cameraId === 'cam-59') await poured;
        return whole();
      },
      input: { sessionEvents: 60 },
    };
    await runPlan(given, async ({ client, handle, planId, state }) => {
      const pour = async (send: (round: number) => Promise<unknown>): Promise<void> => {
        for (let round = 0; round < 50; round++) await send(round);
      };
      await Promise.all([
        pour(async (round) => {
          await handle.signal(messages.pause);
          await handle.signal(messages.resume);
          if (round % 10 === 0) await handle.query(messages.planProgress);
        }),
        pour((round) =>
          sendUpdate(handle, { update: messages.setTolerance, args: [{ gapToleranceSeconds: round }] }),
        ),
        pour((round) =>
          sendUpdate(handle, { update: messages.setTolerance, args: [{ gapToleranceSeconds: 100 + round }] }),
        ),
      ]);
      release();
      expect(await handle.result()).toMatchObject({
        state: 'complete',
        counts: { complete: 60, running: 0 },
      });
      expect(state.calls.filter((call) => call.startsWith('claim'))).toHaveLength(60);
      expect((await runsOf(client, planWorkflowId(planId))).length).toBeGreaterThanOrEqual(4);
    });
  });
});

describe('a camera-day of many short sessions', () => {
  it('downloads each segment once, keeps its sums, and is merged with the tolerance of its last message', async () => {
    const segments = 40;
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const given = {
      namespace,
      cameras: ['a'],
      segments,
      settings: fakeSettings({ gapToleranceSeconds: 0, maxDownloadAttempts: 1 }),
      download: async ({ startUnix }: { startUnix: number }) => {
        const index = (startUnix - 1_700_000_000) / 10;
        if (index === segments - 1) await held;
        return index === 3 ? { attempts: 1, missingSeconds: 4, toleranceWindowMissingSeconds: 4 } : whole();
      },
      mergeMissingSeconds: 4,
      input: { sessionEvents: 60 },
    };
    await runPlan(given, async ({ client, handle, planId, state }) => {
      await eventually(() => state.calls.filter((call) => call.startsWith('download')).length > 20);
      await sendUpdate(handle, { update: messages.setTolerance, args: [{ gapToleranceSeconds: 4 }] });
      release();
      expect(await handle.result()).toMatchObject({ state: 'incomplete', missingSeconds: 4 });
      expect(state.calls.filter((call) => call.startsWith('download'))).toHaveLength(segments);
      expect(state.calls.filter((call) => call === 'claim 0 none').length).toBeGreaterThanOrEqual(3);
      expect(state.calls).toContain('merge 0');
      const runs = await runsOf(client, cameraDayWorkflowId(planId, 'a-day'));
      expect(runs.length).toBeGreaterThanOrEqual(3);
      expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(140);
    });
  });
});
