// The state of one camera-day while it runs: what its messages change, what its queries answer, what the Web UI shows.
import { setCurrentDetails } from '@temporalio/workflow';
import type { CameraDayInput, CameraDayProgress, SegmentTotals } from '../../contract/plan-messages.ts';
import { durationText } from '../../domain/duration-text.ts';
import { markdownTable, shownWhole } from '../../domain/markdown.ts';
import { isoFromMs } from '../../domain/range.ts';

export interface DayState {
  paused: boolean;
  gapToleranceSeconds: number;
  cancelRequested: boolean;
  progress: CameraDayProgress;
  totals: SegmentTotals;
}

export const noSegments = (): SegmentTotals => ({
  done: 0,
  withGaps: 0,
  unfinished: 0,
  missingSeconds: 0,
  toleranceWindowMissingSeconds: 0,
});

export function openDay(input: CameraDayInput): DayState {
  const totals = input.session?.totals ?? noSegments();
  return {
    paused: input.paused,
    gapToleranceSeconds: input.settings.gapToleranceSeconds,
    cancelRequested: false,
    totals,
    progress: {
      cameraId: input.cameraId,
      state: 'running',
      step: 'waiting',
      segments: { total: 0, done: totals.done, withGaps: totals.withGaps },
      missingSeconds: totals.missingSeconds,
      toleranceWindowMissingSeconds: totals.toleranceWindowMissingSeconds,
    },
  };
}

/** Copies the sums into the answer of the `progress` query and renews the Web UI's table. */
export function showDay(day: DayState, changes: Partial<CameraDayProgress> = {}): void {
  const { totals } = day;
  Object.assign(day.progress, changes, {
    segments: { total: day.progress.segments.total, done: totals.done, withGaps: totals.withGaps },
    missingSeconds: totals.missingSeconds,
    toleranceWindowMissingSeconds: totals.toleranceWindowMissingSeconds,
  });
  if (changes.segments) day.progress.segments.total = changes.segments.total;
  setCurrentDetails(dayDetails(day));
}

function dayDetails({ progress, paused, gapToleranceSeconds }: DayState): string {
  const rows = [
    ['Camera', progress.cameraId],
    ['State', paused && progress.state === 'running' ? 'paused' : progress.state],
    ['Step', progress.step],
    ['Host', progress.host ?? 'not chosen yet'],
    [
      'Segments',
      `${progress.segments.done} of ${progress.segments.total}, ${progress.segments.withGaps} with gaps`,
    ],
    ['Missing', durationText(progress.missingSeconds)],
    [
      'Of it in the tolerance window',
      `${durationText(progress.toleranceWindowMissingSeconds)}; ${durationText(gapToleranceSeconds)} are tolerated`,
    ],
    ...(progress.reason ? [['Reason', progress.reason]] : []),
  ];
  return shownWhole(markdownTable(['', ''], rows));
}

/** `2026-09-13T05:00:00Z` of a segment, for summaries and reasons. */
export const segmentStart = (segment: { startUnix: number }): string => isoFromMs(segment.startUnix * 1000);
