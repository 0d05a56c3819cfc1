// The camera map in the catalog: one of them, its database's address sealed.
import { readFile, rm } from 'node:fs/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import type { CatalogOptions } from '../../src/catalog/connect.ts';
import { forEachDatabase } from '../catalog/databases.ts';
import { oldMap } from './user-database.ts';

const dsn = 'postgres://nvr:CANARY-pw%40@db.example:5432/nvr';

forEachDatabase(({ open, newOptions }) => {
  test('comes back as it was put, is replaced as a whole, and removed', async () => {
    const { cameraMap } = await open();
    expect(await cameraMap.get()).toBeUndefined();
    expect(await cameraMap.dsn()).toBeUndefined();
    await cameraMap.put({ map: { ...oldMap, table: 'other' }, dsn: 'postgres://h/d' });
    await cameraMap.put({ map: oldMap, dsn });
    expect(await cameraMap.get()).toEqual({ map: oldMap, updatedMs: expect.any(Number) });
    expect(await cameraMap.dsn()).toBe(dsn);
    expect(await cameraMap.remove()).toBe(true);
    expect(await cameraMap.remove()).toBe(false);
    expect(await cameraMap.get()).toBeUndefined();
  });

  test('shows the address to nobody who reads the database', async () => {
    const options = await newOptions();
    const { cameraMap, close } = await open(options);
    await cameraMap.put({ map: oldMap, dsn });
    await close();
    const stored = await everythingIn(options);
    expect(stored).toContain('Streaming/Channels');
    expect(stored).not.toContain('CANARY');
    expect(stored).not.toContain('db.example');
  });

  test('keeps a process without the key file from opening it, and from sealing with another key', async () => {
    const options = await newOptions();
    await (await open(options)).cameraMap.put({ map: oldMap, dsn });
    await rm(options.keyFile as string);
    const other = await open(options);
    await expect(other.cameraMap.dsn()).rejects.toMatchObject({ type: 'ConfigInvalid' });
    await expect(other.cameraMap.put({ map: oldMap, dsn })).rejects.toMatchObject({ type: 'ConfigInvalid' });
    expect(await other.cameraMap.get()).toMatchObject({ map: oldMap });
  });
});

async function everythingIn(options: CatalogOptions): Promise<string> {
  if (options.kind === 'sqlite') return readFile(options.file, 'latin1');
  const client = new pg.Client({ connectionString: options.url });
  await client.connect();
  try {
    return JSON.stringify((await client.query('select * from camera_map')).rows);
  } finally {
    await client.end();
  }
}
