// A process that imports cameras in batches of 300 for as long as it lives; the test kills it in the middle.
import { connectCatalog, type CatalogOptions } from '../../../src/catalog/connect.ts';

const catalog = await connectCatalog(JSON.parse(process.argv[2] ?? '') as CatalogOptions);
for (let batch = 0; ; batch++) {
  const rows = Array.from({ length: 300 }, (_, index) => ({
    id: `batch-${batch}-${index}`,
    timeZone: 'UTC',
    liveUrl: 'rtsp://10.0.0.1/x',
    tags: [`batch-${batch}`],
    enabled: true,
  }));
  const credentials = rows
    .slice(0, 100)
    .map(({ id }) => ({ cameraId: id, field: 'live' as const, user: 'u', password: 'p' }));
  await catalog.cameras.upsertMany({ rows, credentials });
  process.stdout.write(`${batch}\n`);
}
