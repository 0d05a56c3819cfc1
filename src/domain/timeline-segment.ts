// A segment's file as the timeline of a merge sees it: where it stands in wall time, and what of it is covered.
import type { CoveredStretch } from './gap-report.ts';
import type { MsRange } from './range.ts';

/** A stretch of a segment's file; one that begins between keyframes cannot begin a part or follow a slate. */
export interface TimelineStretch extends CoveredStretch {
  startsWithKeyframe?: boolean;
}

export interface TimelineSegment {
  path: string;
  /** Where the segment stands in wall time; pictures outside it are not used. */
  range: MsRange;
  /** As in its scan: sorted, inside the range. A segment without any is left out. */
  covered: readonly TimelineStretch[];
  streamKey: string;
  /** First video presentation time of the file. */
  firstPtsSeconds: number;
  /** Last video presentation time; unless given, the end of what is covered. */
  lastPtsSeconds?: number;
  /** The time that concat takes for the file's zero: the earliest of any stream. The first video time unless given. */
  fileStartSeconds?: number;
  /** The same pictures end the file before and begin this one: where to leave that one, and where to enter this one if not at its start. */
  overlapWithPrevious?: { previousOutPtsSeconds: number; inPtsSeconds?: number };
}
