// A process that races for leases: connects (and migrates), waits for a line on stdin, acquires, and prints what it was granted.
import { once } from 'node:events';
import { connectCatalog, type CatalogOptions } from '../../../src/catalog/connect.ts';

const [, , optionsText = '', owner = '', countText = ''] = process.argv;
const catalog = await connectCatalog(JSON.parse(optionsText) as CatalogOptions);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const count = Number(countText);

const distinct: number[] = [];
for (let startUnix = 0; startUnix < count; startUnix++) {
  const key = { cameraId: 'cam-1', startUnix, seconds: 900 };
  const answer = await catalog.segments.acquire({ key, owner, ttlSeconds: 600 });
  if (answer.granted) distinct.push(startUnix);
}

const epochs: number[] = [];
const shared = { cameraId: 'shared', startUnix: 0, seconds: 900 };
while (epochs.length < count / 5) {
  const answer = await catalog.segments.acquire({ key: shared, owner, ttlSeconds: 600 });
  if (!answer.granted) continue;
  epochs.push(answer.epoch);
  await catalog.segments.release({ key: shared, owner, epoch: answer.epoch });
}
process.stdout.write(`${JSON.stringify({ distinct, epochs })}\n`);
await catalog.close();
process.stdin.destroy();
