// How many cases a property gets: a fixed sample in every test run, many fresh ones in the soak.

/** Parameters for fast-check; the soak sets LONGTAKE_SOAK. */
export function sample(numRuns: number): { numRuns: number; seed?: number } {
  return process.env['LONGTAKE_SOAK'] ? { numRuns: numRuns * 50 } : { numRuns, seed: 20_260_913 };
}
