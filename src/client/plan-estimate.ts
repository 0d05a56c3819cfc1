// What a plan will need before it is added: segments, bytes, free space, and how right the archives' clocks are.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import type { ManifestRow } from '../catalog/camera-days.ts';
import type { CameraRecord } from '../catalog/cameras.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { planEstimate, PlanSpec } from '../contract/plan.ts';
import { lengthMs } from '../domain/range.ts';
import { archiveClockOffset } from './archive-clock.ts';
import { countSegments } from './plan-manifest.ts';

/** Where nothing is stored yet: 2 Mbit/s, what a full-HD surveillance camera sends. */
const assumedBytesPerSecond = 250_000;

export type PlanEstimate = z.infer<typeof planEstimate>;

export interface EstimateRequest {
  catalog: Pick<Catalog, 'segments'>;
  spec: PlanSpec;
  cameras: readonly CameraRecord[];
  rows: readonly ManifestRow[];
  mediaRoot: string;
  /** Whether workers run on this machine: then a media root that is not made yet lies where its parent lies. */
  workersAreHere: boolean;
  /** Ask the archives for their time. */
  askClocks: boolean;
}

export async function estimatePlan(request: EstimateRequest): Promise<PlanEstimate> {
  const { spec, cameras, rows } = request;
  const expectedBytes = await expectBytes(request);
  const freeBytes = await freeBytesAt(request.mediaRoot, { climb: request.workersAreHere });
  const offsets = request.askClocks ? await clockOffsets(cameras) : new Map<string, number | null>();
  return {
    cameras: cameras.map(({ id }) => ({ camera: id, clockOffsetSeconds: offsets.get(id) ?? null })),
    cameraDays: rows.length,
    segments: countSegments(rows, spec.segmentSeconds),
    expectedBytes,
    freeBytes: freeBytes ?? null,
    fits: freeBytes === undefined || expectedBytes <= freeBytes,
  };
}

async function expectBytes({ catalog, spec, cameras, rows }: EstimateRequest): Promise<number> {
  const overall = (await catalog.segments.bytesPerSecond()) ?? assumedBytesPerSecond;
  const rates = new Map<string, number>();
  // One query a camera is right for a handful; for thousands the mean of all serves.
  for (const { id } of cameras.length <= 200 ? cameras : [])
    rates.set(id, (await catalog.segments.bytesPerSecond({ cameraId: id })) ?? overall);
  const once = rows.reduce(
    (sum, row) => sum + (lengthMs(row) / 1000) * (rates.get(row.cameraId) ?? overall),
    0,
  );
  const twice = spec.steps.includes('merge') && spec.keepSegments;
  return Math.ceil(twice ? once * 2 : once);
}

/** Free bytes for ordinary users, or undefined when the directory is not on this machine; `climb` looks at its parents too. */
export async function freeBytesAt(
  directory: string,
  { climb }: { climb: boolean },
): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    const parent = dirname(directory);
    return climb && parent !== directory ? freeBytesAt(parent, { climb }) : undefined;
  }
}

const clocksAtOnce = 8;

/** Offset by camera id; each server is asked once. */
async function clockOffsets(cameras: readonly CameraRecord[]): Promise<Map<string, number | null>> {
  const originOf = ({ archiveUrl = '' }: CameraRecord): string =>
    /^https?:\/\/[^/?#]+/.exec(archiveUrl)?.[0] ?? '';
  const origins = [...new Set(cameras.map(originOf))].filter((origin) => origin !== '');
  const byOrigin = new Map<string, number | null>();
  for (let at = 0; at < origins.length; at += clocksAtOnce) {
    const some = origins.slice(at, at + clocksAtOnce);
    const answers = await Promise.all(some.map((origin) => archiveClockOffset(origin)));
    some.forEach((origin, index) => byOrigin.set(origin, answers[index] ?? null));
  }
  return new Map(cameras.map((camera) => [camera.id, byOrigin.get(originOf(camera)) ?? null]));
}
