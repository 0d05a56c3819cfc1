// What a measurement looks like: two things measured side by side in one run, and the ratio between them.

export interface BenchResult {
  /** ours ÷ theirs */
  ratio: number;
  /** What was measured, with figures, in one line. */
  detail: string;
}

export interface Bench {
  name: string;
  /** The ratio must not be above this. */
  target: number;
  run(): Promise<BenchResult>;
}
