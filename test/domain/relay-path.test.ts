import fc from 'fast-check';
import { expect, test } from 'vitest';
import { relayPath } from '../../src/domain/relay-path.ts';

test.for([
  ['gate', /^cam\/gate$/],
  ['hall.1_B-2', /^cam\/hall\.1_B-2$/],
  ['hall 1', /^cam\/hall_1-[0-9a-f]{16}$/],
  ['Двор', /^cam\/_-[0-9a-f]{16}$/],
] as const)('camera %s stands at %s', ([cameraId, path]) => {
  expect(relayPath('cam/', cameraId)).toMatch(path);
});

test('every name becomes a path that MediaMTX takes, short enough for a directory', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (cameraId) => {
      const path = relayPath('cam/', cameraId);
      expect(path).toMatch(/^cam\/[A-Za-z0-9._-]+$/);
      expect(path.length).toBeLessThan(200);
    }),
  );
});

test('no two cameras share a path, also not those that differ in other letters alone', () => {
  const ids = ['hall 1', 'hall_1', 'hall  1', 'зал 1', 'сад 1', 'a/b', 'a b', relayPath('', 'hall 1')];
  expect(new Set(ids.map((id) => relayPath('cam/', id))).size).toBe(ids.length);
});
