import { describe, expect, it } from 'vitest';
import { relayAudio } from '../../src/domain/relay-audio.ts';
import { relayBackoffSeconds } from '../../src/domain/relay-backoff.ts';

const wait = (failures: number, jitter: number): number =>
  relayBackoffSeconds({ failures, jitter, restartSeconds: 5, backoffSeconds: 60 });

describe('relayBackoffSeconds', () => {
  it.each([
    [0, 0, 5],
    [0, 0.999, 5],
    [1, 0, 5],
    [1, 1, 7.5],
    [4, 0, 12.65625],
    [4, 1, 25.3125],
    [7, 0, 30],
    [7, 1, 60],
    [5000, 0.5, 45],
    [-1, 1, 5],
  ])('waits after %i failures, at jitter %d, for %d s', (failures, jitter, seconds) => {
    expect(wait(failures, jitter)).toBeCloseTo(seconds, 6);
  });

  it('never waits shorter than a restart, also when the longest wait is shorter', () => {
    const seconds = relayBackoffSeconds({ failures: 9, jitter: 0, restartSeconds: 5, backoffSeconds: 3 });
    expect(seconds).toBe(5);
  });
});

describe('relayAudio', () => {
  it.each([
    [undefined, undefined, 'none'],
    ['aac', undefined, 'none'],
    ['copy', undefined, 'none'],
    ['none', 'aac', 'none'],
    [undefined, 'pcm_alaw', 'copy'],
    ['auto', 'opus', 'copy'],
    ['auto', 'adpcm_g722', 'aac'],
    ['copy', 'adpcm_g722', 'copy'],
    ['aac', 'aac', 'aac'],
  ] as const)('makes of the wish %s and the codec %s: %s', (wish, codec, expected) => {
    expect(relayAudio(wish, codec)).toBe(expected);
  });
});
