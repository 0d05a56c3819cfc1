// Starts plans and talks to running ones, by workflow id. What a plan left behind is read from the catalog, see plan-documents.ts.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { planWorkflowId } from '../contract/ids.ts';
import * as messages from '../contract/plan-messages.ts';
import type { PlanProgress } from '../contract/plan-messages.ts';
import type { PlanSpec } from '../contract/plan.ts';
import { queues } from '../contract/queues.ts';
import { searchAttributes } from '../contract/search-attributes.ts';
import { Fault } from '../domain/fault.ts';
import { sendUpdate } from './send-update.ts';

export interface PlanStart {
  planId: string;
  spec: Pick<PlanSpec, 'date' | 'toDate' | 'window' | 'priorityKey'>;
  cameraDays: number;
  /** Start attempts and media afresh in this run, whatever the plan says. */
  force?: boolean;
  /** Begin of the earliest camera-day. */
  startMs: number;
}

/** Starts the plan's workflow or joins the one that runs. Returns its workflow id. */
export async function startPlan(client: Client, plan: PlanStart): Promise<string> {
  const workflowId = planWorkflowId(plan.planId);
  await client.workflow.start('plan', {
    workflowId,
    taskQueue: queues.main,
    args: [{ planId: plan.planId, ...(plan.force ? { force: true } : {}) }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    priority: { priorityKey: plan.spec.priorityKey, fairnessKey: plan.planId },
    staticSummary: planSummaryText(plan),
    typedSearchAttributes: [
      { key: searchAttributes.capability, value: 'plan' },
      { key: searchAttributes.plan, value: plan.planId },
      { key: searchAttributes.state, value: 'running' },
      { key: searchAttributes.startsAt, value: new Date(plan.startMs) },
    ],
  });
  return workflowId;
}

/** `2026-09-13 07:45-20:00, 4 cameras`: what stands beside the plan in the Web UI. */
export function planSummaryText({ spec, cameraDays }: Pick<PlanStart, 'spec' | 'cameraDays'>): string {
  const severalDays = spec.toDate !== undefined && spec.toDate !== spec.date;
  const noun = severalDays ? 'camera-day' : 'camera';
  const days = severalDays ? `${spec.date} to ${spec.toDate}` : spec.date;
  return `${days} ${spec.window}, ${cameraDays} ${noun}${cameraDays === 1 ? '' : 's'}`;
}

/** Sends pause, resume or cancel. Throws Fault NotFound when the plan does not run. */
export async function signalPlan(
  client: Client,
  { planId, name }: { planId: string; name: 'pause' | 'resume' | 'cancel' },
): Promise<string> {
  const workflowId = planWorkflowId(planId);
  await orNotRunning(planId, client.workflow.getHandle(workflowId).signal(messages[name]));
  return workflowId;
}

/** Asks a running plan to run one camera again. Returns how many camera-days that are. */
export async function retryPlanCamera(
  client: Client,
  { planId, camera }: { planId: string; camera: string },
): Promise<number> {
  const handle = client.workflow.getHandle(planWorkflowId(planId));
  const answer = await orNotRunning(
    planId,
    sendUpdate(handle, { update: messages.retryCamera, args: [{ camera }] }),
  );
  return answer.cameraDays;
}

/** What the running plan says about itself; undefined when it has never run or no worker answers within 5 s. */
export async function queryPlan(client: Client, planId: string): Promise<PlanProgress | undefined> {
  try {
    return await client.withDeadline(Date.now() + 5000, () =>
      client.workflow.getHandle(planWorkflowId(planId)).query(messages.planProgress),
    );
  } catch {
    return undefined;
  }
}

/** Whether the plan's workflow runs now. */
export async function isPlanRunning(client: Client, planId: string): Promise<boolean> {
  try {
    const description = await client.workflow.getHandle(planWorkflowId(planId)).describe();
    return description.status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function orNotRunning<T>(planId: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Fault('NotFound', `Plan ${planId} does not run.`, {
      remedy: `Start it with \`longtake plan run ${planId}\`, or see \`longtake plan show ${planId}\`.`,
    });
  }
}
