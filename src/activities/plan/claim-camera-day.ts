// A host takes a camera-day: from here on its files lie on this host.
import type { CameraDayRow } from '../../catalog/camera-days.ts';
import type { MsRange } from '../../domain/range.ts';
import { toInstantRange } from '../../domain/range.ts';
import { cutIntoSegments } from '../../domain/segment.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { ClaimedCameraDay, ClaimRequest } from './types.ts';

type ClaimDeps = Pick<PlanDeps, 'catalog' | 'settings'>;

export async function claimCameraDay(deps: ClaimDeps, request: ClaimRequest): Promise<ClaimedCameraDay> {
  const { catalog, settings } = deps;
  const { planId, index } = request;
  const [plan, day] = await Promise.all([catalog.plans.require(planId), catalog.cameraDays.require(request)]);
  const window = { startMs: day.startMs, endMs: day.endMs };
  const segments = cutIntoSegments(window, plan.spec.segmentSeconds);
  const host = request.host ?? settings.host;
  await catalog.cameraDays.setHost({ planId, index, host });
  await catalog.cameraDays.setState({ planId, index, state: 'running' });
  if (request.reset !== 'none') {
    const onlyWithGaps = request.reset === 'gaps';
    for (const segment of segments) {
      await catalog.segments.resetAttempts({ key: { cameraId: day.cameraId, ...segment }, onlyWithGaps });
    }
  }
  const toleranceWindow = toleranceOf(day);
  return {
    host,
    window: toInstantRange(window),
    ...(toleranceWindow ? { toleranceWindow: toInstantRange(toleranceWindow) } : {}),
    segments,
    segmentsInFlight: settings.segmentsInFlight,
    timing: settings.timing,
  };
}

function toleranceOf({ toleranceStartMs, toleranceEndMs }: CameraDayRow): MsRange | undefined {
  if (toleranceStartMs === null || toleranceEndMs === null) return undefined;
  return { startMs: toleranceStartMs, endMs: toleranceEndMs };
}
