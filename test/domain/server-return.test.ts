import { describe, expect, it } from 'vitest';
import { recentLosses, returnAfterSeconds } from '../../src/domain/server-return.ts';

const minute = 60_000;
const nowMs = 1_000 * minute;
const ago = (...minutes: number[]): number[] => minutes.map((one) => nowMs - one * minute);

describe('a server that answers again', () => {
  it.each<[string, number[], number]>([
    ['after no loss that is known', [], 10],
    ['after its first loss', ago(1), 10],
    ['after a second one within the hour', ago(59, 1), 20],
    ['after a second one later', ago(60, 1), 10],
    ['that goes each minute', ago(5, 4, 3, 2, 1), 160],
    ['that has gone all the time', ago(...Array.from({ length: 50 }, (_, index) => index)), 900],
  ])('%s', (_, lossesAtMs, seconds) => {
    expect(returnAfterSeconds({ lossesAtMs, nowMs, baseSeconds: 10 })).toBe(seconds);
  });

  it('never waits for less than the base, however long that is', () => {
    expect(returnAfterSeconds({ lossesAtMs: ago(2, 1), nowMs, baseSeconds: 3600 })).toBe(3600);
  });

  it('is not reproached with what is more than an hour ago', () => {
    expect(recentLosses(ago(61, 60, 59, 1), nowMs)).toEqual(ago(59, 1));
  });
});
