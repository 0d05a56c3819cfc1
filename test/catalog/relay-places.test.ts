// Where relays run and what is said of them: epochs that only grow, reports of old owners ignored, refused logins counted.
import { expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { forEachDatabase } from './databases.ts';
import { relayReport, wantedRelay } from './relay-rows.ts';

const add = (catalog: Catalog, ...ids: string[]) =>
  catalog.relays.sync({ cameras: ids.map((id) => wantedRelay(id)), gone: [] });
const pull = (server: string) => ({ engine: 'pull', server, stopped: false }) as const;
const on = async ({ relays }: Catalog, server: string) => Object.fromEntries(await relays.epochsOn(server));

forEachDatabase(({ open }) => {
  test('placing sets engine, server and the word of the operator, and grows the epoch each time', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a', 'b');
    const placed = await relays.place({ cameraId: 'a', ...pull('s1') });
    expect(placed).toMatchObject({ cameraId: 'a', ...pull('s1'), epoch: 1, revision: 1 });
    expect(await relays.place({ cameraId: 'a', ...pull('s1') })).toMatchObject({ epoch: 2 });
    const other = { cameraId: 'a', engine: 'ffmpeg', server: 's2', stopped: true } as const;
    expect(await relays.place(other)).toMatchObject({ ...other, epoch: 3 });
    expect(await relays.openEpoch('a')).toMatchObject({ ...other, epoch: 4 });
    expect(await relays.get('a')).toMatchObject({ ...other, epoch: 4 });
    expect(await relays.get('b')).toMatchObject({ epoch: 0 });
    const absent = { type: 'NotFound', message: expect.stringContaining('"unknown"') };
    await expect(relays.place({ cameraId: 'unknown', ...pull('s1') })).rejects.toMatchObject(absent);
    await expect(relays.openEpoch('unknown')).rejects.toMatchObject(absent);
  });

  test('a keeper sees the wanted pull relays of its server that are not stopped, and none while all are paused', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a', 'b', 'elsewhere', 'ffmpeg', 'stopped', 'gone', 'unplaced');
    for (const cameraId of ['a', 'b', 'b', 'gone']) await relays.place({ cameraId, ...pull('s1') });
    await relays.place({ cameraId: 'elsewhere', ...pull('s2') });
    await relays.place({ cameraId: 'ffmpeg', engine: 'ffmpeg', server: 's1', stopped: false });
    await relays.place({ cameraId: 'stopped', engine: 'pull', server: 's1', stopped: true });
    await relays.sync({ cameras: [], gone: ['gone'] });
    expect(await on(catalog, 's1')).toEqual({ a: 1, b: 2 });
    expect(await on(catalog, 's2')).toEqual({ elsewhere: 1 });
    expect(await on(catalog, 'unknown')).toEqual({});
    expect(await relays.isPaused()).toBe(false);
    await relays.setPaused(true);
    expect(await relays.isPaused()).toBe(true);
    expect(await on(catalog, 's1')).toEqual({});
    await relays.setPaused(false);
    expect(await on(catalog, 's1')).toEqual({ a: 1, b: 2 });
  });

  test('a server that is lost gives each relay to the server named for it, with a new epoch, all or none', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a', 'b', 'c', 'd', 'pinned');
    for (const cameraId of ['a', 'b', 'c', 'pinned']) await relays.place({ cameraId, ...pull('s1') });
    await relays.place({ cameraId: 'd', ...pull('s2') });
    await relays.record([{ cameraId: 'c', report: relayReport(1, { state: 'waiting' }) }]);
    const broken = relays.move({
      from: 's1',
      to: ({ cameraId }) => {
        if (cameraId === 'c') throw new Error('no server left');
        return 's2';
      },
    });
    await expect(broken).rejects.toThrow('no server left');
    expect(await on(catalog, 's1')).toEqual({ a: 1, b: 1, c: 1, pinned: 1 });
    const to = ({ cameraId, report }: { cameraId: string; report?: { state: string } }) =>
      cameraId === 'pinned' ? 's1' : report?.state === 'waiting' ? 's3' : 's2';
    expect(await relays.move({ from: 's1', to })).toBe(3);
    expect(await on(catalog, 's1')).toEqual({ pinned: 1 });
    expect(await on(catalog, 's2')).toEqual({ a: 2, b: 2, d: 1 });
    expect(await on(catalog, 's3')).toEqual({ c: 2 });
    expect(await relays.move({ from: 's1', to })).toBe(0);
  });

  test('2,500 relays move at once', async () => {
    const catalog = await open();
    const cameras = Array.from({ length: 2500 }, (_, index) => wantedRelay(`cam-${index}`));
    await catalog.relays.sync({ cameras, gone: [] });
    await catalog.relays.place({ cameraId: 'cam-0', ...pull('s0') });
    for (const { cameraId } of cameras.slice(1, 50)) await catalog.relays.place({ cameraId, ...pull('s0') });
    expect(await catalog.relays.move({ from: 's0', to: () => 's1' })).toBe(50);
    expect(new Set((await catalog.relays.epochsOn('s1')).values())).toEqual(new Set([2]));
  });

  test('the last report is kept, and those of older epochs and of unknown relays are ignored', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a', 'b');
    await relays.openEpoch('a');
    const known = async () => (await relays.get('a'))?.report;
    const report = relayReport(1, {
      state: 'waiting',
      reason: 'O\'Neil said "no" \u0000 🎥',
      video: { codec: 'h264', width: 1280, height: 720 },
    });
    await relays.record([
      { cameraId: 'a', report },
      { cameraId: 'unknown', report },
    ]);
    expect(await known()).toEqual(report);
    expect(await relays.get('unknown')).toBeUndefined();
    expect(await relays.get('b')).not.toHaveProperty('report');
    await relays.record([{ cameraId: 'a', report: relayReport(1, { restarts: 7 }) }]);
    expect(await known()).toEqual(relayReport(1, { restarts: 7 }));
    await relays.openEpoch('a');
    await relays.record([{ cameraId: 'a', report: relayReport(1, { restarts: 8 }) }]);
    expect(await known()).toEqual(relayReport(1, { restarts: 7 }));
    await relays.record([{ cameraId: 'a', report: relayReport(2) }]);
    expect(await known()).toEqual(relayReport(2));
    await relays.record([]);
  });

  test('of two reports about one relay in one call the newer epoch stays, or else the later', async () => {
    const catalog = await open();
    await add(catalog, 'a');
    await catalog.relays.openEpoch('a');
    const say = (...reports: ReturnType<typeof relayReport>[]) =>
      catalog.relays.record(reports.map((report) => ({ cameraId: 'a', report })));
    await say(relayReport(2), relayReport(1));
    expect(await catalog.relays.get('a')).toMatchObject({ report: { epoch: 2 } });
    await say(relayReport(2, { restarts: 1 }), relayReport(2, { restarts: 2 }));
    expect(await catalog.relays.get('a')).toMatchObject({ report: { restarts: 2 } });
  });

  test('thousands of reports are kept in one call', async () => {
    const { relays } = await open();
    const cameras = Array.from({ length: 2500 }, (_, index) => wantedRelay(`cam-${index}`));
    await relays.sync({ cameras, gone: [] });
    for (const restarts of [1, 2])
      await relays.record(
        cameras.map(({ cameraId }) => ({ cameraId, report: relayReport(1, { restarts }) })),
      );
    const rows = await relays.list();
    expect(rows).toHaveLength(2500);
    expect(new Set(rows.map(({ report }) => report?.restarts))).toEqual(new Set([2]));
  });

  test('refused logins are counted in their window and forgotten on the word', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a');
    const nowMs = Date.now();
    const refuse = (agoSeconds: number, cameraId = 'a') =>
      relays.noteRefusal({ cameraId, atMs: nowMs - agoSeconds * 1000, windowSeconds: 900 });
    expect(await refuse(800)).toEqual([nowMs - 800_000]);
    expect(await refuse(10)).toEqual([nowMs - 800_000, nowMs - 10_000]);
    expect(await relays.get('a')).toMatchObject({ refusedAtMs: [nowMs - 800_000, nowMs - 10_000] });
    expect(await refuse(-100)).toEqual([nowMs - 10_000, nowMs + 100_000]);
    expect(await refuse(0, 'unknown')).toEqual([]);
    await relays.place({ cameraId: 'a', ...pull('s1') });
    expect((await relays.get('a'))?.refusedAtMs).toHaveLength(2);
    expect(await relays.place({ cameraId: 'a', ...pull('s1'), forgive: true })).toMatchObject({
      refusedAtMs: [],
    });
    expect(await refuse(2000)).toEqual([nowMs - 2_000_000]);
    expect(await relays.get('a')).toMatchObject({ refusedAtMs: [] });
  });

  test('of refusals noted at once none is lost', async () => {
    const catalog = await open();
    await add(catalog, 'a');
    const nowMs = Date.now();
    const noted = Array.from({ length: 10 }, (_, index) => nowMs + index);
    await Promise.all(
      noted.map((atMs) => catalog.relays.noteRefusal({ cameraId: 'a', atMs, windowSeconds: 900 })),
    );
    expect(await catalog.relays.get('a')).toMatchObject({ refusedAtMs: noted });
  });
});
