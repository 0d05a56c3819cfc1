// The state of a running plan: what is in flight, what has ended, and how the Web UI shows it.
import { setCurrentDetails } from '@temporalio/workflow';
import type { CameraDayState } from '../../domain/camera-day-states.ts';
import type {
  CameraDayDone,
  CameraDayRef,
  PlanInput,
  PlanProgress,
  PlanSession,
  PlanState,
} from '../../contract/plan-messages.ts';
import { cameraDayStates } from '../../domain/camera-day-states.ts';
import { durationText } from '../../domain/duration-text.ts';
import { markdownTable, shownWhole } from '../../domain/markdown.ts';

export interface RunningPlan {
  planId: string;
  /** Every camera-day begins afresh, whatever the plan says. */
  force: boolean;
  total: number;
  nextIndex: number;
  /** Manifest exhausted: nothing is left to page. */
  exhausted: boolean;
  /** Paged or asked for again, not yet started. */
  waiting: CameraDayRef[];
  inFlight: Map<number, CameraDayRef>;
  retries: Map<number, CameraDayRef>;
  counts: Record<CameraDayState, number>;
  missingSeconds: number;
  paused: boolean;
  cancelling: boolean;
  gapToleranceSeconds?: number;
  sessionEvents?: number;
  /** Set when the last word on the plan is being written. */
  closing: boolean;
  /** Starts of children that are not acknowledged yet, by index. */
  starting: Map<number, Promise<void>>;
  /** What each child in flight knows, by index; absent when a child of an earlier run goes on. */
  told: Map<number, ToldState>;
  /** Whether the catalog holds the plan as paused. */
  recordedPaused: boolean;
  /** See pass-on.ts: the pass that runs or ran last, and the one that waits for it. */
  passes: { last: Promise<void>; next?: Promise<void> };
  /** Grows with every message and end: what the plan's loop waits for. */
  changes: number;
}

/** What a plan's messages change, as a child last heard it. */
export interface ToldState {
  paused: boolean;
  gapToleranceSeconds: number | undefined;
}

export const toldBy = ({ paused, gapToleranceSeconds }: Partial<ToldState>): ToldState => ({
  paused: paused ?? false,
  gapToleranceSeconds,
});

/** What every session and every camera-day of the plan is told of its length. */
export const sessionLengthOf = ({ sessionEvents }: { sessionEvents?: number }): { sessionEvents?: number } =>
  sessionEvents === undefined ? {} : { sessionEvents };

export function openPlanState(input: PlanInput): RunningPlan {
  const { session } = input;
  const none = Object.fromEntries(cameraDayStates.map((state) => [state, 0])) as Record<
    CameraDayState,
    number
  >;
  return {
    planId: input.planId,
    force: input.force ?? false,
    total: 0,
    nextIndex: session?.nextIndex ?? 0,
    exhausted: false,
    waiting: session?.waiting ?? [],
    inFlight: new Map(session?.inFlight.map((ref) => [ref.index, ref])),
    retries: new Map(session?.retries.map((ref) => [ref.index, ref])),
    counts: session?.counts ?? none,
    missingSeconds: session?.missingSeconds ?? 0,
    paused: session?.paused ?? false,
    cancelling: false,
    closing: false,
    starting: new Map(),
    // A session ends only when everyone has heard its last change.
    told: new Map(session?.inFlight.map((ref) => [ref.index, toldBy(session)])),
    recordedPaused: false,
    passes: { last: Promise.resolve() },
    changes: 0,
    ...sessionLengthOf(input),
    ...(session?.gapToleranceSeconds === undefined
      ? {}
      : { gapToleranceSeconds: session.gapToleranceSeconds }),
  };
}

export const sessionOf = (plan: RunningPlan): PlanSession => ({
  nextIndex: plan.nextIndex,
  waiting: plan.waiting,
  inFlight: [...plan.inFlight.values()],
  retries: [...plan.retries.values()],
  counts: plan.counts,
  missingSeconds: plan.missingSeconds,
  paused: plan.paused,
  ...(plan.gapToleranceSeconds === undefined ? {} : { gapToleranceSeconds: plan.gapToleranceSeconds }),
});

/** Counts a camera-day's end once; a second report of the same end changes nothing. */
export function countDone(plan: RunningPlan, done: CameraDayDone): void {
  if (!plan.inFlight.delete(done.index)) return;
  plan.told.delete(done.index);
  plan.counts[done.state] += 1;
  plan.missingSeconds += done.missingSeconds;
  plan.changes += 1;
}

export const hasWork = (plan: RunningPlan): boolean =>
  plan.inFlight.size > 0 ||
  (!plan.cancelling && (!plan.exhausted || plan.waiting.length > 0 || plan.retries.size > 0));

/** The state a plan ends with: failed when a step gave up somewhere, incomplete when time is missing or a merge refused. */
export function endState(plan: RunningPlan): PlanState {
  if (plan.cancelling) return 'cancelled';
  if (plan.counts.failed > 0) return 'failed';
  return plan.counts.incomplete + plan.counts.refused + plan.counts.cancelled > 0 ? 'incomplete' : 'complete';
}

export const progressOf = (plan: RunningPlan): PlanProgress => ({
  planId: plan.planId,
  state: plan.cancelling ? 'cancelled' : plan.paused ? 'paused' : 'running',
  total: plan.total,
  counts: { ...plan.counts, running: plan.inFlight.size },
  missingSeconds: plan.missingSeconds,
  inFlight: [...plan.inFlight.values()].slice(0, 100).map((ref) => ref.slug),
});

/** Renews the Web UI's table; costs no history. */
export function showPlan(plan: RunningPlan, state: string = progressOf(plan).state): void {
  const counted = cameraDayStates
    .map((name): [string, string] => [
      name,
      String(name === 'running' ? plan.inFlight.size : plan.counts[name]),
    ])
    .filter(([, count]) => count !== '0');
  const soFar = hasWork(plan) ? ' so far' : '';
  const table = markdownTable(
    ['Plan', `${plan.planId}: ${state}`],
    [['Camera-days', String(plan.total)], ...counted, [`Missing${soFar}`, durationText(plan.missingSeconds)]],
  );
  setCurrentDetails(shownWhole(table));
}
