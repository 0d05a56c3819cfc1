// A catalog of the time before relays gets their tables at the next start, and keeps what it has.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import type { CatalogOptions } from '../../src/catalog/connect.ts';
import { createPlans } from '../../src/catalog/migrations/0001-plans.ts';
import { postgresDialect } from '../../src/catalog/postgres-dialect.ts';
import { sqliteDialect } from '../../src/catalog/sqlite-dialect.ts';
import { forEachDatabase } from './databases.ts';
import { relayReport, serverSecrets, serverSpec, withLogin } from './relay-rows.ts';
import { runSql } from './relay-sql.ts';

/** What a Longtake without relays has left. */
async function migrateToPlans(options: CatalogOptions): Promise<void> {
  if (options.kind === 'sqlite') await mkdir(dirname(options.file), { recursive: true });
  const dialect = options.kind === 'sqlite' ? sqliteDialect(options) : postgresDialect(options);
  await using db = new Kysely<unknown>({ dialect });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ '0001-plans': { up: createPlans(options.kind) } }) },
    migrationTableName: 'longtake_migrations',
    migrationLockTableName: 'longtake_migrations_lock',
  });
  expect((await migrator.migrateToLatest()).error).toBeUndefined();
}

forEachDatabase(({ newOptions, open }) => {
  test('a catalog without relays gets them, and its cameras stay', async () => {
    const options = await newOptions();
    await migrateToPlans(options);
    const row = `'kept', 'UTC', '[]', 1, 0`;
    await runSql(options, `insert into cameras (id, time_zone, tags, enabled, updated_ms) values (${row})`);
    const { cameras, relays, relayServers } = await open(options);
    expect(await cameras.list()).toMatchObject([{ id: 'kept' }]);
    await relayServers.put({ name: 's', spec: serverSpec(), secrets: serverSecrets('p') });
    await relays.sync({ cameras: [withLogin('a', 'p')], gone: [] });
    await relays.place({ cameraId: 'a', engine: 'pull', server: 's', stopped: false });
    await relays.record([{ cameraId: 'a', report: relayReport(1) }]);
    expect(await relays.get('a')).toMatchObject({ server: 's', epoch: 1, report: relayReport(1) });
    expect(await relays.isPaused()).toBe(false);
  });
});
