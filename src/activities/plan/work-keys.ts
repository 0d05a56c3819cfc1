// Names of work directories and locks: one per segment key, one per camera-day of a plan.
import { segmentStem } from '../../domain/segment.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import { slugOf } from '../../domain/slug.ts';

/** Shared by all plans, like the segment itself. */
export const segmentWorkKey = (key: SegmentKey): string =>
  `segments/${slugOf(segmentStem(key))}-${key.seconds}`;

export const mergeWorkKey = (planId: string, slug: string): string => `plans/${planId}/${slug}`;
