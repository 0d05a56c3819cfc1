// Looks at every joint of a camera-day for pictures that both neighbours hold.
import type { Run } from '../process/run-spec.ts';
import type { MergeSegment } from './merge-part.ts';
import { findOverlap, type Overlap } from './overlap.ts';

/** What the merge timeline takes of a segment; nothing for one that begins with pictures of its own. */
export interface SegmentOverlap {
  overlapWithPrevious?: { previousOutPtsSeconds: number };
}

/** @param spec.segments in wall-clock order; one answer for each, the first one's is always empty */
export async function findOverlaps(
  deps: { run: Run; ffprobePath: string },
  spec: { segments: readonly MergeSegment[]; signal: AbortSignal; onProgress?: (joint: number) => void },
): Promise<SegmentOverlap[]> {
  const answers: SegmentOverlap[] = [];
  for (const [index, after] of spec.segments.entries()) {
    spec.onProgress?.(index);
    const before = spec.segments[index - 1];
    const overlap = before && (await findOverlap(deps, { before, after, signal: spec.signal }));
    answers.push(
      overlap && leavesSomething(before, overlap)
        ? { overlapWithPrevious: { previousOutPtsSeconds: overlap.previousOutPtsSeconds } }
        : {},
    );
  }
  return answers;
}

/** An archive that gives one file for two times repeats itself; a cut there would drop a whole segment that nothing replaces. */
const leavesSomething = (before: MergeSegment, { previousOutPtsSeconds }: Overlap): boolean =>
  previousOutPtsSeconds > before.firstPtsSeconds;
