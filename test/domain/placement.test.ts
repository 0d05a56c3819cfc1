// Which server carries a camera: shares by weight, and nobody moves but who must.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeOn, type PlacementServer } from '../../src/domain/placement.ts';
import { sample } from './sample.ts';

const server = (name: string, weight = 1): PlacementServer => ({ name, weight });
const cameras = Array.from({ length: 2000 }, (_, index) => `cam-${index}`);
const servers = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z0-9]{1,8}$/),
    weight: fc.double({ min: 0.001, max: 1_000_000, noNaN: true }),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 8 },
);

describe('one camera', () => {
  test.each([
    ['no server at all', [], undefined, undefined],
    ['no server, though one is named for it', [], 'a', undefined],
    ['the only one', [server('a')], undefined, 'a'],
    ['the one named for it', [server('a', 1_000_000), server('b', 0.001)], 'b', 'b'],
    ['another one while the one named for it is away', [server('a')], 'gone', 'a'],
  ])('%s', (_, all, pinned, expected) => {
    expect(placeOn('cam-1', all, pinned)).toBe(expected);
  });

  test('stays where it is, in whatever order servers are listed', () => {
    fc.assert(
      fc.property(servers, fc.string(), (all, cameraId) => {
        const place = placeOn(cameraId, all);
        expect(all.map(({ name }) => name)).toContain(place);
        expect(placeOn(cameraId, all.toReversed())).toBe(place);
      }),
      sample(500),
    );
  });
});

describe('many cameras', () => {
  test('move only from a server that is lost, and back to it when it returns', () => {
    fc.assert(
      fc.property(servers, fc.nat(), fc.array(fc.string(), { maxLength: 50 }), (all, which, ids) => {
        const lost = all[which % all.length]!;
        const left = all.filter((one) => one !== lost);
        for (const cameraId of ids) {
          const before = placeOn(cameraId, all);
          if (before !== lost.name) expect(placeOn(cameraId, left)).toBe(before);
          else expect(placeOn(cameraId, left) === undefined).toBe(left.length === 0);
        }
      }),
      sample(200),
    );
  });

  test('move only to the server whose weight has grown', () => {
    const before = [server('a'), server('b'), server('c')];
    const after = [server('a'), server('b', 3), server('c')];
    const moved = cameras.filter((id) => placeOn(id, before) !== placeOn(id, after));
    expect(moved.length).toBeGreaterThan(300);
    expect(new Set(moved.map((id) => placeOn(id, after)))).toEqual(new Set(['b']));
  });

  test.each([
    ['equal weights', [server('a'), server('b'), server('c'), server('d')]],
    ['weights of 1, 2 and 5', [server('a'), server('b', 2), server('c', 5)]],
  ])('spread by weight: %s', (_, all) => {
    const total = all.reduce((sum, { weight }) => sum + weight, 0);
    for (const { name, weight } of all) {
      const share = cameras.filter((id) => placeOn(id, all) === name).length / cameras.length;
      expect(Math.abs(share - weight / total)).toBeLessThan(0.04);
    }
  });

  test('of a lost server spread over all others', () => {
    const all = [server('a'), server('b'), server('c'), server('d')];
    const left = all.slice(1);
    const orphans = cameras.filter((id) => placeOn(id, all) === 'a');
    for (const { name } of left) {
      const share = orphans.filter((id) => placeOn(id, left) === name).length / orphans.length;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.08);
    }
  });
});
