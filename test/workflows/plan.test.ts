// The plan and camera-day workflows on a real Temporal server, with activities that answer as each test says.
import { WorkflowFailedError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { cameraDayWorkflowId } from '../../src/contract/ids.ts';
import * as messages from '../../src/contract/plan-messages.ts';
import { activityFault, fakeSettings, whole } from '../fakes/plan-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { runPlan } from './plan-run.ts';

const withGap = (attempts: number, seconds = 4) => ({
  attempts,
  missingSeconds: seconds,
  toleranceWindowMissingSeconds: seconds,
});

describe.concurrent('a plan', () => {
  it('downloads, merges, exports and sweeps every camera-day, in that order', async () => {
    const given = {
      cameras: ['a', 'b', 'c'],
      segments: 3,
      settings: fakeSettings(),
      download: () => whole(),
    };
    await runPlan(given, async ({ handle, state }) => {
      const result = await handle.result();
      expect(result).toMatchObject({ state: 'complete', missingSeconds: 0 });
      expect(result.counts.complete).toBe(3);
      expect(state.days.map((day) => day.state)).toEqual(['complete', 'complete', 'complete']);
      const ofFirst = state.calls.filter((call) => / 0\b/.test(call)).map((call) => call.split(' ')[0]);
      expect(ofFirst).toEqual(['claim', 'merge', 'export', 'sweep']);
    });
  });

  it('gives a segment with gaps its attempts and no more', async () => {
    const download = ({ attempt }: { attempt: number }) => withGap(attempt);
    const given = {
      cameras: ['a'],
      segments: 1,
      settings: fakeSettings(),
      download,
      mergeMissingSeconds: 4,
    };
    await runPlan(given, async ({ handle, state }) => {
      expect(await handle.result()).toMatchObject({ state: 'incomplete', missingSeconds: 4 });
      expect(state.calls.filter((call) => call.startsWith('download'))).toHaveLength(2);
    });
  });

  it('refuses the merge when more is missing than tolerated, and says so as a failure of the camera-day', async () => {
    const download = ({ attempt }: { attempt: number }) => withGap(attempt, 6);
    const given = { cameras: ['a'], segments: 1, settings: fakeSettings(), download };
    await runPlan(given, async ({ client, handle, planId, state }) => {
      expect(await handle.result()).toMatchObject({ state: 'incomplete', counts: { refused: 1 } });
      expect(state.days[0]).toMatchObject({ state: 'refused', reason: expect.stringContaining('6 s') });
      expect(state.calls).not.toContain('merge 0');
      const child = client.workflow.getHandle(cameraDayWorkflowId(planId, 'a-day'));
      const failure = await child.result().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(WorkflowFailedError);
      expect((failure as WorkflowFailedError).cause).toMatchObject({ type: 'GapToleranceExceeded' });
    });
  });

  it('merges after all when the tolerance is raised while it runs', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const download = async ({ attempt }: { attempt: number }) => {
      if (attempt === 2) await held;
      return withGap(attempt, 6);
    };
    const given = { cameras: ['a'], segments: 1, settings: fakeSettings(), download };
    await runPlan(given, async ({ handle, state }) => {
      await eventually(() => state.calls.filter((call) => call.startsWith('download')).length === 2);
      expect(
        await handle.executeUpdate(messages.setTolerance, { args: [{ gapToleranceSeconds: 6 }] }),
      ).toEqual({
        gapToleranceSeconds: 6,
      });
      release();
      await handle.result();
      expect(state.calls).toContain('merge 0');
    });
  });

  it('runs a camera once more on retryCamera, with its attempts afresh', async () => {
    let broken = true;
    let releaseB: () => void = () => {};
    const heldB = new Promise<void>((resolve) => (releaseB = resolve));
    const download = async ({ cameraId, attempt }: { cameraId: string; attempt: number }) => {
      if (cameraId === 'b') await heldB;
      return cameraId === 'a' && broken ? withGap(attempt, 9) : whole(attempt);
    };
    const given = { cameras: ['a', 'b'], segments: 1, settings: fakeSettings(), download };
    await runPlan(given, async ({ handle, state }) => {
      await eventually(() => state.days[0]?.state === 'refused');
      broken = false;
      await eventually(async () => (await handle.query(messages.planProgress)).counts.refused === 1);
      expect(await handle.executeUpdate(messages.retryCamera, { args: [{ camera: 'a' }] })).toEqual({
        cameraDays: 1,
      });
      await eventually(() => state.days[0]?.state === 'complete');
      releaseB();
      expect(await handle.result()).toMatchObject({ state: 'complete', counts: { complete: 2, refused: 0 } });
      expect(state.calls).toContain('claim 0 gaps');
    });
  });

  it('starts nothing while paused and goes on when resumed', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const given = {
      cameras: ['a', 'b', 'c', 'd'],
      segments: 1,
      windowSize: 1,
      settings: fakeSettings(),
      // Else the plan may be over before the word is there.
      download: async () => (await held, whole()),
    };
    await runPlan(given, async ({ handle, state }) => {
      await handle.signal(messages.pause);
      await eventually(async () => (await handle.query(messages.planProgress)).state === 'paused');
      const started = state.calls.filter((call) => call.startsWith('claim')).length;
      expect(started).toBeLessThan(4);
      release();
      await handle.signal(messages.resume);
      expect(await handle.result()).toMatchObject({ state: 'complete' });
    });
  });

  it('cancels its children, hears them out, and leaves no temporaries', async () => {
    const download = async () => await new Promise<never>(() => {});
    const given = {
      cameras: ['a', 'b'],
      segments: 1,
      settings: fakeSettings(),
      download: abortable(download),
    };
    await runPlan(given, async ({ handle, state }) => {
      await eventually(() => state.calls.filter((call) => call.startsWith('download')).length === 2);
      await handle.signal(messages.cancel);
      expect(await handle.result()).toMatchObject({ state: 'cancelled', counts: { cancelled: 2 } });
      expect(state.days.map((day) => day.state)).toEqual(['cancelled', 'cancelled']);
      expect(state.calls.filter((call) => call.startsWith('sweep'))).toHaveLength(2);
    });
  });

  it('fails a camera-day at once when credentials are refused, and goes on with the others', async () => {
    const download = ({ cameraId }: { cameraId: string }) => {
      if (cameraId === 'a') throw activityFault('AuthRejected');
      return whole();
    };
    const given = { cameras: ['a', 'b'], segments: 4, settings: fakeSettings(), download };
    await runPlan(given, async ({ handle, state }) => {
      expect(await handle.result()).toMatchObject({ state: 'failed', counts: { failed: 1, complete: 1 } });
      expect(state.days[0]).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('AuthRejected'),
      });
    });
  });

  it('gives a merge that ends badly three tries, then fails the camera-day with its reason', async () => {
    const given = {
      cameras: ['a'],
      segments: 1,
      settings: fakeSettings(),
      download: () => whole(),
      mergeFault: () => activityFault('EncoderFailed'),
    };
    await runPlan(given, async ({ handle, state }) => {
      expect(await handle.result()).toMatchObject({ state: 'failed', counts: { failed: 1 } });
      expect(state.calls.filter((call) => call === 'merge 0')).toHaveLength(3);
      expect(state.days[0]?.reason).toContain('EncoderFailed');
    });
  });

  it('begins a camera-day again on another host when its own has lost its lease', async () => {
    const claims = ['lost-host', 'new-host'];
    const given = {
      cameras: ['a'],
      segments: 2,
      settings: fakeSettings(),
      download: () => whole(),
      claimHost: () => claims.shift() ?? 'new-host',
      isHostAlive: (host: string) => host !== 'lost-host',
      patienceSeconds: 1,
      hosts: ['new-host'],
    };
    await runPlan(given, async ({ handle, state }) => {
      expect(await handle.result()).toMatchObject({ state: 'complete' });
      expect(state.calls.filter((call) => call.startsWith('claim'))).toHaveLength(2);
    });
  });
});

/** An activity that never answers, but ends when it is cancelled, as real ones do. */
function abortable(never: () => Promise<never>) {
  return async () => {
    const { cancelled, heartbeat } = await import('@temporalio/activity');
    const beat = setInterval(() => heartbeat(), 100);
    try {
      return await Promise.race([cancelled(), never()]);
    } finally {
      clearInterval(beat);
    }
  };
}
