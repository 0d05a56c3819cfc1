// A plan is started afresh in a few statements, however many segments it has, and touches no other plan's.
import { expect, test, vi } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { resetPlan } from '../../src/client/plan.ts';
import { forEachDatabase } from '../catalog/databases.ts';
import { manifest, planSpec } from '../catalog/rows.ts';

const startUnix = Date.UTC(2026, 8, 13, 7, 45) / 1000;
const endUnix = Date.UTC(2026, 8, 13, 20) / 1000;

async function attempt({ segments }: Catalog, key: { cameraId: string; startUnix: number; seconds: number }) {
  const lease = await segments.acquire({ key, owner: 'a', ttlSeconds: 60 });
  if (!lease.granted) throw new Error(`held by ${lease.heldBy}`);
  await segments.record({ key, epoch: lease.epoch, state: 'incomplete', attempts: 2 });
}

forEachDatabase(({ open }) => {
  test('with force, the segments of its camera-days may be tried again, and no others', async () => {
    const catalog = await open();
    // 12 hours and a quarter: the last segment is shorter.
    const spec = { ...planSpec(), segmentSeconds: 3600 };
    await catalog.plans.add({ id: 'p1', spec, cameraDays: manifest(600) });
    const own = [
      { cameraId: 'cam-0', startUnix, seconds: 3600 },
      { cameraId: 'cam-0', startUnix: endUnix - 900, seconds: 900 },
      { cameraId: 'cam-599', startUnix: startUnix + 7200, seconds: 3600 },
    ];
    const others = [
      { cameraId: 'cam-0', startUnix, seconds: 900 },
      { cameraId: 'cam-0', startUnix: startUnix + 900, seconds: 3600 },
      { cameraId: 'cam-0', startUnix: endUnix - 900, seconds: 3600 },
      { cameraId: 'cam-0', startUnix: startUnix - 3600, seconds: 3600 },
      { cameraId: 'cam-0', startUnix: endUnix, seconds: 3600 },
      { cameraId: 'cam-700', startUnix, seconds: 3600 },
    ];
    for (const key of [...own, ...others]) await attempt(catalog, key);
    const oneByOne = vi.spyOn(catalog.segments, 'resetAttempts');
    expect(await resetPlan({ catalog, planId: 'p1', force: true })).toBe(600);
    expect(oneByOne).not.toHaveBeenCalled();
    const attempts = async (keys: typeof own) => {
      const rows = [];
      for (const key of keys) rows.push((await catalog.segments.get(key))?.attempts);
      return rows;
    };
    expect(await attempts(own)).toEqual([0, 0, 0]);
    expect(await attempts(others)).toEqual(others.map(() => 2));
  });

  test('with force, of one camera alone', async () => {
    const catalog = await open();
    await catalog.plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(2) });
    const [mine, theirs] = ['cam-0', 'cam-1'].map((cameraId) => ({ cameraId, startUnix, seconds: 900 }));
    for (const key of [mine!, theirs!]) await attempt(catalog, key);
    expect(await resetPlan({ catalog, planId: 'p1', force: true, camera: 'cam-0' })).toBe(1);
    expect(await catalog.segments.get(mine!)).toMatchObject({ attempts: 0 });
    expect(await catalog.segments.get(theirs!)).toMatchObject({ attempts: 2 });
  });
});
