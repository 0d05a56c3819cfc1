import { expect, test } from 'vitest';
import { createPresence } from '../../../src/activities/restream/keep-presence.ts';
import { inActivity } from '../in-activity.ts';

const keepSeconds = 2;

test('a server that has just fallen silent is looked at sooner, and the less often the longer it is away', async () => {
  await inActivity(async () => {
    const presence = createPresence(10);
    const looks = (untilMs: number): number => {
      let count = 0;
      for (let nowMs = 0; nowMs < untilMs; count += 1) {
        presence.silent(nowMs);
        nowMs += presence.nextLookSeconds(keepSeconds, nowMs) * 1000;
      }
      return count;
    };
    expect(presence.nextLookSeconds(keepSeconds, 0)).toBe(keepSeconds);
    expect(looks(2_000)).toBeGreaterThanOrEqual(6);
    presence.silent(0);
    expect(presence.nextLookSeconds(keepSeconds, 3_600_000)).toBe(keepSeconds);
    presence.answered(3_600_000);
    expect(presence.nextLookSeconds(keepSeconds, 3_600_000)).toBe(keepSeconds);
  }).ended;
});
