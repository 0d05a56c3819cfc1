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
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(lanes: number): Turns {
  let free = lanes;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
