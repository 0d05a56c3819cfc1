// Plans one after the other, some side by side, until so many workers were killed; each is held to the undisturbed run.
import { expect } from 'vitest';
import { type Kill, randomFrom, runWithKills } from './kill-run.ts';
import { leftovers, readPublished, strangers } from './published.ts';
import type { Theatre } from './theatre.ts';

export interface KilledPlans {
  /** At least so many workers die. */
  kills: number;
  seed: number;
  /** Plans at once. */
  lanes: number;
}

/** More kills of one plan would measure how long Temporal waits between many tries of one activity. */
const killsPerPlan = 3;

/** A plan has about 120 steps. */
const within = { first: 90, between: 30 };

/** Answers where the kills fell. */
export async function killPlans(theatre: Theatre, { kills, seed, lanes }: KilledPlans): Promise<Kill[]> {
  const fallen: Kill[] = [];
  let plans = 0;
  const lane = async (): Promise<void> => {
    while (fallen.length < kills) {
      const random = randomFrom(seed + plans);
      fallen.push(...(await runKilledPlan(theatre, { name: `killed-${(plans += 1)}`, random })));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return fallen;
}

async function runKilledPlan(theatre: Theatre, { name, random }: { name: string; random: () => number }) {
  await using stage = await theatre.openStage(name);
  const killable = { ...stage, published: () => readPublished(stage.places) };
  const kills = await runWithKills(killable, { kills: killsPerPlan, random, within });
  const calm = await theatre.calm();
  const where = `${name}, killed in ${kills.map(({ inside }) => inside.join('+') || 'no step').join(', ')}`;
  for (const { published } of kills) expect(strangers(published, calm), where).toEqual([]);
  expect(stage.watch.strangers(calm), where).toEqual([]);
  expect(stage.watch.looks(), where).toBeGreaterThan(calm.size / 2);
  expect(readPublished(stage.places), where).toEqual(calm);
  expect(leftovers(stage.places), where).toEqual([]);
  return kills;
}
