// `plan pause`, `resume`, `cancel` and `rm`.
import { openTemporal, type TemporalSettings } from '../../client/connect.ts';
import { isPlanRunning, signalPlan } from '../../client/plan-control.ts';
import type { planAsked, planRemoved } from '../../contract/command.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import type { Implementation, Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';

type Control = 'pause' | 'resume' | 'cancel';

const control =
  (asked: Control): Implementation =>
  (invocation) =>
    withCatalog(invocation, async ({ terminal, json, args, catalog, config }) => {
      const [planId = ''] = args;
      await catalog.plans.require(planId);
      const temporal = await openTemporal(config.temporal);
      try {
        const workflowId = await signalPlan(temporal.client, { planId, name: asked });
        if (json) return printJson<typeof planAsked>(terminal, { id: planId, asked, workflowId });
        terminal.out(`Plan ${planId}: asked to ${asked}.`);
      } finally {
        await temporal.close();
      }
    });

export const planControls: Record<Control, Implementation> = {
  pause: control('pause'),
  resume: control('resume'),
  cancel: control('cancel'),
};

export const removePlan = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, args, catalog, config }) => {
    const [planId = ''] = args;
    const plan = await catalog.plans.require(planId);
    if (plan.state !== 'pending' && (await runsNow(config.temporal, planId)))
      throw new Fault('InputInvalid', `Plan ${planId} runs.`, {
        remedy: `Cancel it first: longtake plan cancel ${planId}`,
      });
    await catalog.plans.remove(planId);
    if (json) return printJson<typeof planRemoved>(terminal, { id: planId, removed: true });
    terminal.out(`Plan ${planId} removed; its files stay.`);
  });

/** A Temporal that is down may run the plan again once it is up, so its absence is no permission: StackUnreachable. */
async function runsNow(settings: TemporalSettings, planId: string): Promise<boolean> {
  const temporal = await openTemporal(settings);
  return isPlanRunning(temporal.client, planId).finally(() => temporal.close());
}
