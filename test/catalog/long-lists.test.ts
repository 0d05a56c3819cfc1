// Lists longer than a call takes arguments: all cameras of a country, a plan of them over some days.
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { expect, test } from 'vitest';
import { cameraDaysOf } from '../../src/catalog/camera-days.ts';
import { camerasOf } from '../../src/catalog/cameras.ts';
import { keyringOf } from '../../src/catalog/keyring.ts';
import type { Database, Tables } from '../../src/catalog/tables.ts';

const length = 130_000;

/** Answers every statement with so many of this row. */
function databaseOf(row: object): Database {
  const rows = Array.from({ length }, () => row);
  const connection = {
    executeQuery: <R>() => Promise.resolve({ rows: rows as R[] }),
    streamQuery: () => {
      throw new Error('not here');
    },
  };
  const driver = Object.assign(new DummyDriver(), { acquireConnection: () => Promise.resolve(connection) });
  const db = new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (of) => new SqliteIntrospector(of as Kysely<unknown>),
    },
  });
  return { kind: 'sqlite', db };
}

test('the camera-days of a long plan are listed', async () => {
  const days = cameraDaysOf(databaseOf({ idx: 7, merged: '[]', exported: '[]' }));
  expect(await days.list('p1')).toHaveLength(length);
});

test('so are as many cameras', async () => {
  const cameras = camerasOf({
    ...databaseOf({ id: 'cam-1', tags: '[]' }),
    keyring: keyringOf(undefined),
  });
  expect(await cameras.list()).toHaveLength(length);
});
