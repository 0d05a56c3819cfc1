// What a measurement looks like: two ways of doing the same work, taking turns in one run, and their ratio.

export interface BenchResult {
  /** Ours ÷ theirs, one for each pair of turns. */
  ratios: readonly number[];
  /** What was measured, with figures of this machine, in one line. */
  detail: string;
  /** What was taken out of the ratio and measured beside it. */
  apart?: readonly Apart[];
}

export interface Apart {
  /** `fsync ÷ the same cat` */
  what: string;
  ratios: readonly number[];
}

export interface Bench {
  /** One word for the command line. */
  name: string;
  /** `merge of 24 FLV files ÷ cat` */
  title: string;
  /** The median ratio must not be above this. */
  target: number;
  /** What stands in the way where the target is missed. */
  limit?: string;
  run(): Promise<BenchResult>;
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
  return {
    median: sorted.length % 2 ? sorted[Math.floor(middle)]! : median,
    least: sorted[0]!,
    most: sorted.at(-1)!,
  };
}
