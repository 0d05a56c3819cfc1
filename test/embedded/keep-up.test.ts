import { expect, test } from 'vitest';
import { keepUp, type Running } from '../../src/embedded/keep-up.ts';
import { eventually } from '../setup/eventually.ts';

interface Fake extends Running {
  number: number;
  end: () => void;
}

/** Starts that succeed, except those whose number is in `failing`. */
function fakes(failing: number[] = []) {
  const started: Fake[] = [];
  const stopped: number[] = [];
  let count = 0;
  const start = async (): Promise<Fake> => {
    const number = (count += 1);
    if (failing.includes(number)) throw new Error(`start ${number} fails`);
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = async (): Promise<void> => {
      stopped.push(number);
      resolve();
    };
    const fake = { number, ended: promise, end: resolve, stop };
    started.push(fake);
    return fake;
  };
  return { started, stopped, start };
}

test('what ends by itself is started again, also after starts that fail', async () => {
  const { started, start } = fakes([2, 3]);
  const notes: string[] = [];
  const kept = await keepUp({ label: 'It', start, note: (line) => notes.push(line), firstWaitMs: 1 });
  started[0]?.end();
  await eventually(() => kept.current().number === 4);
  expect(notes).toEqual([
    'It has ended by itself and is started again.',
    'It does not start: start 2 fails',
    'It does not start: start 3 fails',
  ]);
  await kept.stop();
});

test('what is stopped stays stopped', async () => {
  const { started, stopped, start } = fakes();
  const kept = await keepUp({ label: 'It', start, note: () => {}, firstWaitMs: 1 });
  await kept.stop();
  expect([started.length, stopped]).toEqual([1, [1]]);
});

test('a stop during the wait before a restart ends the waiting', async () => {
  const { started, start } = fakes();
  const notes: string[] = [];
  const kept = await keepUp({ label: 'It', start, note: (line) => notes.push(line), firstWaitMs: 60_000 });
  started[0]?.end();
  await eventually(() => notes.length === 1);
  await kept.stop();
  expect(started).toHaveLength(1);
});

test('a first start that fails is the caller’s', async () => {
  const { start } = fakes([1]);
  await expect(keepUp({ label: 'It', start, note: () => {} })).rejects.toThrow('start 1 fails');
});
