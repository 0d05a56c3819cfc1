// What workflows of a plan take, answer and listen to. No zod here: this file goes into the workflow bundle.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CameraDayState } from '../domain/camera-day-states.ts';

export type PlanStep = 'download' | 'merge' | 'export';
export type GapMode = 'hole' | 'slate' | 'split';

export const planStates = [
  'pending',
  'running',
  'paused',
  'complete',
  'incomplete',
  'failed',
  'cancelled',
] as const;
export type PlanState = (typeof planStates)[number];

/** The numbers of a plan that workflows decide by; everything else stays in the catalog. */
export interface PlanSettings {
  steps: PlanStep[];
  gapToleranceSeconds: number;
  maxDownloadAttempts: number;
  gapThresholdSeconds: number;
  tolerateIncomplete: boolean;
  gapMode: GapMode;
  waitForEnd: boolean;
  keepSegments: boolean;
  /** Start attempts and media afresh, whatever earlier runs left. */
  force: boolean;
  /** Temporal priority key 1 (first) to 5 (last). */
  priorityKey: number;
  target?: string;
}

export interface PlanInput {
  planId: string;
  /** History length at which the plan and its camera-days continue as new; 2,000 when absent, 40 at least. */
  sessionEvents?: number;
  /** Attempts and media afresh in this run, whatever the plan says. */
  force?: boolean;
  /** Carried over a continue-as-new; absent on the first run. */
  session?: PlanSession;
}

export interface PlanSession {
  /** First manifest index not yet started. */
  nextIndex: number;
  /** Paged from the manifest or asked for, not yet started. */
  waiting: CameraDayRef[];
  /** Children started whose completion has not been signalled. */
  inFlight: CameraDayRef[];
  /** Camera-days to run once more, asked for by retryCamera. */
  retries: CameraDayRef[];
  counts: Record<CameraDayState, number>;
  missingSeconds: number;
  paused: boolean;
  gapToleranceSeconds?: number;
}

export interface CameraDayRef {
  index: number;
  cameraId: string;
  /** One path segment, unique in the plan. */
  slug: string;
}

export interface CameraDayInput extends CameraDayRef {
  planId: string;
  settings: PlanSettings;
  paused: boolean;
  /** Asked for once more by retryCamera: attempts of segments with gaps begin afresh. */
  retry: boolean;
  /** As in the plan's input. */
  sessionEvents?: number;
  /** Carried over a continue-as-new; absent on the first run. */
  session?: DaySession;
}

/** Sums over the segments of a camera-day that have ended. */
export interface SegmentTotals {
  done: number;
  withGaps: number;
  /** Given up with attempts left: they block the merge unless tolerated. */
  unfinished: number;
  missingSeconds: number;
  toleranceWindowMissingSeconds: number;
  lastReason?: string;
}

export interface DaySession {
  host: string;
  fromSegment: number;
  totals: SegmentTotals;
}

export interface CameraDayDone {
  index: number;
  state: CameraDayState;
  missingSeconds: number;
}

export interface PlanProgress {
  planId: string;
  state: PlanState;
  total: number;
  counts: Record<CameraDayState, number>;
  missingSeconds: number;
  inFlight: string[];
}

export interface CameraDayProgress {
  cameraId: string;
  state: CameraDayState;
  host?: string;
  step: 'waiting' | 'download' | 'merge' | 'export' | 'done';
  segments: { total: number; done: number; withGaps: number };
  missingSeconds: number;
  toleranceWindowMissingSeconds: number;
  reason?: string;
}

export const cameraDayDone = defineSignal<[CameraDayDone]>('cameraDayDone');
export const pause = defineSignal<[]>('pause');
export const resume = defineSignal<[]>('resume');
export const cancel = defineSignal<[]>('cancel');
export const setTolerance = defineUpdate<{ gapToleranceSeconds: number }, [{ gapToleranceSeconds: number }]>(
  'setTolerance',
);
/** The same change as a signal: what the plan sends to children in flight. */
export const changeTolerance = defineSignal<[{ gapToleranceSeconds: number }]>('changeTolerance');
export const retryCamera = defineUpdate<{ cameraDays: number }, [{ camera: string }]>('retryCamera');
export const planProgress = defineQuery<PlanProgress>('progress');
/** Where a camera in flight is followed: its own workflow answers `progress`. */
export const camera = defineQuery<(CameraDayRef & { workflowId: string }) | undefined, [{ camera: string }]>(
  'camera',
);
export const cameraDayProgress = defineQuery<CameraDayProgress>('progress');
