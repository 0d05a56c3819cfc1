// From a plan and its cameras to the manifest: one row for each camera and day, with the window in that camera's zone.
import type { ManifestRow } from '../catalog/camera-days.ts';
import type { PlanSpec } from '../contract/plan.ts';
import { addDays, datesBetween, windowOnDate } from '../domain/calendar.ts';
import { Fault } from '../domain/fault.ts';
import { intersect, type MsRange } from '../domain/range.ts';
import { cutIntoSegments } from '../domain/segment.ts';
import { slugOf } from '../domain/slug.ts';
import { parseLocalWindow } from '../domain/window.ts';

export interface ManifestCamera {
  id: string;
  timeZone: string;
}

const mostCameraDays = 1_000_000;

/** Days outermost, cameras in the order given. Throws Fault InputInvalid when the days run backwards or are too many. */
export function manifestOf({
  spec,
  cameras,
}: {
  spec: PlanSpec;
  cameras: readonly ManifestCamera[];
}): ManifestRow[] {
  const dates = datesBetween(spec.date, spec.toDate ?? spec.date);
  if (dates.length * cameras.length > mostCameraDays)
    throw new Fault(
      'InputInvalid',
      `${dates.length * cameras.length} camera-days are more than a plan may hold (${mostCameraDays}).`,
    );
  const zoned = new Map<string, WindowOfDay>();
  const rows: ManifestRow[] = [];
  for (const date of dates) {
    for (const camera of cameras) {
      const zoneKey = `${date} ${camera.timeZone}`;
      const day = zoned.get(zoneKey) ?? windowOfDay({ spec, date, timeZone: camera.timeZone });
      zoned.set(zoneKey, day);
      rows.push({
        index: rows.length,
        cameraId: camera.id,
        date,
        slug: slugOf(`${camera.id}-${date}`),
        ...day,
      });
    }
  }
  return rows;
}

/** Segments of all rows together. */
export function countSegments(rows: readonly ManifestRow[], segmentSeconds: number): number {
  return rows.reduce((sum, row) => sum + cutIntoSegments(row, segmentSeconds).length, 0);
}

type WindowOfDay = Pick<ManifestRow, 'startMs' | 'endMs' | 'toleranceStartMs' | 'toleranceEndMs'>;

function windowOfDay({
  spec,
  date,
  timeZone,
}: {
  spec: PlanSpec;
  date: string;
  timeZone: string;
}): WindowOfDay {
  const window = windowOnDate({ date, window: parseLocalWindow(spec.window), timeZone });
  if (window.endMs <= window.startMs)
    throw new Fault('InputInvalid', `The window ${spec.window} is empty on ${date} in ${timeZone}.`);
  const tolerance = toleranceOn({ spec, date, timeZone, window });
  return tolerance
    ? { ...window, toleranceStartMs: tolerance.startMs, toleranceEndMs: tolerance.endMs }
    : { startMs: window.startMs, endMs: window.endMs };
}

/** The tolerance window of the same day, or, where a window crosses midnight, of the day it ends on. */
function toleranceOn({
  spec,
  date,
  timeZone,
  window,
}: {
  spec: PlanSpec;
  date: string;
  timeZone: string;
  window: MsRange;
}): MsRange | undefined {
  const tolerance = parseLocalWindow(spec.toleranceWindow);
  return (
    intersect(window, windowOnDate({ date, window: tolerance, timeZone })) ??
    intersect(window, windowOnDate({ date: addDays(date, 1), window: tolerance, timeZone }))
  );
}
