// Which copies at an export target are a lecture's no more: those under an earlier name that no other lecture has taken since.
import type { LectureDeps } from './lecture-deps.ts';

interface Former {
  lectureId: string;
  /** Name of the export target. */
  target: string;
  /** Of the media root, above the paths. */
  rootDirectory: string;
  /** `<room>/<date>/<file>` */
  former: readonly string[];
}

const dayMs = 86_400_000;

/** Paths as they were given. One whose owner cannot be told is kept. */
export async function formerCopies(deps: LectureDeps, asked: Former): Promise<string[]> {
  const free: string[] = [];
  for (const path of asked.former) if (!(await hasOwner(deps, asked, path))) free.push(path);
  return free;
}

async function hasOwner(deps: LectureDeps, asked: Former, path: string): Promise<boolean> {
  const { catalog, storage } = deps;
  const { lectureId, target, rootDirectory } = asked;
  const local = `${rootDirectory}/${path}`;
  // What is published here under this name belongs to somebody.
  if ((await storage.sizeOf(local)) !== undefined) return true;
  const [, date = ''] = path.split('/');
  const dateMs = Date.parse(date);
  if (!Number.isFinite(dateMs)) return true;
  const { roomId } = await catalog.lectures.require(lectureId);
  // A date is that of the room's clock, which may be a day off.
  const near = await catalog.lectures.list({ roomId, fromMs: dateMs - dayMs, toMs: dateMs + 2 * dayMs });
  for (const { id, outcome } of near) {
    if (id === lectureId) continue;
    if (outcome.files?.some((file) => file.path === local)) return true;
    const row = await catalog.publications.get({ lectureId: id, kind: 'export', target });
    if (row?.files?.includes(path)) return true;
  }
  return false;
}
