import { describe, expect, test } from 'vitest';
import { mintToken, openToken, type TokenSpec } from '../../src/gate/token.ts';

const key = 'ab'.repeat(32);
const spec: TokenSpec = { key, path: 'cam/hall', epoch: 7, expiresAtMs: 1_800_000_000_123 };

describe('a token', () => {
  test('says its epoch and expiry to the gate that has the key, for its path', () => {
    const token = mintToken(spec);
    expect(openToken({ key, path: 'cam/hall', token })).toMatchObject({
      epoch: 7,
      expiresAtMs: 1_800_000_000_123,
    });
  });

  test('has no character that MediaMTX refuses or an address escapes', () => {
    for (const epoch of [0, 1, Number.MAX_SAFE_INTEGER]) {
      const token = mintToken({ ...spec, epoch });
      expect(token).toMatch(/^[A-Za-z0-9_.-]{60,100}$/);
      expect(openToken({ key, path: spec.path, token })?.epoch).toBe(epoch);
    }
  });

  test('differs each time it is made', () => {
    expect(new Set(Array.from({ length: 100 }, () => mintToken(spec))).size).toBe(100);
  });

  test.each([
    ['another path', { path: 'cam/hall2' }],
    ['a path that another begins with', { path: 'cam/hal' }],
    ['another key', { key: 'cd'.repeat(32) }],
  ])('does not open for %s', (_, change) => {
    expect(openToken({ key, path: spec.path, token: mintToken(spec), ...change })).toBeUndefined();
  });

  test('does not open with any of its characters changed', () => {
    const token = mintToken(spec);
    for (const [index, character] of [...token].entries()) {
      const other = character === 'b' ? 'c' : 'b';
      const forged = token.slice(0, index) + other + token.slice(index + 1);
      expect([forged, openToken({ key, path: spec.path, token: forged })]).toEqual([forged, undefined]);
    }
  });

  test.each(['', '.', '...', 'a.b.c.d', `7.z.${'a'.repeat(22)}.${'a'.repeat(43)}\n`, 'x'.repeat(10_000)])(
    'is not %j',
    (token) => {
      expect(openToken({ key, path: spec.path, token })).toBeUndefined();
    },
  );

  test.each([{ epoch: -1 }, { epoch: 1.5 }, { expiresAtMs: Number.NaN }, { key: 'short' }])(
    'is not made of %j',
    (change) => {
      expect(() => mintToken({ ...spec, ...change })).toThrow(/whole number|hexadecimal/);
    },
  );
});
