// Why time is missing in a camera-day, in seconds by cause, as the catalog knows it from the scans.
import type { SegmentRow } from '../catalog/segments.ts';
import type { MissingCause } from '../domain/gap-report.ts';
import { intersect, lengthMs, type MsRange, toMsRange } from '../domain/range.ts';

export type MissingByCause = Partial<Record<MissingCause, number>>;

/** Causes in words for people. */
const causeTexts: Record<MissingCause, string> = {
  sourceHadNone: 'the source had none',
  neverDownloaded: 'never downloaded',
  rejected: 'what came was unusable',
};

/** `5.7 s the source had none`, the causes joined; a share below a twentieth of a second is left out. */
export function missingText(causes: MissingByCause): string {
  const shares = (Object.entries(causes) as [MissingCause, number][]).filter(
    ([, seconds]) => seconds >= 0.05,
  );
  return shares.map(([cause, seconds]) => `${Number(seconds.toFixed(1))} s ${causeTexts[cause]}`).join(', ');
}

/** Missing seconds of these segments inside a window by cause; gaps without a known cause are left out. */
export function missingByCause(
  segments: readonly Pick<SegmentRow, 'gaps'>[],
  window: MsRange,
): MissingByCause {
  const sums: MissingByCause = {};
  for (const { gaps } of segments) {
    for (const gap of gaps) {
      const inside = intersect(toMsRange(gap), window);
      if (!gap.cause || !inside) continue;
      sums[gap.cause] = (sums[gap.cause] ?? 0) + lengthMs(inside) / 1000;
    }
  }
  return sums;
}
