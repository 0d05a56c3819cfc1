// Statements that tests run behind the catalog's back.
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { CatalogOptions } from '../../src/catalog/connect.ts';

/** The rows of one statement over a connection of its own. */
export async function runSql(options: CatalogOptions, statement: string): Promise<unknown[]> {
  if (options.kind === 'sqlite') {
    const database = new DatabaseSync(options.file);
    try {
      return database.prepare(statement).all();
    } finally {
      database.close();
    }
  }
  const client = new pg.Client({ connectionString: options.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows as unknown[];
  } finally {
    await client.end();
  }
}
