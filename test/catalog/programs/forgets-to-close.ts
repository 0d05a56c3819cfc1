// A process that uses a catalog and never closes it.
import { connectCatalog, type CatalogOptions } from '../../../src/catalog/connect.ts';

const catalog = await connectCatalog(JSON.parse(process.argv[2] ?? '') as CatalogOptions);
process.stdout.write(`${(await catalog.cameras.list()).length}\n`);
