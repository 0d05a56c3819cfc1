// Rows that tests put into catalogs.
import type { ManifestRow } from '../../src/catalog/camera-days.ts';
import type { CameraRow } from '../../src/contract/camera.ts';
import { planRequest, type PlanSpec } from '../../src/contract/plan.ts';

export const cameraRow = (id: string, more: Partial<CameraRow> = {}): CameraRow => ({
  id,
  timeZone: 'UTC',
  liveUrl: `rtsp://10.0.0.1/${id}`,
  tags: [],
  enabled: true,
  ...more,
});

export const planSpec = (): PlanSpec =>
  planRequest.parse({ date: '2026-09-13', window: '07:45-20:00', cameras: { all: true } });

export const manifest = (count: number): ManifestRow[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    cameraId: `cam-${index}`,
    slug: `cam-${index}-2026-09-13`,
    date: '2026-09-13',
    startMs: Date.UTC(2026, 8, 13, 7, 45),
    endMs: Date.UTC(2026, 8, 13, 20),
  }));
