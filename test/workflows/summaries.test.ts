// What the Web UI shows of a workflow that continues as new: its summary at the first run alone, its table at each.
import { expect, it, vi } from 'vitest';
import { cameraDayWorkflowId } from '../../src/contract/ids.ts';
import { fakeSettings, whole } from '../fakes/plan-activities.ts';
import { runPlan } from './plan-run.ts';
import { detailsOf } from './restream-run.ts';

vi.setConfig({ testTimeout: 180_000 });

it('a camera-day of many runs has its summary at the first one and its table at the last', async () => {
  const given = {
    ...{ cameras: ['a'], segments: 40, settings: fakeSettings({ steps: ['download'] }) },
    ...{ download: () => whole(), input: { sessionEvents: 60 } },
  };
  await runPlan(given, async ({ client, handle, planId }) => {
    await handle.result();
    const workflowId = cameraDayWorkflowId(planId, 'a-day');
    const last = client.workflow.getHandle(workflowId);
    const { runId } = await last.describe();
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const first = events![0]!.workflowExecutionStartedEventAttributes!.firstExecutionRunId!;
    expect(first).not.toBe(runId);
    const summaryOf = async (id: string) =>
      (await client.workflow.getHandle(workflowId, id).describe()).staticSummary();
    expect(await summaryOf(first)).toBe('a-day');
    // Once this is told too, docs/reference/messages.md says too much.
    expect(await summaryOf(runId)).toBeUndefined();
    expect(await detailsOf(last)).toContain('| Camera | a |');
  });
});
