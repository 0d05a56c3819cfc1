// What a fresh read of the list of cameras changes: newcomers at once, leavers only after a second look, a list that looks broken none.

/** Lists shorter than this may lose any share of their cameras but all. */
const shareFromCameras = 5;

/** One read of the list: camera id → fingerprint, or in words without secrets why there is none. */
export type CameraRead = { cameras: ReadonlyMap<string, string> } | { error: string };

/** Camera id → when it was first missed, epoch milliseconds. */
export type MissingCameras = ReadonlyMap<string, number>;

export interface CameraChangeFacts {
  /** The last good list, id → fingerprint. */
  lastGood: ReadonlyMap<string, string>;
  read: CameraRead;
  /** As the decision before answered it; empty at the start. */
  missing: MissingCameras;
  nowMs: number;
  /** A read that misses a larger share of the last good list takes nobody down. */
  vanishShare?: number;
  /** Least time between the two reads that miss a camera. */
  confirmMs?: number;
}

export interface CameraChanges {
  added: string[];
  changed: string[];
  /** To be taken down. Answered again until the last good list is without them. */
  gone: string[];
  /** For the next decision. */
  missing: MissingCameras;
  /** What a person should look at, and what to do; absent when all is well. */
  attention?: string;
}

/**
 * Compares a read with the last good list. A camera is gone once two reads that can be believed, `confirmMs` apart or more, both miss
 * it and none between them shows it. A read that fails, is empty, or misses more than `vanishShare` of five cameras or more takes
 * nobody down and counts as no look at those it misses; what it shows still counts.
 */
export function cameraChanges(facts: CameraChangeFacts): CameraChanges {
  const { lastGood, read, missing, nowMs, vanishShare = 0.2, confirmMs = 30_000 } = facts;
  if ('error' in read) {
    const attention = `The list of cameras cannot be read: ${read.error.replace(/\.$/, '')}. ${stays(lastGood.size)}`;
    return { added: [], changed: [], gone: [], missing, attention };
  }
  const { cameras } = read;
  const added = [...cameras.keys()].filter((id) => !lastGood.has(id));
  const changed = [...cameras].flatMap(([id, print]) => (isOther(lastGood.get(id), print) ? [id] : []));
  const absent = [...lastGood.keys()].filter((id) => !cameras.has(id));
  const attention = disbelief({
    total: lastGood.size,
    present: cameras.size,
    absent: absent.length,
    vanishShare,
  });
  if (attention !== undefined) {
    const carried = new Map([...missing].filter(([id]) => lastGood.has(id) && !cameras.has(id)));
    return { added, changed, gone: [], missing: carried, attention };
  }
  const gone = absent.filter((id) => nowMs - (missing.get(id) ?? Infinity) >= confirmMs);
  // The clock may have been set back: then the wait begins anew instead of lasting as long as the step.
  const firstMs = (id: string): number => Math.min(missing.get(id) ?? nowMs, nowMs);
  return { added, changed, gone, missing: new Map(absent.map((id) => [id, firstMs(id)])) };
}

const isOther = (stored: string | undefined, print: string): boolean =>
  stored !== undefined && stored !== print;

interface Absence {
  /** Cameras of the last good list. */
  total: number;
  /** Cameras of the read. */
  present: number;
  /** Those of the last good list that the read misses. */
  absent: number;
  vanishShare: number;
}

/** Why the cameras that a read misses are not believed to be gone; undefined when they may be. */
function disbelief({ total, present, absent, vanishShare }: Absence): string | undefined {
  if (absent === 0) return undefined;
  if (present === 0) return `The list of cameras is empty, after ${plural(total)} before. ${stays(total)}`;
  if (total < shareFromCameras || absent / total <= vanishShare) return undefined;
  const share = `${Math.round(vanishShare * 100)} %`;
  return `${absent} of ${plural(total)} vanished from the list at once, more than ${share}. ${stays(total)}`;
}

function stays(total: number): string {
  const check = 'Check the database, the table and its mapping';
  return total === 0
    ? `No camera is relayed yet. ${check}.`
    : `No relay is taken down. ${check}; cameras that are meant to go: run "longtake restream accept" when the list is right.`;
}

const plural = (count: number): string => (count === 1 ? '1 camera' : `${count} cameras`);
