// Plans and their camera-days in the catalog.
import { expect, test } from 'vitest';
import { forEachDatabase } from './databases.ts';
import { manifest, planSpec } from './rows.ts';

const ended = {
  missingSeconds: 12.5,
  toleranceWindowMissingSeconds: 3,
  merged: ['merged/a.mp4'],
  exported: [],
};

forEachDatabase(({ open, newOptions }) => {
  test('a plan comes back with its spec, the size of its manifest and state pending', async () => {
    const { plans } = await open();
    await plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(3), createdMs: 1_789_000_000_123 });
    expect(await plans.require('p1')).toMatchObject({
      id: 'p1',
      spec: planSpec(),
      state: 'pending',
      cameraDays: 3,
      createdMs: 1_789_000_000_123,
    });
    await expect(plans.require('p2')).rejects.toMatchObject({ type: 'NotFound' });
  });

  test('a plan id is taken once', async () => {
    const { plans, cameraDays } = await open();
    await plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(1) });
    const again = plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(5) });
    await expect(again).rejects.toMatchObject({ type: 'InputInvalid' });
    expect(await cameraDays.list('p1')).toHaveLength(1);
  });

  test('a plan whose manifest cannot be stored leaves no trace', async () => {
    const { plans } = await open();
    const [row] = manifest(1);
    const twice = [...manifest(2500), row!];
    await expect(plans.add({ id: 'p1', spec: planSpec(), cameraDays: twice })).rejects.toThrow();
    expect(await plans.get('p1')).toBeUndefined();
    await plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(1) });
  });

  test('a manifest of 90,000 camera-days is stored, counted and paged without a gap or a repeat', async () => {
    const { plans, cameraDays } = await open();
    await plans.add({ id: 'big', spec: planSpec(), cameraDays: manifest(90_000) });
    expect(await plans.countByState('big')).toMatchObject({ pending: 90_000, complete: 0, refused: 0 });
    const seen: number[] = [];
    let offset = 0;
    for (;;) {
      const { refs, nextIndex } = await cameraDays.page({
        planId: 'big',
        offset,
        length: 7000,
        onlyUnfinished: true,
      });
      if (nextIndex === offset) break;
      seen.push(...refs.map(({ index }) => index));
      offset = nextIndex;
    }
    expect(seen).toEqual(Array.from({ length: 90_000 }, (_, index) => index));
    expect(await plans.remove('big')).toBe(true);
    expect(await cameraDays.list('big')).toEqual([]);
  });

  test('a page passes over what has ended, and the next page begins after its last entry', async () => {
    const { plans, cameraDays } = await open();
    await plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(10) });
    for (const index of [0, 1, 3, 9])
      await cameraDays.record({ planId: 'p1', index, state: 'complete', ...ended });
    await cameraDays.setState({ planId: 'p1', index: 4, state: 'running' });
    const page = (offset: number) =>
      cameraDays.page({ planId: 'p1', offset, length: 3, onlyUnfinished: true });
    expect(await page(0)).toMatchObject({ refs: [{ index: 2 }, { index: 4 }, { index: 5 }], nextIndex: 6 });
    expect(await page(6)).toMatchObject({ refs: [{ index: 6 }, { index: 7 }, { index: 8 }], nextIndex: 9 });
    expect(await page(9)).toEqual({ refs: [], nextIndex: 9 });
    const rows = await plans.page({ planId: 'p1', offset: 8, length: 5 });
    expect(rows.map(({ index, state }) => [index, state])).toEqual([
      [8, 'pending'],
      [9, 'complete'],
    ]);
  });

  test('a result replaces the one before it, and writing it twice changes nothing', async () => {
    const { plans, cameraDays } = await open();
    const at = { planId: 'p1', index: 0 };
    const window = { toleranceStartMs: 5, toleranceEndMs: 6 };
    await plans.add({
      id: 'p1',
      spec: planSpec(),
      cameraDays: manifest(1).map((row) => ({ ...row, ...window })),
    });
    await cameraDays.record({
      ...at,
      state: 'refused',
      ...ended,
      reason: 'too many gaps',
      coverage: 'c.json',
    });
    const second = {
      ...at,
      state: 'complete' as const,
      ...ended,
      missingSeconds: 0,
      exported: ['/srv/a.mp4'],
    };
    await cameraDays.record(second);
    await cameraDays.record(second);
    const row = await cameraDays.require(at);
    expect(row).toMatchObject({
      ...manifest(1)[0],
      ...second,
      ...window,
      reason: null,
      coverage: null,
      host: null,
    });
    await expect(cameraDays.record({ ...second, index: 1 })).rejects.toMatchObject({ type: 'NotFound' });
  });

  test('the host of a camera-day is set and given up, without touching the rest', async () => {
    const { plans, cameraDays } = await open();
    const at = { planId: 'p1', index: 1 };
    await plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(2) });
    await cameraDays.setHost({ ...at, host: 'nvr-1' });
    expect((await cameraDays.list('p1')).map(({ host }) => host)).toEqual([null, 'nvr-1']);
    await cameraDays.setHost({ ...at, host: null });
    expect((await cameraDays.require(at)).host).toBeNull();
  });

  test('camera-days are reset by camera, state or index, and counted', async () => {
    const { plans, cameraDays } = await open();
    await plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(6) });
    for (const index of [0, 1, 2])
      await cameraDays.record({ planId: 'p1', index, state: 'failed', ...ended });
    await cameraDays.record({ planId: 'p1', index: 3, state: 'complete', ...ended });
    expect(await cameraDays.reset('p1', { cameraId: 'cam-0' })).toBe(1);
    expect(await cameraDays.reset('p1', { indexes: [1, 5] })).toBe(2);
    expect(await cameraDays.reset('p1', { states: ['failed'] })).toBe(1);
    expect(await plans.countByState('p1')).toMatchObject({ pending: 5, complete: 1, failed: 0 });
    expect(await cameraDays.require({ planId: 'p1', index: 0 })).toMatchObject({
      missingSeconds: 0,
      merged: [],
    });
  });

  test('plans are listed newest first with counts and missing seconds', async () => {
    const { plans, cameraDays } = await open();
    await plans.add({ id: 'old', spec: planSpec(), cameraDays: manifest(2), createdMs: 1000 });
    await plans.add({ id: 'new', spec: planSpec(), cameraDays: [], createdMs: 2000 });
    await cameraDays.record({ planId: 'old', index: 0, state: 'incomplete', ...ended });
    await plans.setState('old', 'running');
    await plans.setState('old', 'running');
    expect(await plans.list()).toMatchObject([
      { id: 'new', state: 'pending', cameraDays: 0, createdAt: '1970-01-01T00:00:02Z', missingSeconds: 0 },
      {
        id: 'old',
        state: 'running',
        cameraDays: 2,
        counts: { incomplete: 1, pending: 1 },
        missingSeconds: 12.5,
      },
    ]);
    await expect(plans.setState('none', 'running')).rejects.toMatchObject({ type: 'NotFound' });
  });

  test('what one connection wrote, a later one reads', async () => {
    const options = await newOptions();
    const first = await open(options);
    await first.plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(1) });
    const second = await open(options);
    expect((await second.plans.require('p1')).cameraDays).toBe(1);
  });
});
