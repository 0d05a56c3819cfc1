// The screen's last good picture before or in a slot: what stands at the right when the screen is blank and there is no board.
import { join } from 'node:path';
import type { LectureDeps } from './lecture-deps.ts';
import { findSources } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { slotsOf } from './open-lecture.ts';
import type { LectureSlot } from './types.ts';

interface StillRequest {
  known: KnownLecture;
  slot: LectureSlot;
  workDir: string;
  signal: AbortSignal;
  heartbeat: (progress: unknown) => void;
}

/** A PNG, or undefined when no slot from the lecture's first on shows a good screen. */
export async function stillOfScreen(deps: LectureDeps, request: StillRequest): Promise<string | undefined> {
  const { known, signal, heartbeat, workDir } = request;
  const outPath = join(workDir, `still-${request.slot.index}.png`);
  const noSignal = (await deps.catalog.noSignalPictures.listFor(known.room.id)).map(({ pixels }) => pixels);
  const onBytes = (bytes: number): void => heartbeat({ bytes });
  const before = slotsOf(known).filter(({ startUnix }) => startUnix < request.slot.startUnix);
  for (const slot of [request.slot, ...before.reverse()]) {
    heartbeat({ still: slot.index });
    const { screen } = await findSources(deps, { room: known.room, slot, signal, onBytes });
    if (!screen) continue;
    const { path, container, shiftSeconds } = screen;
    const lengthSeconds = (Date.parse(slot.toAt) - Date.parse(slot.fromAt)) / 1000;
    const found = await deps.lecture.media.lastGoodPicture({
      ...{ path, container, outPath, noSignal, signal },
      fromSeconds: Math.max(0, -shiftSeconds),
      toSeconds: lengthSeconds - shiftSeconds,
      stallSeconds: deps.settings.stallSeconds.media,
    });
    if (found) return outPath;
  }
  return undefined;
}
