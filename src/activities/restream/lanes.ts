// Many short calls, a few at a time.

/** Calls of the Control API, or signals, at once: each server takes them nearly one by one. */
export const apiLanes = 8;

/** Runs `work` for each item, at most `lanes` at once; the first failure ends the rest. */
export async function inLanes<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    for (const item of left) {
      if (hasFailed) return;
      await work(item).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}

/** Runs `work` when one of the lanes is free; those that wait are taken in their order. */
export interface Turns {
  soon<T>(work: () => Promise<T>): Promise<T>;
  /** After whatever is to be done soon, also when that comes later. */
  late<T>(work: () => Promise<T>): Promise<T>;
  /** How many wait. */
  waiting(): number;
}

export function createTurns(lanes: number): Turns {
  let free = lanes;
  const lines = { soon: [] as (() => void)[], late: [] as (() => void)[] };
  const standIn =
    (line: (() => void)[]) =>
    async <T>(work: () => Promise<T>) => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => line.push(resolve));
      try {
        return await work();
      } finally {
        const next = lines.soon.shift() ?? lines.late.shift();
        if (next) next();
        else free += 1;
      }
    };
  return {
    soon: standIn(lines.soon),
    late: standIn(lines.late),
    waiting: () => lines.soon.length + lines.late.length,
  };
}
