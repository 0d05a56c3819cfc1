// Runs a list with a bounded number of items in flight.

export interface Windowed<T> {
  items: readonly T[];
  inFlight: number;
  run: (item: T, index: number) => Promise<void>;
  /** Asked before each item; false stops taking new ones and lets those in flight end. */
  goOn: () => boolean;
}

/** Answers how many items were taken, from the first on. Rejects with the first error, after which no new item is taken. */
export async function runWindowed<T>({ items, inFlight, run, goOn }: Windowed<T>): Promise<number> {
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed && goOn()) {
      const index = next++;
      try {
        await run(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, inFlight) }, lane));
  return next;
}
