// Two ways of doing the same work, taking turns, and the ratio of their median times.

export interface Ratio {
  /** ours ÷ theirs */
  ratio: number;
  /** Medians of wall time, milliseconds. */
  oursMs: number;
  theirsMs: number;
}

/** The two take turns, in changing order, so that a busy moment of the machine hits both. */
export async function ratioOf(spec: {
  ours: () => Promise<unknown>;
  theirs: () => Promise<unknown>;
  rounds: number;
}): Promise<Ratio> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < spec.rounds; round++) {
    const turns = [() => timed(spec.ours, ours), () => timed(spec.theirs, theirs)];
    if (round % 2 === 1) turns.reverse();
    for (const turn of turns) await turn();
  }
  const oursMs = median(ours);
  const theirsMs = median(theirs);
  return { ratio: oursMs / theirsMs, oursMs, theirsMs };
}

async function timed(work: () => Promise<unknown>, into: number[]): Promise<void> {
  const startedAt = performance.now();
  await work();
  into.push(performance.now() - startedAt);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
