import { describe, expect, test } from 'vitest';
import { countSegments, manifestOf } from '../../src/client/plan-manifest.ts';
import { newPlanId } from '../../src/client/plan-id.ts';
import { planRequest, type PlanRequest } from '../../src/contract/plan.ts';

const specOf = (request: Partial<PlanRequest>) =>
  planRequest.parse({ date: '2026-09-13', window: '07:45-20:00', cameras: { all: true }, ...request });
const at = (epochMs: number | undefined) =>
  epochMs === undefined ? undefined : new Date(epochMs).toISOString();

describe('a manifest', () => {
  test('has a row for each day and camera, in each camera’s own zone', () => {
    const cameras = [
      { id: 'a', timeZone: 'Europe/Moscow' },
      { id: 'b', timeZone: '+05:30' },
    ];
    const rows = manifestOf({ spec: specOf({ toDate: '2026-09-14' }), cameras });
    expect(rows.map((row) => [row.index, row.slug, at(row.startMs), at(row.endMs)])).toEqual([
      [0, 'a-2026-09-13', '2026-09-13T04:45:00.000Z', '2026-09-13T17:00:00.000Z'],
      [1, 'b-2026-09-13', '2026-09-13T02:15:00.000Z', '2026-09-13T14:30:00.000Z'],
      [2, 'a-2026-09-14', '2026-09-14T04:45:00.000Z', '2026-09-14T17:00:00.000Z'],
      [3, 'b-2026-09-14', '2026-09-14T02:15:00.000Z', '2026-09-14T14:30:00.000Z'],
    ]);
    expect(countSegments(rows, 900)).toBe(4 * 49);
  });

  test.each([
    ['cut to the plan’s window', '07:45-09:00', '08:00-20:00', '08:00', '09:00'],
    ['absent where the two do not meet', '06:00-07:00', '08:00-20:00', undefined, undefined],
    ['over midnight on the day the window begins', '22:00-06:00', '23:00-05:00', '23:00', '05:00'],
    ['on the day the window ends', '22:00-06:00', '01:00-05:00', '01:00', '05:00'],
  ])('has a tolerance window %s', (_how, window, toleranceWindow, from, to) => {
    const [row] = manifestOf({
      spec: specOf({ window, toleranceWindow }),
      cameras: [{ id: 'a', timeZone: 'UTC' }],
    });
    expect([at(row?.toleranceStartMs)?.slice(11, 16), at(row?.toleranceEndMs)?.slice(11, 16)]).toEqual([
      from,
      to,
    ]);
  });

  test('has whole days of 23 and 25 hours where the clock changes', () => {
    const hours = (date: string) => {
      const [row] = manifestOf({
        spec: specOf({ date, window: '00:00-24:00' }),
        cameras: [{ id: 'a', timeZone: 'Europe/Berlin' }],
      });
      return ((row?.endMs ?? 0) - (row?.startMs ?? 0)) / 3_600_000;
    };
    expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-09-13')]).toEqual([23, 25, 24]);
  });

  test('of too many camera-days is refused', () => {
    const cameras = Array.from({ length: 3000 }, (_, index) => ({ id: `c${index}`, timeZone: 'UTC' }));
    expect(() => manifestOf({ spec: specOf({ toDate: '2027-09-13' }), cameras })).toThrow(
      'more than a plan may hold',
    );
  });
});

test('a plan id holds the day and four letters that nobody mistakes for others', () => {
  expect(newPlanId('2026-09-13', () => 0)).toBe('p-20260913-aaaa');
  expect(newPlanId('2026-09-13', (below) => below - 1)).toBe('p-20260913-9999');
  expect(Array.from({ length: 200 }, () => newPlanId('2026-09-13').slice(-4)).join('')).not.toMatch(
    /[ilo01]/,
  );
});
