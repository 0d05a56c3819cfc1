// Two ways of doing the same work, taking turns, and the ratio of each pair of turns.
import { readFileSync } from 'node:fs';
import { spreadOf } from './bench.ts';

export interface Ratio {
  /** Ours ÷ theirs of each pair, in wall time. */
  ratios: number[];
  /** The same in CPU time of this process and of the programs it has waited for; what else runs on the machine hardly moves it. */
  cpuRatios: number[];
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
  const { ours, theirs } = contest;
  const pairs = await takeTurns({ ...contest, ours: () => costOf(ours), theirs: () => costOf(theirs) });
  return {
    ratios: pairs.map(([our, their]) => our.ms / their.ms),
    cpuRatios: pairs.map(([our, their]) => our.cpuMs / their.cpuMs),
    oursMs: spreadOf(pairs.map(([our]) => our.ms)).median,
    theirsMs: spreadOf(pairs.map(([, their]) => their.ms)).median,
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

export interface Cost {
  /** Wall time, milliseconds. */
  ms: number;
  cpuMs: number;
}

export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const cpuBeforeMs = cpuSoFarMs();
  const startedMs = performance.now();
  await work();
  return { ms: performance.now() - startedMs, cpuMs: cpuSoFarMs() - cpuBeforeMs };
}

const tickMs = 10;

/** User and system time of this process and of its ended children; fields 14 to 17 of proc_pid_stat(5). */
function cpuSoFarMs(): number {
  const behindName = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!;
  const ticks = behindName.split(' ').slice(11, 15).map(Number);
  return ticks.reduce((sum, count) => sum + count, 0) * tickMs;
}
