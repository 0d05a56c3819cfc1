// A connection to PostgreSQL that breaks between two queries of a transaction, when nobody waits for its answer.
import { Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { postgresDialect } from '../../src/catalog/postgres-dialect.ts';
import { eventually } from '../setup/eventually.ts';
import { startPostgres } from '../setup/servers.ts';

test('makes the transaction fail and does not end the process', async () => {
  await using server = await startPostgres();
  const db = new Kysely<object>({ dialect: postgresDialect({ url: await server.newDatabaseUrl() }) });
  try {
    const broken = db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() pid`.execute(transaction);
      const { pid } = rows[0]!;
      await sql`select pg_terminate_backend(${pid})`.execute(db);
      await eventually(async () => {
        const left = await sql`select 1 from pg_stat_activity where pid = ${pid}`.execute(db);
        return left.rows.length === 0;
      });
      await sql`select 1`.execute(transaction);
    });
    await expect(broken).rejects.toThrow();
    expect((await sql<{ one: number }>`select 1 one`.execute(db)).rows).toEqual([{ one: 1 }]);
  } finally {
    await db.destroy();
  }
});
