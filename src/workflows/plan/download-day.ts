// The download step of a camera-day: every segment gets its attempts; gaps are counted, never thrown.
import { condition, sleep } from '@temporalio/workflow';
import type { ClaimedCameraDay, SegmentOutcome } from '../../activities/plan/types.ts';
import type { CameraDayInput } from '../../contract/plan-messages.ts';
import { attemptBackoffSeconds } from '../../domain/backoff.ts';
import type { FaultType } from '../../domain/fault.ts';
import { coveredMs, msFromIso, toMsRange } from '../../domain/range.ts';
import { segmentRange } from '../../domain/segment.ts';
import { describeFailure, failsFewTimes, gaveUp } from '../fail.ts';
import { onLivingHost } from '../on-host.ts';
import { downloads } from '../proxies.ts';
import { runWindowed } from '../run-windowed.ts';
import type { DayState } from './day-state.ts';
import { segmentStart, showDay } from './day-state.ts';

export interface DownloadDay {
  input: CameraDayInput;
  claim: ClaimedCameraDay;
  day: DayState;
  /** First segment not yet ended by an earlier session. */
  fromSegment: number;
  /** False when the session should end: no new segment is begun. */
  goOn: () => boolean;
}

type Segment = ClaimedCameraDay['segments'][number];

/** What holds a download up without being the archive's fault: waited for as long as it takes. */
const notTheSource: ReadonlySet<string> = new Set<FaultType>([
  'DiskFull',
  'StorageFault',
  'CatalogUnavailable',
  'LeaseHeld',
  'LeaseLost',
]);

/** Answers how many segments of the claim have ended, counted from its first. */
export async function downloadDay(work: DownloadDay): Promise<number> {
  const { claim, day, fromSegment, input } = work;
  showDay(day, { step: 'download' });
  const giveUpAtMs = Math.max(Date.now(), msFromIso(claim.window.endAt)) + claim.timing.giveUpSeconds * 1000;
  const taken = await runWindowed({
    items: claim.segments.slice(fromSegment),
    inFlight: claim.segmentsInFlight,
    goOn: work.goOn,
    run: async (segment) => {
      await waitForSegment(work, segment);
      const outcome = await downloadSegment(work, segment, giveUpAtMs);
      countSegment({ day, outcome, maxDownloadAttempts: input.settings.maxDownloadAttempts });
      showDay(day);
    },
  });
  return fromSegment + taken;
}

async function waitForSegment({ claim, day, input }: DownloadDay, segment: Segment): Promise<void> {
  const endMs = input.settings.waitForEnd ? msFromIso(claim.window.endAt) : segmentRange(segment).endMs;
  const waitMs = endMs + claim.timing.settleSeconds * 1000 - Date.now();
  if (waitMs > 0) await sleep(waitMs, { summary: `until segment ${segmentStart(segment)} is over` });
  await condition(() => !day.paused);
}

/** All attempts of one segment; a source that stays unreachable leaves it unfinished, refused credentials end the day. */
async function downloadSegment(
  { claim, day, input }: DownloadDay,
  segment: Segment,
  giveUpAtMs: number,
): Promise<SegmentOutcome> {
  const { settings } = input;
  for (let { force } = settings; ; force = false) {
    const budgetSeconds = Math.max(claim.timing.giveUpSeconds / 4, (giveUpAtMs - Date.now()) / 1000);
    const work = downloads({
      host: claim.host,
      timing: claim.timing,
      priorityKey: settings.priorityKey,
      summary: segmentStart(segment),
      budgetSeconds,
    });
    try {
      const outcome = await onLivingHost(claim.host, () =>
        work.downloadSegment({
          planId: input.planId,
          cameraId: input.cameraId,
          ...segment,
          maxDownloadAttempts: settings.maxDownloadAttempts,
          gapThresholdSeconds: settings.gapThresholdSeconds,
          force,
          ...(claim.toleranceWindow ? { toleranceWindow: claim.toleranceWindow } : {}),
        }),
      );
      if (outcome.missingSeconds === 0 || outcome.attempts >= settings.maxDownloadAttempts) return outcome;
      await sleep(attemptBackoffSeconds(outcome.attempts, Math.random()) * 1000);
      await condition(() => !day.paused);
    } catch (error) {
      const { type, message } = describeFailure(error);
      if (!gaveUp(error) && !failsFewTimes(type)) throw error;
      if (notTheSource.has(type)) continue;
      day.totals.lastReason = `${type} at ${segmentStart(segment)}: ${message}`;
      return notDownloaded(segment, claim);
    }
  }
}

/** A segment given up: all of it is missing, no attempt is counted against it. */
function notDownloaded(segment: Segment, claim: ClaimedCameraDay): SegmentOutcome {
  const range = segmentRange(segment);
  const inTolerance = claim.toleranceWindow ? coveredMs([toMsRange(claim.toleranceWindow)], range) / 1000 : 0;
  return { attempts: 0, missingSeconds: segment.seconds, toleranceWindowMissingSeconds: inTolerance };
}

interface Counted {
  day: DayState;
  outcome: SegmentOutcome;
  maxDownloadAttempts: number;
}

function countSegment({ day: { totals }, outcome, maxDownloadAttempts }: Counted): void {
  totals.done += 1;
  if (outcome.missingSeconds > 0) {
    totals.withGaps += 1;
    if (outcome.attempts < maxDownloadAttempts) totals.unfinished += 1;
  }
  totals.missingSeconds += outcome.missingSeconds;
  totals.toleranceWindowMissingSeconds += outcome.toleranceWindowMissingSeconds;
}
