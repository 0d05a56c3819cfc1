// Credentials in the catalog: sealed, apart from what is listed, bound to their camera.
import { chmod, cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import type { CatalogOptions } from '../../src/catalog/connect.ts';
import { forEachDatabase } from './databases.ts';
import { cameraRow } from './rows.ts';

const password = 'CANARY-7f3a pä%ss@:/';

forEachDatabase(({ open, newOptions, kind }) => {
  const withCamera = async () => {
    const options = await newOptions();
    const catalog = await open(options);
    await catalog.cameras.upsertMany({ rows: [cameraRow('a'), cameraRow('b')] });
    return { options, keyFile: options.keyFile as string, ...catalog };
  };

  test('credentials come back exactly, and only by their own door', async () => {
    const { cameras, credentials } = await withCamera();
    await credentials.put('a', 'live', { user: 'admin', password });
    expect(await credentials.get('a', 'live')).toEqual({ user: 'admin', password });
    expect(await credentials.get('a', 'archive')).toBeUndefined();
    expect(await credentials.get('b', 'live')).toBeUndefined();
    expect(JSON.stringify(await cameras.list())).not.toContain('CANARY');
    expect((await cameras.list()).map(({ hasCredentials }) => hasCredentials)).toEqual([true, false]);
  });

  test('the revision grows when credentials change, once per import, and not when they are the same', async () => {
    const { cameras, credentials } = await withCamera();
    const revision = async () => (await cameras.require('a')).revision;
    await credentials.put('a', 'live', { user: 'admin', password });
    expect(await revision()).toBe(2);
    await credentials.put('a', 'live', { user: 'admin', password });
    expect(await revision()).toBe(2);
    const row = cameraRow('a', { region: '77' });
    const both = [{ cameraId: 'a', field: 'live', user: 'admin', password: 'other' } as const];
    expect(await cameras.upsertMany({ rows: [row], credentials: both })).toMatchObject({ changed: 1 });
    expect(await revision()).toBe(3);
    expect(await cameras.upsertMany({ rows: [row], credentials: both })).toMatchObject({ unchanged: 1 });
    expect(await credentials.remove('a')).toBe(true);
    expect(await revision()).toBe(4);
    expect(await credentials.remove('a')).toBe(false);
  });

  test('an import without credentials leaves those that are stored', async () => {
    const { cameras, credentials } = await withCamera();
    await credentials.put('a', 'archive', { user: 'u', password });
    await cameras.upsertMany({ rows: [cameraRow('a', { name: 'renamed' })] });
    expect(await credentials.get('a', 'archive')).toEqual({ user: 'u', password });
  });

  test('credentials go with their camera', async () => {
    const { cameras, credentials } = await withCamera();
    await credentials.put('a', 'live', { user: 'u', password });
    await cameras.remove('a');
    await cameras.upsertMany({ rows: [cameraRow('a')] });
    expect(await credentials.get('a', 'live')).toBeUndefined();
  });

  test('the database holds no password in the clear', async () => {
    const { options, credentials } = await withCamera();
    await credentials.put('a', 'live', { user: 'admin-canary', password });
    const stored = await everythingStored(options);
    expect(stored).toContain('rtsp://10.0.0.1/a');
    for (const form of [
      password,
      encodeURIComponent(password),
      'admin-canary',
      btoa('CANARY-7f3a').slice(0, 14),
    ])
      expect(stored).not.toContain(form);
  });

  test('the key file is made on demand for its owner alone, and refused when others can read it', async () => {
    const { options, keyFile, credentials } = await withCamera();
    await expect(stat(keyFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await credentials.put('a', 'live', { user: 'u', password });
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await readdir(dirname(keyFile))).filter((name) => name.includes('key'))).toEqual([
      'credentials.key',
    ]);
    await chmod(keyFile, 0o640);
    const other = await open(options);
    const refused = { type: 'ConfigInvalid', message: expect.stringContaining(`chmod 600 ${keyFile}`) };
    await expect(other.credentials.get('a', 'live')).rejects.toMatchObject(refused);
  });

  test('a catalog never holds secrets of two keys: a process without the key file neither reads nor adds', async () => {
    const { options, keyFile, credentials } = await withCamera();
    await credentials.put('a', 'live', { user: 'u', password });
    await cp(keyFile, `${keyFile}.kept`);
    await rm(keyFile);
    const other = await open(options);
    const refused = { type: 'ConfigInvalid', message: expect.stringContaining('sealed with key') };
    await expect(other.credentials.get('a', 'live')).rejects.toMatchObject(refused);
    await expect(other.credentials.put('b', 'live', { user: 'u', password })).rejects.toMatchObject(refused);
    await expect(stat(keyFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await cp(`${keyFile}.kept`, keyFile);
    expect(await other.credentials.get('a', 'live')).toEqual({ user: 'u', password });
  });

  test('ten connections that store the first credentials at once agree on one key', async () => {
    const options = await newOptions();
    const catalogs = await Promise.all(Array.from({ length: 10 }, () => open(options)));
    await catalogs[0]?.cameras.upsertMany({ rows: catalogs.map((_, index) => cameraRow(`cam-${index}`)) });
    await Promise.all(
      catalogs.map((one, index) => one.credentials.put(`cam-${index}`, 'live', { user: 'u', password })),
    );
    for (const index of catalogs.keys())
      expect(await catalogs[0]?.credentials.get(`cam-${index}`, 'live')).toEqual({ user: 'u', password });
  });

  async function everythingStored(options: CatalogOptions): Promise<string> {
    if (options.kind === 'sqlite') {
      const dir = dirname(options.file);
      const files = (await readdir(dir)).filter((name) => name.startsWith('catalog.sqlite'));
      return (await Promise.all(files.map((name) => readFile(join(dir, name), 'latin1')))).join('');
    }
    const client = new pg.Client({ connectionString: options.url });
    await client.connect();
    try {
      const cameras = await client.query('select * from cameras');
      const credentials = await client.query('select * from credentials');
      expect(kind).toBe('postgres');
      return JSON.stringify([cameras.rows, credentials.rows]);
    } finally {
      await client.end();
    }
  }
});
