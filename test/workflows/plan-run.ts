// A staged plan on the test run's Temporal server: own queues and ids per run.
import { randomUUID } from 'node:crypto';
import { workflowBundle } from '../setup/workflow-bundle.ts';
import { runStagedPlan } from './staged-plan.ts';
import type { PlanRun, StagedPlan } from './staged-plan.ts';

/** Starts the workers, the plan, then runs `work`; everything is stopped afterwards. */
export async function runPlan<T>(given: StagedPlan, work: (run: PlanRun) => Promise<T>): Promise<T> {
  const planId = `p-${randomUUID().slice(0, 8)}`;
  return runStagedPlan(given, { planId, host: `h-${planId}`, bundle: await workflowBundle() }, work);
}
