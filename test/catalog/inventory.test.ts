// Cameras, targets and hosts in the catalog.
import { expect, test, vi } from 'vitest';
import { forEachDatabase } from './databases.ts';
import { cameraRow } from './rows.ts';

forEachDatabase(({ open }) => {
  test('a camera comes back as it was put, with revision 1', async () => {
    const { cameras } = await open();
    const row = cameraRow('77-1234', {
      name: 'Зал «А» 🎥',
      region: '77',
      station: '1234',
      timeZone: 'Europe/Moscow',
      archiveKind: 'http',
      archiveUrl: 'https://archive.example/{externalId}/{startUnix}.flv',
      externalId: "o'neil",
      tags: ['hall', 'a"b'],
      enabled: false,
    });
    expect(await cameras.upsertMany({ rows: [row] })).toEqual({ added: 1, changed: 0, unchanged: 0 });
    expect(await cameras.get('77-1234')).toMatchObject({ ...row, revision: 1, hasCredentials: false });
    expect(await cameras.get('77-12345')).toBeUndefined();
  });

  test('the revision grows with a change of any field, and with none it stays', async () => {
    const { cameras } = await open();
    await cameras.upsertMany({ rows: [cameraRow('a'), cameraRow('b')] });
    const again = await cameras.upsertMany({
      rows: [cameraRow('a', { tags: ['new'] }), cameraRow('b'), cameraRow('c')],
    });
    expect(again).toEqual({ added: 1, changed: 1, unchanged: 1 });
    expect((await cameras.list()).map(({ id, revision }) => [id, revision])).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 1],
    ]);
  });

  test('a field that is no longer given is emptied', async () => {
    const { cameras } = await open();
    await cameras.upsertMany({ rows: [cameraRow('a', { region: '77' })] });
    await cameras.upsertMany({ rows: [cameraRow('a')] });
    expect(await cameras.get('a')).not.toHaveProperty('region');
  });

  test('nothing is added when one part of an import fails', async () => {
    const { cameras, credentials } = await open();
    const rows = Array.from({ length: 1500 }, (_, index) => cameraRow(`cam-${index}`));
    const stray = { cameraId: 'unknown', field: 'live', user: 'u', password: 'p' } as const;
    await expect(cameras.upsertMany({ rows, credentials: [stray] })).rejects.toMatchObject({
      type: 'NotFound',
    });
    expect(await cameras.list()).toEqual([]);
    expect(await credentials.get('unknown', 'live')).toBeUndefined();
  });

  test('cameras are listed by region, station range, tag, ids and whether they are enabled', async () => {
    const { cameras } = await open();
    const site = (station: string, more = {}) =>
      cameraRow(`77-${station}`, { region: '77', station, ...more });
    await cameras.upsertMany({
      rows: [
        site('9', { tags: ['gate'] }),
        site('10'),
        site('100', { enabled: false }),
        site('11b'),
        cameraRow('x'),
      ],
    });
    const idsOf = async (filter: Parameters<typeof cameras.list>[0]) =>
      (await cameras.list(filter)).map(({ id }) => id);
    expect(await idsOf({ region: '77' })).toEqual(['77-10', '77-100', '77-11b', '77-9']);
    expect(await idsOf({ region: '77', stations: { first: '9', last: '10' } })).toEqual(['77-10', '77-9']);
    expect(await idsOf({ tag: 'gate' })).toEqual(['77-9']);
    expect(await idsOf({ tag: 'ate' })).toEqual([]);
    expect(await idsOf({ ids: ['x', 'missing', '77-9', 'x'] })).toEqual(['77-9', 'x']);
    expect(await idsOf({ ids: [] })).toEqual([]);
    expect(await idsOf({ enabledOnly: true })).toEqual(['77-10', '77-11b', '77-9', 'x']);
  });

  test('a list of more ids than one statement takes comes back whole and in order', async () => {
    const { cameras } = await open();
    const rows = Array.from({ length: 2500 }, (_, index) =>
      cameraRow(`cam-${String(index).padStart(5, '0')}`),
    );
    await cameras.upsertMany({ rows });
    const ids = rows.map(({ id }) => id);
    expect((await cameras.list({ ids: ids.toReversed() })).map(({ id }) => id)).toEqual(ids);
  });

  test('removing a camera tells whether there was one', async () => {
    const { cameras } = await open();
    await cameras.upsertMany({ rows: [cameraRow('a')] });
    expect(await cameras.remove('a')).toBe(true);
    expect(await cameras.remove('a')).toBe(false);
    await expect(cameras.require('a')).rejects.toMatchObject({ type: 'NotFound' });
  });

  test('a target is replaced by name, listed in order and removed', async () => {
    const { targets } = await open();
    await targets.put({ name: 'b', spec: { kind: 'local', path: '/srv/out' } });
    await targets.put({ name: 'a', spec: { kind: 'local', path: '/srv/one' } });
    const remote = { kind: 'rsync', host: 'nas.example', port: 2222, path: '/data' } as const;
    await targets.put({ name: 'b', spec: remote });
    expect((await targets.list()).map(({ name, spec }) => [name, spec.kind])).toEqual([
      ['a', 'local'],
      ['b', 'rsync'],
    ]);
    expect((await targets.require('b')).spec).toEqual(remote);
    expect(await targets.remove('b')).toBe(true);
    expect(await targets.get('b')).toBeUndefined();
  });

  test('a host is alive until its lease runs out, and its facts outlive a renewal without facts', async () => {
    const { hosts } = await open();
    expect(await hosts.isAlive('nvr-1')).toBe(false);
    await hosts.renew({
      host: 'nvr-1',
      ttlSeconds: 3,
      facts: { pid: 12, version: '0.1.0', freeBytes: 2 ** 45 },
    });
    await hosts.renew({ host: 'nvr-2', ttlSeconds: 60 });
    await hosts.renew({ host: 'nvr-1', ttlSeconds: 3 });
    expect(await hosts.isAlive('nvr-1')).toBe(true);
    expect((await hosts.list())[0]).toMatchObject({
      host: 'nvr-1',
      alive: true,
      pid: 12,
      freeBytes: 2 ** 45,
    });
    await vi.waitFor(async () => expect(await hosts.isAlive('nvr-1')).toBe(false), { timeout: 30_000 });
    expect((await hosts.list()).map(({ alive }) => alive)).toEqual([false, true]);
    expect(await hosts.remove('nvr-2')).toBe(true);
    expect(await hosts.isAlive('nvr-2')).toBe(false);
  });
});
