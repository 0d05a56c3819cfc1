// Runs a suite against both databases: a SQLite file and a private PostgreSQL, each test with a catalog of its own.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { connectCatalog, type CatalogOptions } from '../../src/catalog/connect.ts';
import { startPostgres, tempDir, type TempDir, type TestPostgres } from '../setup/servers.ts';

export interface DatabaseUnderTest {
  kind: CatalogOptions['kind'];
  /** Where a new, empty catalog would be. */
  newOptions(): Promise<CatalogOptions>;
  /** Connected, and closed when the test ends. A new catalog unless options are given. */
  open(options?: CatalogOptions): Promise<Catalog>;
}

export function forEachDatabase(suite: (database: DatabaseUnderTest) => void): void {
  for (const kind of ['sqlite', 'postgres'] as const) {
    describe(`in ${kind}`, () => {
      let dir: TempDir;
      let server: TestPostgres | undefined;
      const opened: Catalog[] = [];
      let count = 0;
      beforeAll(async () => {
        dir = await tempDir();
        if (kind === 'postgres') server = await startPostgres();
      });
      afterEach(async () => {
        for (const catalog of opened.splice(0)) await catalog.close();
      });
      afterAll(async () => {
        await server?.stop();
        await dir.remove();
      });
      const newOptions = async (): Promise<CatalogOptions> => {
        const own = join(dir.path, `catalog-${++count}`);
        const keyFile = join(own, 'credentials.key');
        return server
          ? { kind: 'postgres', url: await server.newDatabaseUrl(), keyFile }
          : { kind: 'sqlite', file: join(own, 'catalog.sqlite'), keyFile };
      };
      const open = async (options?: CatalogOptions): Promise<Catalog> => {
        const catalog = await connectCatalog(options ?? (await newOptions()));
        opened.push(catalog);
        return catalog;
      };
      suite({ kind, newOptions, open });
    });
  }
}
