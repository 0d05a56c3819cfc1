// Segments and their leases, within one process.
import { expect, test, vi } from 'vitest';
import type { Acquired } from '../../src/catalog/segment-leases.ts';
import { forEachDatabase } from './databases.ts';

const key = { cameraId: 'cam-1', startUnix: 1_789_000_000, seconds: 900 };
const ttlSeconds = 60;

function granted(answer: Acquired) {
  if (!answer.granted) throw new Error(`held by ${answer.heldBy}`);
  return answer;
}

forEachDatabase(({ open }) => {
  test('a free key is granted with epoch 1, and a second owner hears who holds it and for how long', async () => {
    const { segments } = await open();
    const first = granted(await segments.acquire({ key, owner: 'plan/a', ttlSeconds }));
    expect(first).toMatchObject({
      epoch: 1,
      attempts: 0,
      row: { ...key, state: 'pending', missingSeconds: null },
    });
    const second = await segments.acquire({ key, owner: 'plan/b', ttlSeconds });
    expect(second).toMatchObject({ granted: false, heldBy: 'plan/a', untilMs: first.row.leaseExpiresMs });
    if (second.granted) throw new Error('granted twice');
    expect(second.remainingSeconds).toBeGreaterThan(50);
    expect(second.remainingSeconds).toBeLessThanOrEqual(ttlSeconds);
  });

  test('the same owner is granted again at once, and its older epoch writes no more', async () => {
    const { segments } = await open();
    granted(await segments.acquire({ key, owner: 'a', ttlSeconds }));
    expect(granted(await segments.acquire({ key, owner: 'a', ttlSeconds })).epoch).toBe(2);
    const write = { key, state: 'complete', attempts: 1, missingSeconds: 0 } as const;
    expect(await segments.record({ ...write, epoch: 1 })).toBe(false);
    expect(await segments.renew({ key, owner: 'a', epoch: 1, ttlSeconds })).toBe(false);
    expect(await segments.isCurrent({ key, epoch: 1 })).toBe(false);
    expect(await segments.release({ key, epoch: 1 })).toBe(false);
    expect(await segments.record({ ...write, epoch: 2 })).toBe(true);
    expect(await segments.get(key)).toMatchObject({ state: 'complete', attempts: 1, epoch: 2 });
  });

  test('an expired lease goes to the next owner, and the one before it has lost', async () => {
    const { segments } = await open();
    granted(await segments.acquire({ key, owner: 'a', ttlSeconds: 0.2 }));
    const next = await vi.waitFor(
      async () => granted(await segments.acquire({ key, owner: 'b', ttlSeconds })),
      {
        timeout: 5000,
      },
    );
    expect(next.epoch).toBe(2);
    expect(await segments.renew({ key, owner: 'a', epoch: 1, ttlSeconds })).toBe(false);
    expect(await segments.record({ key, epoch: 1, state: 'complete', attempts: 1 })).toBe(false);
  });

  test('a lease that is renewed does not expire, and an expired one nobody took is renewed still', async () => {
    const { segments } = await open();
    granted(await segments.acquire({ key, owner: 'a', ttlSeconds: 0.01 }));
    await vi.waitFor(async () => expect((await segments.get(key))?.leaseExpiresMs).toBeLessThan(Date.now()), {
      timeout: 30_000,
    });
    expect(await segments.renew({ key, owner: 'a', epoch: 1, ttlSeconds })).toBe(true);
    expect((await segments.acquire({ key, owner: 'b', ttlSeconds })).granted).toBe(false);
  });

  test('a released key is free at once, and its epoch goes on from where it was', async () => {
    const { segments } = await open();
    for (const [index, owner] of ['a', 'b', 'a', 'c'].entries()) {
      const { epoch } = granted(await segments.acquire({ key, owner, ttlSeconds }));
      expect(epoch).toBe(index + 1);
      expect(await segments.release({ key, owner: 'someone else', epoch })).toBe(false);
      expect(await segments.release({ key, owner, epoch })).toBe(true);
    }
  });

  test('keys that differ in camera, start or length are leased apart', async () => {
    const { segments } = await open();
    const keys = [
      key,
      { ...key, cameraId: 'cam-2' },
      { ...key, startUnix: key.startUnix + 1 },
      { ...key, seconds: 60 },
    ];
    for (const [index, one] of keys.entries())
      expect(granted(await segments.acquire({ key: one, owner: `owner-${index}`, ttlSeconds })).epoch).toBe(
        1,
      );
  });

  test('a record changes the fields it names and empties those given as null', async () => {
    const { segments } = await open();
    const { epoch } = granted(await segments.acquire({ key, owner: 'a', ttlSeconds }));
    const gaps = [
      { startAt: '2026-09-13T08:00:00Z', endAt: '2026-09-13T08:00:02.5Z', cause: 'sourceHadNone' as const },
    ];
    const facts = {
      path: 'downloaded/a.flv',
      host: 'nvr-1',
      sizeBytes: 2 ** 40,
      sha256: 'ab',
      streamKey: 'h264',
      container: 'flv',
    };
    await segments.record({
      key,
      epoch,
      state: 'incomplete',
      attempts: 1,
      missingSeconds: 2.5,
      gaps,
      ...facts,
      reason: 'why',
    });
    await segments.record({ key, epoch, state: 'incomplete', attempts: 2, reason: null });
    expect(await segments.get(key)).toMatchObject({
      ...facts,
      attempts: 2,
      missingSeconds: 2.5,
      gaps,
      reason: null,
    });
  });

  test('attempts are reset for all, or only for what is not whole', async () => {
    const { segments } = await open();
    const whole = { ...key, seconds: 60 };
    for (const [one, missingSeconds] of [
      [key, 3],
      [whole, 0],
    ] as const) {
      const { epoch } = granted(await segments.acquire({ key: one, owner: 'a', ttlSeconds }));
      await segments.record({ key: one, epoch, state: 'complete', attempts: 2, missingSeconds });
    }
    const attempts = async () => [(await segments.get(key))?.attempts, (await segments.get(whole))?.attempts];
    for (const one of [key, whole]) await segments.resetAttempts({ key: one, onlyWithGaps: true });
    expect(await attempts()).toEqual([0, 2]);
    for (const one of [key, whole]) await segments.resetAttempts({ key: one });
    expect(await attempts()).toEqual([0, 0]);
  });

  test('a range lists the segments of one camera that begin inside it, and the mean bit rate leaves gaps out', async () => {
    const { segments } = await open();
    expect(await segments.bytesPerSecond()).toBeUndefined();
    for (const startUnix of [0, 900, 1800, 2700]) {
      const one = { ...key, startUnix };
      const { epoch } = granted(await segments.acquire({ key: one, owner: 'a', ttlSeconds }));
      await segments.record({
        key: one,
        epoch,
        state: 'complete',
        attempts: 1,
        missingSeconds: 100,
        sizeBytes: 80_000,
      });
    }
    await segments.acquire({ key: { ...key, startUnix: 900, seconds: 60 }, owner: 'a', ttlSeconds });
    await segments.acquire({ key: { ...key, cameraId: 'cam-2', startUnix: 900 }, owner: 'a', ttlSeconds });
    const range = { cameraId: 'cam-1', startUnix: 900, endUnix: 2700 };
    const starts = (await segments.listRange(range)).map(({ startUnix, seconds }) => [startUnix, seconds]);
    expect(starts).toEqual([
      [900, 60],
      [900, 900],
      [1800, 900],
    ]);
    expect(await segments.listRange({ ...range, seconds: 900 })).toHaveLength(2);
    expect(await segments.bytesPerSecond({ cameraId: 'cam-1' })).toBe(100);
    expect(await segments.bytesPerSecond({ cameraId: 'cam-2' })).toBeUndefined();
  });
});
