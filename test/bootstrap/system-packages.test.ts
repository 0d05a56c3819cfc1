import { describe, expect, test } from 'vitest';
import { isAtLeast, readToolVersion, systemTools } from '../../bootstrap/system-packages.js';

describe('readToolVersion', () => {
  test.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers', [5, 1, 9]],
    ['ffmpeg version n7.0 Copyright (c)', [7, 0]],
    ['ffmpeg version N-118315-g4f3c9f2f03-20250110 Copyright (c)', undefined],
    ['rsync  version 3.2.7  protocol version 31', [3, 2, 7]],
    ['rsync  version v3.5.0  protocol version 32', [3, 5, 0]],
    ['nothing of the kind', undefined],
  ])('%j', (text, version) => {
    expect(readToolVersion(text)).toEqual(version);
  });
});

describe('isAtLeast', () => {
  test.each([
    [[5, 1], [5, 1], true],
    [[5, 1, 9], [5, 1], true],
    [[7], [5, 1], true],
    [[5], [5, 1], false],
    [[3, 2, 3], [3, 2, 4], false],
    [[3, 10], [3, 2, 4], true],
  ])('%j is at least %j: %s', (a, b, answer) => {
    expect(isAtLeast(a, b)).toBe(answer);
  });
});

test('every program of the system names its Debian package and who needs it', () => {
  for (const tool of systemTools) {
    expect(tool.debian).toMatch(/^[a-z0-9-]+$/);
    expect(tool.for.length).toBeGreaterThan(0);
  }
});
