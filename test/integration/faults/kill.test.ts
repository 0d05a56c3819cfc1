// Workers that die at any instant: what is published is the same as if nobody had died.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killPlans } from './killed-plans.ts';
import { openTheatre, type Theatre } from './theatre.ts';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});

afterAll(() => theatre?.[Symbol.asyncDispose]());

test('workers killed at 20 random instants change nothing that is published and leave neither process nor temporary', async () => {
  const kills = await killPlans(theatre, { kills: 20, seed: 20_260_302, lanes: 4 });
  expect(kills.length).toBeGreaterThanOrEqual(20);
}, 300_000);
