// Workers that die at any instant: what is published is the same as if nobody had died.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killPlans } from './killed-plans.ts';
import { openTheatre, type Theatre } from './theatre.ts';

/** With the seven of inside-steps.test.ts a run kills 20 workers; the soak kills 40 more. */
const kills = 13;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});

afterAll(() => theatre?.[Symbol.asyncDispose]());

test('workers killed at random instants change nothing that is published and leave neither process nor temporary', async () => {
  const fallen = await killPlans(theatre, { kills, seed: 20_260_302, lanes: 5 });
  expect(fallen.length).toBeGreaterThanOrEqual(kills);
}, 300_000);
