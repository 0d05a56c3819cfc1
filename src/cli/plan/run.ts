// `plan run`, `restart` and `watch`: start, follow with live progress, and end with the exit code of the result.
import { openTemporal, type TemporalDoor } from '../../client/connect.ts';
import { resetPlan } from '../../client/plan.ts';
import { isPlanRunning, retryPlanCamera, startPlan } from '../../client/plan-control.ts';
import type { planAsked } from '../../contract/command.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { planWorkflowId } from '../../contract/ids.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog, type Session } from '../session.ts';
import { followPlan } from './follow.ts';
import { printPlan, printPlanJson } from './show.ts';

export const runPlan = (invocation: Invocation): Promise<ExitCode | void> =>
  withCatalog(invocation, async (session) => {
    const [planId = ''] = session.args;
    await session.catalog.plans.require(planId);
    return startAndFollow(session, { planId, wait: session.flags['wait'] === true, quiet: false });
  });

export const watchPlan = (invocation: Invocation): Promise<ExitCode | void> =>
  withCatalog(invocation, async (session) => {
    const [planId = ''] = session.args;
    await session.catalog.plans.require(planId);
    const temporal = await openTemporal(session.config.temporal).catch(() => undefined);
    try {
      const ended = await followPlan(session, { planId, temporal });
      return ended ? await printEnd(session, planId) : exitCodes.gapsOrFailures;
    } finally {
      await temporal?.close();
    }
  });

export const restartPlan = (invocation: Invocation): Promise<ExitCode | void> =>
  withCatalog(invocation, async (session) => {
    const [planId = ''] = session.args;
    const { flags, catalog } = session;
    const camera = typeof flags['camera'] === 'string' ? flags['camera'] : undefined;
    await catalog.plans.require(planId);
    const temporal = await openTemporal(session.config.temporal);
    try {
      if (await isPlanRunning(temporal.client, planId)) {
        if (camera === undefined)
          throw new Fault('InputInvalid', `Plan ${planId} runs.`, {
            remedy: 'Cancel it first, or restart one camera of it with --camera.',
          });
        await retryPlanCamera(temporal.client, { planId, camera });
      } else {
        await resetPlan({ catalog, planId, camera, force: flags['force'] === true });
      }
    } finally {
      await temporal.close();
    }
    return startAndFollow(session, {
      planId,
      wait: flags['wait'] === true,
      quiet: false,
      asked: 'restart',
      force: flags['force'] === true,
    });
  });

export interface StartAndFollow {
  planId: string;
  wait: boolean;
  /** Print no document of the start: another one was printed. */
  quiet: boolean;
  asked?: 'run' | 'restart';
  force?: boolean;
}

/** Starts or joins the plan's run; with `wait`, follows it to its end. */
export async function startAndFollow(
  session: Session,
  { planId, wait, quiet, asked = 'run', force = false }: StartAndFollow,
): Promise<ExitCode> {
  const { terminal, json, config } = session;
  const temporal = await openTemporal(config.temporal);
  try {
    const workflowId = await startStored({ session, temporal, planId, force });
    if (wait) {
      const ended = await followPlan(session, { planId, temporal });
      return ended ? await printEnd(session, planId, { quiet }) : exitCodes.gapsOrFailures;
    }
    if (json && !quiet) printJson<typeof planAsked>(terminal, { id: planId, asked, workflowId });
    else if (!json) terminal.out(`Plan ${planId} runs. Follow it with: longtake plan watch ${planId}`);
    return exitCodes.done;
  } finally {
    await temporal.close();
  }
}

export async function startStored({
  session,
  temporal,
  planId,
  force,
}: {
  session: Session;
  temporal: TemporalDoor;
  planId: string;
  force: boolean;
}): Promise<string> {
  const { catalog } = session;
  const { spec } = await catalog.plans.require(planId);
  const counts = await catalog.plans.countByState(planId);
  if (counts.pending + counts.running === 0) return planWorkflowId(planId);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const [first] = await catalog.plans.page({ planId, offset: 0, length: 1 });
  return startPlan(temporal.client, {
    planId,
    spec,
    cameraDays: total,
    startMs: first?.startMs ?? Date.now(),
    force,
  });
}

/** The final picture, the document or the table, and the exit code: 0 only when every camera-day is complete. */
async function printEnd(session: Session, planId: string, { quiet = false } = {}): Promise<ExitCode> {
  const { catalog, json } = session;
  if (!json) await printPlan(session, { planId });
  else if (!quiet) await printPlanJson(session, { planId });
  const counts = Object.entries(await catalog.plans.countByState(planId));
  const allComplete = counts.every(([state, count]) => state === 'complete' || count === 0);
  return allComplete ? exitCodes.done : exitCodes.gapsOrFailures;
}
