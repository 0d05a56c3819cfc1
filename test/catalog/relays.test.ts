// The list of relays in the catalog: what a sync adds, changes and unwants, and whom its workflows have told.
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { CatalogOptions } from '../../src/catalog/connect.ts';
import { forEachDatabase } from './databases.ts';
import { relayReport, wantedRelay, withLogin } from './relay-rows.ts';

const add = (catalog: Catalog, ...ids: string[]) =>
  catalog.relays.sync({ cameras: ids.map((id) => wantedRelay(id)), gone: [] });
const none = { added: 0, changed: 0, gone: 0 };

/** Runs the work while another connection holds what every writer of relays needs. */
async function whileLocked(options: CatalogOptions, work: () => Promise<void>): Promise<void> {
  if (options.kind === 'sqlite') {
    const holder = new DatabaseSync(options.file);
    holder.exec('begin immediate');
    await work().finally(() => holder.close());
    return;
  }
  const holder = new pg.Client({ connectionString: options.url });
  await holder.connect();
  await holder.query('begin; lock table relays, relay_settings in exclusive mode');
  await work().finally(() => holder.end());
}

forEachDatabase(({ open, newOptions }) => {
  test('a camera of the list comes back as it was given, not placed yet', async () => {
    const { relays } = await open();
    const spec = {
      name: 'Зал «А» 🎥',
      url: 'rtsp://10.0.0.1:554/x',
      engine: 'ffmpeg',
      server: 'mtx-1',
      record: true,
      audio: 'aac',
      video: 'h264',
    } as const;
    expect(await relays.sync({ cameras: [{ cameraId: "o'neil", spec }], gone: [] })).toEqual({
      ...none,
      added: 1,
    });
    const row = {
      cameraId: "o'neil",
      spec,
      hasCredentials: false,
      revision: 1,
      wanted: true,
      stopped: false,
      epoch: 0,
      refusedAtMs: [],
    };
    expect(await relays.get("o'neil")).toEqual(row);
    expect(await relays.list()).toEqual([row]);
    expect(await relays.get('other')).toBeUndefined();
  });

  test('rows are listed by id, and those asked for in the order asked for', async () => {
    const catalog = await open();
    await add(catalog, 'b', 'a', 'B', 'c');
    const ids = (rows: { cameraId: string }[]) => rows.map(({ cameraId }) => cameraId);
    expect(ids(await catalog.relays.list())).toEqual(['B', 'a', 'b', 'c']);
    expect(ids(await catalog.relays.getMany(['c', 'unknown', 'a']))).toEqual(['c', 'a']);
    expect(await catalog.relays.getMany([])).toEqual([]);
  });

  test('a revision grows with spec, credentials and wanted, and with nothing else', async () => {
    const { relays } = await open();
    const sync = (camera = wantedRelay('a')) => relays.sync({ cameras: [camera], gone: [] });
    const revision = async () => (await relays.get('a'))?.revision;
    const step = (counts: object, then: number) => [{ ...none, ...counts }, then];
    const seen = async (camera = wantedRelay('a')) => [await sync(camera), await revision()];
    expect(await seen()).toEqual(step({ added: 1 }, 1));
    expect(await seen()).toEqual(step({}, 1));
    expect(await seen(wantedRelay('a', { name: 'new' }))).toEqual(step({ changed: 1 }, 2));
    expect(await seen(withLogin('a', 'p'))).toEqual(step({ changed: 1 }, 3));
    expect(await seen(withLogin('a', 'p'))).toEqual(step({}, 3));
    expect(await seen(withLogin('a', 'q'))).toEqual(step({ changed: 1 }, 4));
    expect(await relays.get('a')).toMatchObject({ hasCredentials: true });
    expect(await seen()).toEqual(step({ changed: 1 }, 5));
    expect(await relays.get('a')).toMatchObject({ hasCredentials: false });
    expect(await relays.credentialsOf('a')).toBeUndefined();
    await relays.place({ cameraId: 'a', engine: 'pull', server: 's', stopped: true });
    await relays.record([{ cameraId: 'a', report: relayReport(1) }]);
    expect(await revision()).toBe(5);
    expect(await relays.sync({ cameras: [], gone: ['a'] })).toEqual({ ...none, gone: 1 });
    expect(await relays.sync({ cameras: [], gone: ['a'] })).toEqual(none);
    expect(await relays.get('a')).toMatchObject({ revision: 6, wanted: false, stopped: true });
    expect(await seen()).toEqual(step({ added: 1 }, 7));
    expect(await relays.get('a')).toMatchObject({ wanted: true, stopped: true });
  });

  test('fingerprints are those of the wanted, and equal for equal cameras whatever the order of their fields', async () => {
    const { relays } = await open();
    const prints = async () => Object.fromEntries(await relays.fingerprints());
    const spec = { url: 'rtsp://10.0.0.1/a', name: 'a', record: true };
    await relays.sync({ cameras: [{ cameraId: 'a', spec }, wantedRelay('b')], gone: [] });
    const first = await prints();
    expect(Object.keys(first).sort()).toEqual(['a', 'b']);
    const turned = { record: true, name: 'a', url: 'rtsp://10.0.0.1/a', server: undefined } as never;
    expect(await relays.sync({ cameras: [{ cameraId: 'a', spec: turned }], gone: ['b'] })).toEqual({
      ...none,
      gone: 1,
    });
    expect(await prints()).toEqual({ a: first['a'] });
    await relays.sync({ cameras: [{ cameraId: 'a', spec: { ...spec, record: false } }], gone: [] });
    expect((await prints())['a']).not.toBe(first['a']);
  });

  test('a sync that fails leaves everything as it was, and an id given twice makes it fail', async () => {
    const catalog = await open();
    await add(catalog, 'a');
    const twice = { type: 'InputInvalid', message: expect.stringContaining('"b" is given twice') };
    const cameras = [wantedRelay('a', { name: 'x' }), wantedRelay('b'), wantedRelay('b')];
    await expect(catalog.relays.sync({ cameras, gone: [] })).rejects.toMatchObject(twice);
    const unreadable = Array.from({ length: 1500 }, (_, index) => wantedRelay(`cam-${index}`));
    const broken = { ...wantedRelay('z'), cameraId: null as never };
    await expect(
      catalog.relays.sync({ cameras: [...unreadable, broken], gone: ['a'] }),
    ).rejects.toBeInstanceOf(Error);
    expect(await catalog.relays.list()).toMatchObject([{ cameraId: 'a', revision: 1, wanted: true }]);
  });

  test('an id in both lists stays', async () => {
    const catalog = await open();
    await add(catalog, 'a');
    expect(await catalog.relays.sync({ cameras: [wantedRelay('a')], gone: ['a', 'unknown'] })).toEqual(none);
    expect(await catalog.relays.get('a')).toMatchObject({ revision: 1, wanted: true });
  });

  test('10,000 cameras are added, compared, changed and taken away, each in one go', async () => {
    const { relays } = await open();
    const cameras = Array.from({ length: 10_000 }, (_, index) => withLogin(`cam-${index}`, `p-${index}`));
    expect(await relays.sync({ cameras, gone: [] })).toEqual({ ...none, added: 10_000 });
    expect(await relays.sync({ cameras, gone: [] })).toEqual(none);
    expect(await relays.credentialsOf('cam-9999')).toMatchObject({ password: 'p-9999' });
    const renamed = cameras.map((one) => ({ ...one, spec: { ...one.spec, name: 'x' } }));
    expect(await relays.sync({ cameras: renamed, gone: [] })).toEqual({ ...none, changed: 10_000 });
    expect(await relays.sync({ cameras: [], gone: cameras.map(({ cameraId }) => cameraId) })).toEqual({
      ...none,
      gone: 10_000,
    });
  });

  test('an equal list writes nothing: it needs no lock', async () => {
    const options = await newOptions();
    const catalog = await open(options);
    const cameras = [withLogin('a', 'p'), wantedRelay('b')];
    await catalog.relays.sync({ cameras, gone: [] });
    await whileLocked(options, async () => {
      expect(await catalog.relays.sync({ cameras, gone: ['unknown'] })).toEqual(none);
    });
  });

  test('the untold are listed by id until they are told, and again with every new revision', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'c', 'a', 'b');
    const untold = { revision: 1, wanted: true, isNew: true };
    expect(await relays.listUntold(2)).toEqual([
      { cameraId: 'a', ...untold },
      { cameraId: 'b', ...untold },
    ]);
    await relays.markTold([]);
    await relays.markTold(['a', 'b', 'c', 'unknown'].map((cameraId) => ({ cameraId, revision: 1 })));
    expect(await relays.listUntold(10)).toEqual([]);
    await relays.sync({ cameras: [wantedRelay('b', { name: 'x' })], gone: ['c'] });
    expect(await relays.listUntold(10)).toEqual([
      { cameraId: 'b', revision: 2, wanted: true, isNew: false },
      { cameraId: 'c', revision: 2, wanted: false, isNew: false },
    ]);
    await relays.markTold([
      { cameraId: 'b', revision: 1 },
      { cameraId: 'c', revision: 9 },
    ]);
    expect(await relays.listUntold(10)).toHaveLength(2);
    await relays.markTold([{ cameraId: 'b', revision: 2 }]);
    await relays.markTold([{ cameraId: 'b', revision: 1 }]);
    expect((await relays.listUntold(10)).map(({ cameraId }) => cameraId)).toEqual(['c']);
  });

  test('a row is removed only when it is not wanted, and a camera that comes back has higher numbers than ever', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a', 'b');
    for (let round = 0; round < 5; round++) await relays.openEpoch('a');
    await relays.record([{ cameraId: 'a', report: relayReport(5) }]);
    await relays.sync({ cameras: [], gone: ['a'] });
    await relays.markTold([{ cameraId: 'a', revision: 2 }]);
    expect(await relays.remove('a')).toBe(true);
    expect(await relays.remove('a')).toBe(false);
    expect(await relays.get('a')).toBeUndefined();
    await relays.sync({ cameras: [withLogin('a', 'p')], gone: [] });
    const again = await relays.get('a');
    expect(again?.epoch).toBeGreaterThan(5);
    expect(again?.revision).toBeGreaterThan(2);
    expect(again).not.toHaveProperty('report');
    await relays.markTold([{ cameraId: 'a', revision: 2 }]);
    await relays.record([{ cameraId: 'a', report: relayReport(5) }]);
    expect(await relays.listUntold(1)).toMatchObject([{ cameraId: 'a', isNew: true }]);
    expect(await relays.get('a')).not.toHaveProperty('report');
    expect(await relays.get('b')).toMatchObject({ epoch: 0, revision: 1 });
  });

  test('a camera wanted again after its workflow was told to retire is new, and not before', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a', 'b');
    const both = (revision: number) => ['a', 'b'].map((cameraId) => ({ cameraId, revision }));
    await relays.markTold(both(1));
    await relays.sync({ cameras: [], gone: ['a', 'b'] });
    await relays.markTold([{ cameraId: 'a', revision: 2 }]);
    expect(await add(catalog, 'a', 'b')).toEqual({ ...none, added: 2 });
    expect(await relays.listUntold(10)).toEqual([
      { cameraId: 'a', revision: 3, wanted: true, isNew: true },
      { cameraId: 'b', revision: 3, wanted: true, isNew: false },
    ]);
  });

  test('a workflow that retires while its camera comes back leaves the row to a new one, whatever was told meanwhile', async () => {
    const catalog = await open();
    const { relays } = catalog;
    await add(catalog, 'a');
    await relays.markTold([{ cameraId: 'a', revision: 1 }]);
    await relays.sync({ cameras: [], gone: ['a'] });
    await relays.markTold([{ cameraId: 'a', revision: 2 }]);
    await add(catalog, 'a');
    expect(await relays.remove('a')).toBe(false);
    await relays.markTold([{ cameraId: 'a', revision: 3 }]);
    expect(await relays.listUntold(10)).toEqual([{ cameraId: 'a', revision: 4, wanted: true, isNew: true }]);
    await relays.markTold([{ cameraId: 'a', revision: 4 }]);
    expect(await relays.listUntold(10)).toEqual([]);
  });
});
