// Follows a plan to its end with live progress: what the workflow says while Temporal answers, what the catalog says always.
import { setTimeout as delay } from 'node:timers/promises';
import type { TemporalDoor } from '../../client/connect.ts';
import { isPlanRunning, queryPlan } from '../../client/plan-control.ts';
import { waitForPlan } from '../../client/plan-wait.ts';
import type { CameraDayState } from '../../domain/camera-day-states.ts';
import { createProgress } from '../output/progress-line.ts';
import { humanSeconds, renderTable } from '../output/table.ts';
import type { Session } from '../session.ts';
import { countsText } from './show.ts';

export interface Following {
  planId: string;
  /** Absent: Temporal does not answer, the catalog alone is read. */
  temporal?: TemporalDoor | undefined;
}

const mostRows = 15;

/** Resolves true when the plan has ended, false when Ctrl-C stopped the watching: the plan itself goes on. */
export async function followPlan(session: Session, { planId, temporal }: Following): Promise<boolean> {
  const { terminal, signal } = session;
  const progress = createProgress(terminal);
  const ended = new AbortController();
  const end = temporal ? waitForEnd(session, { planId, temporal }).finally(() => ended.abort()) : undefined;
  end?.catch(() => {});
  try {
    while (!ended.signal.aborted) {
      progress.show(await pictureOf(session, { planId, temporal }));
      if (!end && (await hasEnded(session, planId))) break;
      await delay(1000, undefined, { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => {});
      if (signal.aborted) return leftRunning(session, planId);
    }
    await end;
    progress.show(await pictureOf(session, { planId }));
    return true;
  } finally {
    progress.end();
  }
}

async function waitForEnd(
  { terminal, signal }: Session,
  { planId, temporal }: Required<Following>,
): Promise<void> {
  if (!temporal || !(await isPlanRunning(temporal.client, planId))) return;
  const { failure } = await waitForPlan({ client: temporal.client, planId, signal });
  if (failure) terminal.err(`The plan's workflow ended badly: ${failure}`);
}

async function hasEnded({ catalog }: Session, planId: string): Promise<boolean> {
  const { state } = await catalog.plans.require(planId);
  return ['complete', 'incomplete', 'failed', 'cancelled'].includes(state);
}

function leftRunning({ terminal }: Session, planId: string): false {
  terminal.err(`Stopped watching; plan ${planId} goes on. End it with: longtake plan cancel ${planId}`);
  return false;
}

async function pictureOf(
  session: Session,
  { planId, temporal }: Following,
): Promise<{ summary: string; rows?: string | undefined }> {
  const { catalog, terminal } = session;
  const told = temporal ? await queryPlan(temporal.client, planId) : undefined;
  const plan = await catalog.plans.require(planId);
  const counts = await catalog.plans.countByState(planId);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const missing = told && told.missingSeconds > 0 ? `; ${humanSeconds(told.missingSeconds)} missing` : '';
  const done = total - counts.pending - counts.running;
  return {
    summary: `${planId} ${told?.state ?? plan.state}: ${done}/${total} camera-days (${countsText(counts)})${missing}`,
    rows: terminal.drawsProgress && total <= 1000 ? await rowsOf(session, planId) : undefined,
  };
}

async function rowsOf({ catalog }: Session, planId: string): Promise<string> {
  const { spec } = await catalog.plans.require(planId);
  const days = await catalog.cameraDays.list(planId);
  const interesting = days.toSorted((a, b) => order(a.state) - order(b.state)).slice(0, mostRows);
  const rows: string[][] = [];
  const indexes = interesting.map(({ index }) => index);
  const segments = await catalog.segments.listOfCameraDays({ planId, indexes });
  for (const day of interesting) {
    const stored = segments.get(day.index) ?? [];
    const total = Math.ceil((day.endMs - day.startMs) / 1000 / spec.segmentSeconds);
    const ready = stored.filter((row) => row.path !== null).length;
    const missing = day.missingSeconds > 0 ? humanSeconds(day.missingSeconds) : '';
    rows.push([
      day.cameraId,
      day.date,
      day.state,
      `${Math.min(ready, total)}/${total}`,
      missing,
      day.reason ?? '',
    ]);
  }
  const table = renderTable(['camera', 'date', 'state', 'segments', 'missing', ''], rows);
  return days.length > rows.length ? `${table}\n… and ${days.length - rows.length} more` : table;
}

const order = (state: CameraDayState): number =>
  ['running', 'failed', 'refused', 'incomplete', 'cancelled', 'pending', 'complete'].indexOf(state);
