// The show of the demo: which cameras there are, when one of them goes away, and whether the plan proved exactly that.
import { setTimeout as delay } from 'node:timers/promises';
import type { PlanDocument } from '../contract/plan.ts';
import type { PublishingCamera } from './demo-cameras.ts';

/** Three cameras publish, one of them with an interruption; the fourth never does. */
export const demoPaths = {
  live: ['demo-entrance', 'demo-hall'],
  interrupted: 'demo-interrupted',
  absent: 'demo-absent',
} as const;

/** How long the interrupted camera stays away. */
export const interruptionSeconds = 6;

/** Seconds that pass before the first frame of a camera is recorded. */
const startSeconds = 1.5;

/** Takes one camera away in the middle of the window and brings it back. Returns the camera that came back. */
export async function interrupt({
  camera,
  publish,
  windowStartMs,
  windowSeconds,
  signal,
}: {
  camera: PublishingCamera;
  publish: () => PublishingCamera;
  windowStartMs: number;
  windowSeconds: number;
  signal: AbortSignal;
}): Promise<PublishingCamera> {
  const awayMs = windowStartMs + (windowSeconds / 2 - interruptionSeconds / 2) * 1000;
  await delay(Math.max(0, awayMs - Date.now()), undefined, { signal });
  await camera.stop();
  await delay((interruptionSeconds - startSeconds) * 1000, undefined, { signal });
  return publish();
}

/** What in the plan's result is not as the show made it; empty when all is proved. */
export function demoDoubts(plan: PlanDocument, windowSeconds: number): string[] {
  const doubts: string[] = [];
  const dayOf = (camera: string) => plan.cameraDays.find((day) => day.camera === camera);
  for (const camera of demoPaths.live) {
    const day = dayOf(camera);
    if (day?.state !== 'complete' || day.merged.length === 0)
      doubts.push(`${camera} should be complete, it is ${day?.state ?? 'not there'}`);
  }
  const interrupted = dayOf(demoPaths.interrupted);
  const missing = interrupted?.missingSeconds ?? 0;
  if (missing < interruptionSeconds / 2 || missing > interruptionSeconds * 2)
    doubts.push(
      `${demoPaths.interrupted} was away for ${interruptionSeconds} s, the plan found ${missing} s`,
    );
  if ((interrupted?.segments.flatMap((segment) => segment.gaps).length ?? 0) === 0)
    doubts.push(`${demoPaths.interrupted} should show its gap`);
  const absent = dayOf(demoPaths.absent);
  if (Math.abs((absent?.missingSeconds ?? 0) - windowSeconds) > 0.5)
    doubts.push(
      `${demoPaths.absent} should miss all ${windowSeconds} s, it misses ${absent?.missingSeconds ?? 0} s`,
    );
  return doubts;
}
