// What the plan's activities take and answer: the workflows' view of them. Types only; totals and addresses, never gap lists.
import type { CameraDayState } from '../../domain/camera-day-states.ts';
import type {
  CameraDayDone,
  CameraDayRef,
  GapMode,
  PlanSettings,
  PlanState,
  SegmentTotals,
} from '../../contract/plan-messages.ts';
import type { InstantRange } from '../../domain/range.ts';

export interface CameraDayKey {
  planId: string;
  index: number;
}

export interface OpenedPlan {
  settings: PlanSettings;
  /** Camera-days in the manifest. */
  total: number;
  /** Camera-days that ended in earlier runs and are not run again. */
  ended: { counts: Record<CameraDayState, number>; missingSeconds: number };
  /** Children in flight at once. */
  windowSize: number;
  /** How long the plan waits without news before it looks after its children. */
  reconcileSeconds: number;
}

export interface PageRequest {
  planId: string;
  offset: number;
  length: number;
}

/** Camera-days of one page that still need work. */
export interface CameraDayPage {
  refs: CameraDayRef[];
  /** Manifest index after the page; equal to `offset` at the end. */
  nextIndex: number;
}

export interface ClaimRequest extends CameraDayKey {
  /** `gaps`: attempts of segments with gaps begin afresh; `all`: of every segment. */
  reset: 'none' | 'gaps' | 'all';
  /** The host that holds the day's files already, after a continue-as-new. */
  host?: string;
}

/** Durations of the deployment that the workflow needs, all in seconds. */
export interface CameraDayTiming {
  /** Wait after a segment's end before its archive is asked. */
  settleSeconds: number;
  /** Bound on waiting for a source that cannot be reached. */
  giveUpSeconds: number;
  /** How long work may wait on a host's queue before the host's lease is looked at. */
  patienceSeconds: number;
  heartbeatSeconds: number;
}

export interface ClaimedCameraDay {
  host: string;
  window: InstantRange;
  /** Part of the window in which gaps count; absent when the two do not meet. */
  toleranceWindow?: InstantRange;
  segments: { startUnix: number; seconds: number }[];
  segmentsInFlight: number;
  timing: CameraDayTiming;
}

export interface DownloadRequest {
  planId: string;
  cameraId: string;
  startUnix: number;
  seconds: number;
  maxDownloadAttempts: number;
  gapThresholdSeconds: number;
  toleranceWindow?: InstantRange;
  /** Download although the published file is whole. */
  force: boolean;
}

export interface SegmentOutcome {
  /** Attempts used so far, over all runs. */
  attempts: number;
  missingSeconds: number;
  toleranceWindowMissingSeconds: number;
}

export interface MergeRequest extends CameraDayKey {
  cameraId: string;
  gapMode: GapMode;
  gapThresholdSeconds: number;
  window: InstantRange;
  toleranceWindow?: InstantRange;
}

export interface MergeOutcome {
  merged: string[];
  coverage: string;
  sizeBytes: number;
  missingSeconds: number;
  toleranceWindowMissingSeconds: number;
}

export interface ExportRequest extends CameraDayKey {
  target: string;
  /** Relative to the media root. */
  files: string[];
}

export interface ExportOutcome {
  exported: string[];
  sizeBytes: number;
}

export interface SweepRequest extends CameraDayKey {
  cameraId: string;
  segments: { startUnix: number; seconds: number }[];
  /** Remove the published segments too: the merge that holds them is verified. */
  removeSegments: boolean;
}

export interface AssessRequest extends CameraDayKey {
  segments: { startUnix: number; seconds: number }[];
  maxDownloadAttempts: number;
  toleranceWindow?: InstantRange;
}

export interface CameraDayResult extends CameraDayKey {
  state: CameraDayState;
  reason?: string;
  missingSeconds: number;
  toleranceWindowMissingSeconds: number;
  merged: string[];
  coverage?: string;
  exported: string[];
}

export interface PlanResult {
  planId: string;
  state: PlanState;
  counts: Record<CameraDayState, number>;
  missingSeconds: number;
}

/** A manifest row with what the catalog knows of its end. */
export interface FoundCameraDay extends CameraDayRef {
  state: CameraDayState;
  missingSeconds: number;
}

/** Activities that touch no media file: any worker may run them. */
export interface PlanActivities {
  openPlan(input: { planId: string }): Promise<OpenedPlan>;
  pageCameraDays(input: PageRequest): Promise<CameraDayPage>;
  findCameraDays(input: { planId: string; cameraId: string }): Promise<FoundCameraDay[]>;
  /** Which of these children no longer run, with the state the catalog knows. */
  findEndedCameraDays(input: { planId: string; refs: CameraDayRef[] }): Promise<CameraDayDone[]>;
  /** What the catalog knows of segments that this plan does not download itself. */
  assessSegments(input: AssessRequest): Promise<SegmentTotals>;
  finishCameraDay(input: CameraDayResult): Promise<void>;
  recordPlanState(input: { planId: string; state: PlanState }): Promise<void>;
  checkHost(input: { host: string }): Promise<{ alive: boolean }>;
}

export interface DownloadActivities {
  claimCameraDay(input: ClaimRequest): Promise<ClaimedCameraDay>;
  downloadSegment(input: DownloadRequest): Promise<SegmentOutcome>;
  sweepCameraDay(input: SweepRequest): Promise<void>;
}

export interface MediaActivities {
  mergeDay(input: MergeRequest): Promise<MergeOutcome>;
}

export interface TransferActivities {
  exportDay(input: ExportRequest): Promise<ExportOutcome>;
}
