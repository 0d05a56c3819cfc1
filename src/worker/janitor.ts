// Clears away what nobody else will: tools of dead workers at once, their work directories and slots that no lecture needs after a day.
import { lectureWorkKey } from '../activities/lecture/lecture-work.ts';
import { sweepSlots } from '../activities/lecture/sweep-slots.ts';
import { segmentWorkKey } from '../activities/plan/work-keys.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { isLectureOver, lectureStates } from '../domain/lecture-states.ts';
import { killOrphans } from '../process/orphans.ts';
import type { Storage, WorkEntry } from '../storage/storage-types.ts';

/** Plans remove their own work when they end; this is for those that never will, so there is no hurry. */
const olderThanSeconds = 86_400;
const everyMs = 3600 * 1000;

export interface Janitor {
  /** Resolves when a sweep under way has ended. */
  stop(): Promise<void>;
}

/** The first sweep begins at once and is not waited for; one that fails is tried again with the next. */
export async function startJanitor(deps: {
  catalog: Catalog;
  storage: Storage;
  settings: { host: string };
}): Promise<Janitor> {
  await killOrphans();
  const slots = { ...deps, host: deps.settings.host };
  const sweep = async (): Promise<void> => {
    await sweepWork(deps, olderThanSeconds).catch(() => undefined);
    await sweepSlots(slots, { untouchedSeconds: olderThanSeconds, nowMs: Date.now() }).catch(() => undefined);
  };
  let sweeping = sweep();
  const timer = setInterval(() => (sweeping = sweeping.then(sweep)), everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

/** Removes work that nobody touched for so long and that belongs to no leased segment, no running plan and no open lecture. Answers what it removed. */
export async function sweepWork(
  { catalog, storage }: { catalog: Catalog; storage: Storage },
  untouchedSeconds: number,
): Promise<string[]> {
  const leased = new Set((await catalog.segments.listLeased()).map(segmentWorkKey));
  const lectures = new Set(await openLectures(catalog));
  const isRunning = async (planId: string): Promise<boolean> =>
    ['running', 'paused'].includes((await catalog.plans.get(planId))?.state ?? '');
  const isLive = async ({ keyName }: WorkEntry): Promise<boolean> => {
    const [kind, name = ''] = keyName.split('/');
    if (kind === 'lectures') return lectures.has(keyName);
    return kind === 'plans' ? await isRunning(name) : leased.has(keyName);
  };
  return await storage.sweepWork({ olderThanSeconds: untouchedSeconds, isLive });
}

async function openLectures(catalog: Catalog): Promise<string[]> {
  const open = lectureStates.filter((state) => !isLectureOver(state));
  const rows = await Promise.all(open.map((state) => catalog.lectures.list({ state })));
  return rows.flat().map(({ id }) => lectureWorkKey(id));
}
