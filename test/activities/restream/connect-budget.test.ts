// The budget of connections: no host and no subnet gets more than its rate, and a name has a budget of its own.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createConnectBudget } from '../../../src/activities/restream/connect-budget.ts';
import { sample } from '../../domain/sample.ts';

/** How many of so many tries at once are let through. */
const taken = (hosts: readonly string[], rates: { perHost: number; perSubnet: number }): number => {
  const budget = createConnectBudget(rates);
  return hosts.filter((host) => budget.take(host, 0)).length;
};
const numbered = (host: (index: number) => string): string[] =>
  Array.from({ length: 20 }, (_, index) => host(index + 1));

it.each([
  ['one host', numbered(() => '10.0.0.1'), 2],
  ['hosts of one /24', numbered((index) => `10.0.0.${index}`), 5],
  ['hosts of many /24', numbered((index) => `10.0.${index}.1`), 20],
  ['names, whose networks nobody knows', numbered((index) => `cam-${index}.test`), 20],
  ['hosts of one /64', numbered((index) => `[2001:db8:0:1::${index}]`), 5],
  ['hosts of one /64 whose zeros are left out', numbered((index) => `[2001:db8::${index}]`), 5],
  [
    'one /64 in all spellings',
    [
      '[2001:db8::1]',
      '[2001:db8:0:0::2]',
      '[2001:0db8:0000::3]',
      '[2001:db8:0:0:0:0:0:4]',
      '[2001:db8::1.2.3.4]',
      '[2001:db8::5]',
      '[2001:db8::6]',
    ],
    5,
  ],
  ['hosts of many /64', numbered((index) => `[2001:db8:0:${index}::1]`), 20],
  ['addresses that begin with zeros', numbered((index) => `[::${index}]`), 5],
])('of 20 tries at once: %s', (_, hosts, expected) => {
  expect(taken(hosts, { perHost: 2, perSubnet: 5 })).toBe(expected);
});

it('what the subnet refuses costs the host nothing', () => {
  const budget = createConnectBudget({ perHost: 1, perSubnet: 1 });
  expect(budget.take('10.0.0.1', 0)).toBe(true);
  expect(budget.take('10.0.0.2', 500)).toBe(false);
  expect(budget.take('10.0.0.2', 1000)).toBe(true);
});

it('neither host nor subnet ever gets more than its burst and its rate', () => {
  const host = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 4 }));
  const tries = fc.array(fc.tuple(host, fc.integer({ min: 0, max: 400 })), { maxLength: 200 });
  const rates = fc.record({
    perHost: fc.integer({ min: 1, max: 5 }),
    perSubnet: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(tries, rates, (all, given) => {
      const budget = createConnectBudget(given);
      let nowMs = 0;
      const opened: { subnet: number; host: string; atMs: number }[] = [];
      for (const [[subnet, last], pauseMs] of all) {
        nowMs += pauseMs;
        const address = `10.0.${subnet}.${last}`;
        if (budget.take(address, nowMs)) opened.push({ subnet, host: address, atMs: nowMs });
      }
      const most = (times: readonly number[], rate: number): void => {
        for (const [from, fromMs] of times.entries())
          for (let to = from; to < times.length; to += 1)
            expect(to - from + 1).toBeLessThanOrEqual(rate + ((times[to]! - fromMs) / 1000) * rate + 1e-6);
      };
      for (const group of Map.groupBy(opened, (one) => one.host).values())
        most(
          group.map(({ atMs }) => atMs),
          given.perHost,
        );
      for (const group of Map.groupBy(opened, (one) => one.subnet).values())
        most(
          group.map(({ atMs }) => atMs),
          given.perSubnet,
        );
    }),
    sample(200),
  );
});

it('remembers thousands of hosts no longer than it must', () => {
  const budget = createConnectBudget({ perHost: 1, perSubnet: 1000 });
  for (let index = 0; index < 12_000; index += 1)
    expect(budget.take(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, index)).toBe(true);
  expect(budget.take('10.0.0.0', 12_000)).toBe(true);
  expect(budget.take('10.0.0.0', 12_000)).toBe(false);
});
