// Work whose workers are killed at random instants: a random number of steps after each start, and a random while after that.
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../setup/eventually.ts';
import type { Published } from './published.ts';
import type { StepTail } from './step-tail.ts';
import { childrenOfWorker, type WorkerChild } from './worker-child.ts';

/** mulberry32: the same instants for the same seed, as far as a machine allows. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Kill {
  /** Steps begun and not ended when the worker died. */
  inside: string[];
  /** What stood under final names then. */
  published: Published;
}

/** Waits until nothing of a dead worker runs any more; rejects in the end with what still does. */
export const noOrphans = (pid: number): Promise<true> =>
  eventually(
    () => {
      const left = childrenOfWorker(pid);
      if (left.length > 0) throw new Error(`still running: ${left.map(({ command }) => command).join('; ')}`);
      return true as const;
    },
    { seconds: 15 },
  );

/** Work that steps through its way in workers, of whatever capability. */
export interface Killable {
  addWorker(): WorkerChild;
  start(): Promise<void>;
  end(): Promise<unknown>;
  steps: StepTail;
  /** What stands under final names now. */
  published(): Published;
}

export interface KillSpec {
  kills: number;
  random: () => number;
  /** Steps before the first kill, and after a restart until the next: some are repeated, so this goes on from there. */
  within: { first: number; between: number };
}

const mostExtraMs = 120;

/** Runs the work to its end with at most `kills` kills; fewer when it ends before them. */
export async function runWithKills(stage: Killable, { kills, random, within }: KillSpec): Promise<Kill[]> {
  const fallen: Kill[] = [];
  let worker = stage.addWorker();
  await worker.ready;
  await stage.start();
  let ended = false;
  const end = stage.end().finally(() => (ended = true));
  while (fallen.length < kills) {
    let left = 1 + Math.floor(random() * (fallen.length === 0 ? within.first : within.between));
    await Promise.race([end, stage.steps.next(({ pid }) => pid === worker.pid && --left === 0)]);
    await delay(random() * mostExtraMs);
    if (ended) break;
    await worker.kill();
    const { pid } = worker;
    fallen.push({ inside: stage.steps.openSteps(pid), published: stage.published() });
    worker = stage.addWorker();
    await noOrphans(pid);
  }
  await end;
  return fallen;
}
