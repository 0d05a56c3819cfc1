// Slots' files that a published lecture left for another one, which was cancelled or moved since: removed as the room says, by the janitor.
import type { Catalog } from '../../catalog/catalog.ts';
import type { LectureRow, RoomRow } from '../../catalog/lecture-types.ts';
import type { SegmentRow } from '../../catalog/segments.ts';
import { isLectureOver } from '../../domain/lecture-states.ts';
import type { Storage } from '../../storage/storage-types.ts';

export interface SlotSweepDeps {
  catalog: Pick<Catalog, 'rooms' | 'lectures' | 'publications' | 'segments'>;
  storage: Pick<Storage, 'remove'>;
  /** Whose media root is swept. */
  host: string;
}

const dayMs = 86_400_000;
/** Lectures of the same hours are not two months apart. */
const rangeMs = 60 * dayMs;
const leaseSeconds = 60;

/** Answers the paths that it removed. A file that a lecture or anybody else has touched since is left. */
export async function sweepSlots(
  deps: SlotSweepDeps,
  { untouchedSeconds, nowMs }: { untouchedSeconds: number; nowMs: number },
): Promise<string[]> {
  const removed: string[] = [];
  for (const room of await deps.catalog.rooms.list()) {
    const { keepFiles, folderId, exports } = room.spec;
    const isElsewhere = folderId !== undefined || exports.length > 0;
    if (keepFiles === 'all' || !isElsewhere) continue;
    const stored = await storedSlots(deps, room, nowMs);
    const old = stored.filter(({ updatedMs }) => updatedMs <= nowMs - untouchedSeconds * 1000);
    if (old.length === 0) continue;
    const lectures = await deps.catalog.lectures.list({ roomId: room.id, fromMs: nowMs - rangeMs - dayMs });
    for (const slot of old)
      if ((await isDone(deps, lectures, slot)) && (await removeSlot(deps, slot))) removed.push(slot.path!);
  }
  return removed;
}

async function storedSlots(
  { catalog, host }: SlotSweepDeps,
  room: RoomRow,
  nowMs: number,
): Promise<SegmentRow[]> {
  const cameras = new Set(room.sources.map(({ camera }) => camera));
  const range = { startUnix: Math.floor((nowMs - rangeMs) / 1000), endUnix: Math.floor(nowMs / 1000) };
  const rows = [...cameras].map((cameraId) => catalog.segments.listStored({ ...range, cameraId, host }));
  return (await Promise.all(rows)).flat();
}

/** One of its lectures is published, none needs it any more, and nobody but they has made or used it since. */
async function isDone(
  deps: SlotSweepDeps,
  lectures: readonly LectureRow[],
  slot: SegmentRow,
): Promise<boolean> {
  const startMs = slot.startUnix * 1000;
  const endMs = startMs + slot.seconds * 1000;
  const ofSlot = lectures.filter((lecture) => lecture.startMs < endMs && lecture.endMs > startMs);
  let isPublished = false;
  for (const lecture of ofSlot) {
    if (lecture.state === 'cancelled') continue;
    isPublished = true;
    if (!isLectureOver(lecture.state) || lecture.state === 'failed') return false;
    if (lecture.state === 'incomplete' && (await hasOpenPlace(deps, lecture))) return false;
  }
  return isPublished && ofSlot.some(({ updatedMs }) => updatedMs >= slot.updatedMs);
}

/** A repeat will make it anew. */
async function hasOpenPlace({ catalog }: SlotSweepDeps, { id }: LectureRow): Promise<boolean> {
  const places = await catalog.publications.listOf(id);
  return places.some(({ kind, state }) => kind !== 'webhook' && state !== 'done' && state !== 'undone');
}

/** False when somebody works on it, or has taken it away. */
async function removeSlot({ catalog, storage, host }: SlotSweepDeps, slot: SegmentRow): Promise<boolean> {
  const { cameraId, startUnix, seconds, path } = slot;
  const key = { cameraId, startUnix, seconds };
  const granted = await catalog.segments.acquire({ key, owner: `janitor/${host}`, ttlSeconds: leaseSeconds });
  if (!granted.granted) return false;
  const { epoch, attempts, row } = granted;
  try {
    if (row.path !== path || row.updatedMs !== slot.updatedMs) return false;
    await storage.remove(path!);
    const reason = 'Removed after the lecture was published.';
    return await catalog.segments.record({ key, epoch, state: row.state, attempts, path: null, reason });
  } finally {
    await catalog.segments.release({ key, epoch });
  }
}
