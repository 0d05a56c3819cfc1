// Turns at a server: so many at once, in their order, what is urgent before what may wait.
import { expect, it } from 'vitest';
import { createTurns } from '../../../src/activities/restream/lanes.ts';

it('what is to be done soon comes before what may be late, each in its order', async () => {
  const turns = createTurns(1);
  const order: string[] = [];
  const note = (name: string) => async (): Promise<void> => void order.push(name);
  await Promise.all([
    turns.late(note('late 1')),
    turns.late(note('late 2')),
    turns.late(note('late 3')),
    turns.soon(note('soon 1')),
    turns.soon(note('soon 2')),
  ]);
  // The first found a free lane.
  expect(order).toEqual(['late 1', 'soon 1', 'soon 2', 'late 2', 'late 3']);
});

it('no more work than lanes is under way, and whoever waits is counted', async () => {
  const turns = createTurns(2);
  const gate = Promise.withResolvers<void>();
  let now = 0;
  const all = Array.from({ length: 5 }, (_, index) =>
    turns[index % 2 === 0 ? 'soon' : 'late'](async () => {
      now += 1;
      await gate.promise;
      now -= 1;
    }),
  );
  await Promise.resolve();
  expect([now, turns.waiting()]).toEqual([2, 3]);
  gate.resolve();
  await Promise.all(all);
  expect([now, turns.waiting()]).toEqual([0, 0]);
});

it('work that fails gives its lane to the next', async () => {
  const turns = createTurns(1);
  const failing = turns.soon(() => Promise.reject(new Error('as asked')));
  const next = turns.late(async () => 'done');
  await expect(failing).rejects.toThrow('as asked');
  expect(await next).toBe('done');
});
