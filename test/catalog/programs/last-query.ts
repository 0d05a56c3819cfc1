// A process that uses a catalog and ends without closing it, or right after closing it.
import { connectCatalog, type CatalogOptions } from '../../../src/catalog/connect.ts';

const catalog = await connectCatalog(JSON.parse(process.argv[2] ?? '') as CatalogOptions);
process.stdout.write(`${(await catalog.cameras.list()).length}\n`);
if (process.argv[3] === 'close') await catalog.close();
