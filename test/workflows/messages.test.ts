// The lines of docs/reference/messages.md, run as they stand there by the temporal CLI against a plan on the real server.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { cameraDayWorkflowId, planWorkflowId } from '../../src/contract/ids.ts';
import * as messages from '../../src/contract/plan-messages.ts';
import { fakeSettings, whole } from '../fakes/plan-activities.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { testServer } from '../setup/test-tools.ts';
import { runPlan } from './plan-run.ts';
import type { PlanRun } from './staged-plan.ts';

const run = promisify(execFile);
const page = new URL('../../docs/reference/messages.md', import.meta.url);

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
let lines: string[];
let temporal: string;
beforeAll(async () => {
  namespace = await ownNamespace();
  temporal = await testServer('temporal');
  const text = await readFile(page, 'utf8');
  const all = [...text.matchAll(/^temporal .*$/gm)].map(([line]) => line);
  lines = all.filter((line) => !/'(?:restream|lecture)/.test(line));
});

/** Runs the one line of the page that holds `words`, against this plan and its camera-day of cam-1. */
async function copy(words: string, { planId }: PlanRun): Promise<string> {
  const found = lines.filter((line) => line.includes(words));
  expect(found).toHaveLength(1);
  const line = found[0]!
    .replace(/^temporal/, temporal)
    .replace(/'plan\/[^'/]+'/, `'${planWorkflowId(planId)}'`)
    .replace(/'plan\/[^']+\/camera\/[^']+'/, `'${cameraDayWorkflowId(planId, 'cam-1-day')}'`);
  const { address, namespace: name } = namespace;
  const { stdout } = await run('sh', [
    '-c',
    `${line} --address ${address} --namespace ${name} --output json`,
  ]);
  return stdout;
}

const ofPlan = (kind: string, name: string): string =>
  `workflow ${kind} --workflow-id 'plan/p-20260913-k7x2' --name ${name}`;
const ofDay = (kind: string, name: string): string =>
  `workflow ${kind} --workflow-id 'plan/p-20260913-k7x2/camera/cam-1-2026-09-13' --name ${name}`;

describe('the lines of the page of messages', () => {
  it('all do to a running plan what the page says', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const tried = new Set<string>();
    const given = {
      namespace,
      cameras: ['cam-1', 'cam-2'],
      segments: 2,
      settings: fakeSettings(),
      download: async () => (await held, whole()),
    };
    await runPlan(given, async (plan) => {
      const send = async (words: string): Promise<string> => {
        tried.add(lines.find((line) => line.includes(words)) ?? words);
        return await copy(words, plan);
      };
      const day = plan.client.workflow.getHandle(cameraDayWorkflowId(plan.planId, 'cam-1-day'));
      const shown = async (): Promise<string> =>
        ((await day.query<string>('__temporal_workflow_metadata')) as unknown as { currentDetails: string })
          .currentDetails;
      await eventually(() => plan.state.calls.filter((call) => call.startsWith('download')).length === 4);

      await send(ofPlan('signal', 'pause'));
      await eventually(async () => (await plan.handle.query(messages.planProgress)).state === 'paused');
      await eventually(async () => (await shown()).includes('paused'));
      await send(ofPlan('signal', 'resume'));
      await eventually(async () => (await shown()).includes('running'));
      expect(await send(ofPlan('query', 'progress'))).toContain('"running"');
      expect(await send(ofPlan('query', 'camera'))).toContain(day.workflowId);
      await send(ofPlan('update execute', 'setTolerance'));
      await eventually(async () => (await shown()).includes('5 min'));
      expect(await send(ofPlan('update execute', 'retryCamera'))).toContain('"cameraDays"');
      await send(ofDay('signal', 'pause'));
      await eventually(async () => (await shown()).includes('paused'));
      await send(ofDay('signal', 'resume'));
      await eventually(async () => (await shown()).includes('running'));
      await send(ofDay('signal', 'changeTolerance'));
      expect(await send(ofDay('query', 'progress'))).toContain('"cam-1"');
      expect(await send("temporal workflow list --query \"LtCapability = 'plan'")).toBeDefined();
      await send(ofDay('signal', 'cancel'));
      await send(ofPlan('signal', 'cancel'));
      release();
      expect(await plan.handle.result()).toMatchObject({ state: 'cancelled' });
      expect(lines.filter((line) => !tried.has(line))).toEqual([]);
    });
  });
});
