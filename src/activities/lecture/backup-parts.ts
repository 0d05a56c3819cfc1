// What the backup is cut from: the screen's files over the lecture, the board's where there is no screen.
import type { BackupPart } from '../../media/lecture/backup.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { findSources, neededRange } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { slotsOf } from './open-lecture.ts';

/** In the order of the lecture; shifts place them on its clock. */
export async function backupParts(
  deps: LectureDeps,
  request: { known: KnownLecture; signal: AbortSignal; heartbeat: (progress: unknown) => void },
): Promise<BackupPart[]> {
  const { known, signal, heartbeat } = request;
  const parts: BackupPart[] = [];
  for (const slot of slotsOf(known)) {
    const onBytes = (bytes: number): void => heartbeat({ backup: slot.index, bytes });
    const { screen, board } = await findSources(deps, { room: known.room, slot, signal, onBytes });
    const source = screen ?? board;
    if (!source) continue;
    const { path, container, shiftSeconds } = source;
    const slotSeconds = (neededRange(slot).startMs - known.row.startMs) / 1000;
    parts.push({ path, container, shiftSeconds: shiftSeconds + slotSeconds });
  }
  return parts;
}
