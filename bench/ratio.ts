// Two ways of doing the same work, taking turns, and the ratio of each pair of turns.
import { spreadOf } from './bench.ts';

export interface Ratio {
  /** Ours ÷ theirs of each pair. */
  ratios: number[];
  /** Medians of wall time, milliseconds. */
  oursMs: number;
  theirsMs: number;
}

interface Contest {
  ours: () => Promise<unknown>;
  theirs: () => Promise<unknown>;
  /** After each turn and outside its time: removes what the turn has written. */
  tidy?: () => Promise<unknown>;
  rounds: number;
}

/** The two take turns, in changing order, so that a busy moment of the machine hits both. One pair before the first warms caches and code. */
export async function ratioOf(contest: Contest): Promise<Ratio> {
  const { theirs, rounds } = contest;
  const measured = await takeTurns({
    ...contest,
    ours: () => timedMs(contest.ours),
    theirs: () => timedMs(theirs),
    rounds,
  });
  return {
    ratios: measured.map(([ours, their]) => ours / their),
    oursMs: spreadOf(measured.map(([ours]) => ours)).median,
    theirsMs: spreadOf(measured.map(([, their]) => their)).median,
  };
}

/** On a busy machine no more pairs are begun after this long, but never fewer than three are measured. */
const budgetMs = 25_000;
const leastRounds = 3;

/** The pairs of what the turns answer, without the first pair. */
export async function takeTurns<Ours, Theirs>(contest: {
  ours: () => Promise<Ours>;
  theirs: () => Promise<Theirs>;
  tidy?: () => Promise<unknown>;
  rounds: number;
}): Promise<[Ours, Theirs][]> {
  const { ours, theirs, rounds } = contest;
  const turn = async <T>(work: () => Promise<T>): Promise<T> => {
    const answer = await work();
    await contest.tidy?.();
    return answer;
  };
  const pairs: [Ours, Theirs][] = [];
  const startedMs = performance.now();
  const isSpent = (round: number): boolean => round > leastRounds && performance.now() - startedMs > budgetMs;
  for (let round = 0; round <= rounds && !isSpent(round); round++) {
    if (round % 2 === 1) {
      const first = await turn(ours);
      pairs.push([first, await turn(theirs)]);
    } else {
      const first = await turn(theirs);
      pairs.push([await turn(ours), first]);
    }
  }
  return pairs.slice(1);
}

export async function timedMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
