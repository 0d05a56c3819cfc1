// Which file shows what in a slot: the published segments of the room's cameras on this host, placed on the lecture's clock.
import type { LectureRow, RoomRow } from '../../catalog/lecture-types.ts';
import type { SourceRole } from '../../contract/lecture-messages.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import { lengthMs, msFromIso, subtract } from '../../domain/range.ts';
import type { MsRange } from '../../domain/range.ts';
import type { PlanDeps } from '../plan/plan-deps.ts';
import { readPublished } from '../plan/published-segment.ts';
import type { LectureSlot } from './types.ts';

export interface SlotSource {
  cameraId: string;
  /** Absolute. */
  path: string;
  container: ContainerName;
  sha256: string;
  /** Position in the slot's output minus time in the file, seconds; negative: the beginning is cut. */
  shiftSeconds: number;
  hasSound: boolean;
  /** What the file covers of the lecture's part of the slot, sorted. */
  covered: readonly MsRange[];
}

export type SlotSources = Partial<Record<SourceRole, SlotSource>>;

/** What activities of a lecture begin with. */
export interface KnownLecture {
  row: LectureRow;
  room: RoomRow;
}

export async function readLecture(
  { catalog }: Pick<PlanDeps, 'catalog'>,
  lectureId: string,
): Promise<KnownLecture> {
  const row = await catalog.lectures.require(lectureId);
  return { row, room: await catalog.rooms.require(row.roomId) };
}

interface FindRequest {
  room: RoomRow;
  slot: LectureSlot;
  signal: AbortSignal;
  /** Grows while a file without a fitting report is read again. */
  onBytes: (bytes: number) => void;
}

const gapThresholdSeconds = 2;

/** One source a role: the first camera whose file shows something in this slot. */
export async function findSources(deps: PlanDeps, request: FindRequest): Promise<SlotSources> {
  const sources: SlotSources = {};
  for (const { role, camera } of request.room.sources) {
    const source = sources[role] ?? (await findSource(deps, { ...request, cameraId: camera }));
    if (source) sources[role] = source;
  }
  return sources;
}

/** The part of a slot that the lecture needs. */
export const neededRange = (slot: LectureSlot): MsRange => ({
  startMs: msFromIso(slot.fromAt),
  endMs: msFromIso(slot.toAt),
});

/** Seconds of the needed part that a source does not cover; all of it without a source. */
export function missingSeconds(slot: LectureSlot, source: SlotSource | undefined): number {
  const holes = subtract(neededRange(slot), source?.covered ?? []);
  return holes.reduce((sum, hole) => sum + lengthMs(hole), 0) / 1000;
}

async function findSource(
  deps: PlanDeps,
  { slot, cameraId, signal, onBytes }: FindRequest & { cameraId: string },
): Promise<SlotSource | undefined> {
  const key = { cameraId, startUnix: slot.startUnix, seconds: slot.seconds };
  const row = await deps.catalog.segments.get(key);
  const known = row && (await readPublished(deps, { key, row, gapThresholdSeconds, signal, onBytes }));
  const first = known?.scan.covered[0];
  if (!known?.file || !first || !known.scan.container) return undefined;
  const fromMs = msFromIso(slot.fromAt);
  return {
    cameraId,
    path: deps.storage.resolve(known.file.path),
    container: known.scan.container,
    sha256: known.file.sha256,
    shiftSeconds: (first.startMs - fromMs) / 1000 - (known.scan.firstPtsSeconds ?? 0),
    hasSound: known.scan.audio.present,
    covered: known.scan.covered,
  };
}
