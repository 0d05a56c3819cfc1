// What the catalog says when its database is away, busy, damaged or newer.
import { mkdir, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectCatalog } from '../../src/catalog/connect.ts';
import { startPostgres, tempDir, type TempDir } from '../setup/servers.ts';
import { forEachDatabase } from './databases.ts';
import { cameraRow } from './rows.ts';

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
});
afterAll(() => dir.remove());

const unavailable = { name: 'Fault', type: 'CatalogUnavailable' };

test('a PostgreSQL that is not there is CatalogUnavailable, without its password', async () => {
  const url = 'postgres://longtake:CANARY-7f3a@127.0.0.1:1/catalog';
  const failure = await connectCatalog({ kind: 'postgres', url }).catch((error: unknown) => error);
  expect(failure).toMatchObject(unavailable);
  expect(String((failure as Error).stack)).not.toContain('CANARY');
});

test('a PostgreSQL that goes away makes the next call fail as CatalogUnavailable, and does not end the process', async () => {
  await using server = await startPostgres();
  const catalog = await connectCatalog({ kind: 'postgres', url: await server.newDatabaseUrl() });
  await catalog.ping();
  await server.stop();
  await expect(catalog.cameras.list()).rejects.toMatchObject(unavailable);
  await expect(catalog.ping()).rejects.toMatchObject(unavailable);
  await catalog.close();
});

test('a SQLite file that cannot be opened, or is none, is CatalogUnavailable', async () => {
  const directory = join(dir.path, 'directory');
  await mkdir(directory);
  await expect(connectCatalog({ kind: 'sqlite', file: directory })).rejects.toMatchObject(unavailable);
  const text = join(dir.path, 'text.sqlite');
  await writeFile(text, 'This is no database. '.repeat(100));
  const message = expect.stringContaining('no SQLite database');
  await expect(connectCatalog({ kind: 'sqlite', file: text })).rejects.toMatchObject({
    ...unavailable,
    message,
  });
});

test('a SQLite file that another process holds too long is CatalogUnavailable, and works again afterwards', async () => {
  const file = join(dir.path, 'busy.sqlite');
  const catalog = await connectCatalog({ kind: 'sqlite', file, busyMs: 50 });
  const holder = new DatabaseSync(file);
  holder.exec('begin immediate');
  const rows = [cameraRow('a')];
  await expect(catalog.cameras.upsertMany({ rows })).rejects.toMatchObject(unavailable);
  expect(await catalog.cameras.list()).toEqual([]);
  holder.exec('rollback');
  holder.close();
  expect(await catalog.cameras.upsertMany({ rows })).toMatchObject({ added: 1 });
  await catalog.close();
});

forEachDatabase(({ newOptions, open }) => {
  test('a catalog that a newer Longtake has migrated is refused with the remedy', async () => {
    const options = await newOptions();
    await (await open(options)).ping();
    const insert = `insert into longtake_migrations (name, timestamp) values ('9999-later', '2030')`;
    if (options.kind === 'sqlite') {
      const database = new DatabaseSync(options.file);
      database.exec(insert);
      database.close();
    } else {
      const client = new pg.Client({ connectionString: options.url });
      await client.connect();
      await client.query(insert);
      await client.end();
    }
    const message = expect.stringContaining('newer Longtake');
    await expect(open(options)).rejects.toMatchObject({ type: 'ConfigInvalid', message });
  });
});
