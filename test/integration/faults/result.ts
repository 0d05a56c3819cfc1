// The end of every fault test: the same as an undisturbed run, seen whole at any instant, nothing left behind.
import { expect } from 'vitest';
import { leftovers, readPublished } from './published.ts';
import type { Stage } from './stage.ts';
import type { Theatre } from './theatre.ts';

/** Waits for the plan's end. */
export async function expectCalmResult(theatre: Theatre, stage: Stage): Promise<void> {
  expect(await stage.end()).toBe('incomplete');
  const calm = await theatre.calm();
  expect(stage.watch.strangers(calm)).toEqual([]);
  expect(readPublished(stage.places)).toEqual(calm);
  expect(leftovers(stage.places)).toEqual([]);
}
