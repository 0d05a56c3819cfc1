// Why time is missing in a camera-day, in seconds by cause, as the catalog knows it from the scans.
import type { CameraDayRow } from '../catalog/camera-days.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { MissingCause } from '../domain/gap-report.ts';
import { intersect, lengthMs, toMsRange } from '../domain/range.ts';

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

/** Missing seconds inside the camera-day's window by cause; gaps without a known cause are left out. */
export async function missingByCause(
  { segments }: Pick<Catalog, 'segments'>,
  day: Pick<CameraDayRow, 'cameraId' | 'startMs' | 'endMs'>,
): Promise<MissingByCause> {
  const rows = await segments.listRange({
    cameraId: day.cameraId,
    startUnix: Math.floor(day.startMs / 1000),
    endUnix: Math.ceil(day.endMs / 1000),
  });
  const sums: MissingByCause = {};
  for (const { gaps } of rows) {
    for (const gap of gaps) {
      const inside = intersect(toMsRange(gap), day);
      if (!gap.cause || !inside) continue;
      sums[gap.cause] = (sums[gap.cause] ?? 0) + lengthMs(inside) / 1000;
    }
  }
  return sums;
}
