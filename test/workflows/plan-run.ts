// A staged plan on the test run's Temporal server: own queues, ids and, unless given, namespace per run.
import { randomUUID } from 'node:crypto';
import { ownNamespace } from '../setup/own-namespace.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';
import { runStagedPlan } from './staged-plan.ts';
import type { PlanRun, StagedPlan } from './staged-plan.ts';

/** Starts the workers, the plan, then runs `work`; everything is stopped afterwards. */
export async function runPlan<T>(
  given: Omit<StagedPlan, 'namespace'> & Partial<Pick<StagedPlan, 'namespace'>>,
  work: (run: PlanRun) => Promise<T>,
): Promise<T> {
  const { namespace = await ownNamespace() } = given;
  const planId = `p-${randomUUID().slice(0, 8)}`;
  return runStagedPlan(
    { ...given, namespace },
    { planId, host: `h-${planId}`, bundle: await workflowBundle() },
    work,
  );
}
