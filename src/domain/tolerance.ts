// Whether a camera-day may be merged with what it misses.
import { durationText } from './duration-text.ts';

export interface MergeFacts {
  /** Missing seconds inside the tolerance window (already intersected with the plan's). */
  toleranceWindowMissingSeconds: number;
  gapToleranceSeconds: number;
  /** Segments with gaps that have attempts left. */
  unfinishedSegments: number;
  tolerateIncomplete: boolean;
}

export type MergeVerdict = { merge: true } | { merge: false; reason: string };

/** Refuses when more is missing than tolerated, or when unfinished segments are not tolerated; `reason` is one or two sentences. */
export function judgeMerge(facts: MergeFacts): MergeVerdict {
  const reasons: string[] = [];
  if (facts.toleranceWindowMissingSeconds > facts.gapToleranceSeconds) {
    const missing = durationText(facts.toleranceWindowMissingSeconds);
    reasons.push(
      `${missing} of the tolerance window are missing and ${durationText(facts.gapToleranceSeconds)} are tolerated.`,
    );
  }
  if (facts.unfinishedSegments > 0 && !facts.tolerateIncomplete) {
    const some = facts.unfinishedSegments === 1 ? '1 segment is' : `${facts.unfinishedSegments} segments are`;
    reasons.push(`${some} unfinished: gaps remain and so do download attempts.`);
  }
  return reasons.length === 0 ? { merge: true } : { merge: false, reason: reasons.join(' ') };
}
