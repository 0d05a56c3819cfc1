// What dead workers left: abandoned work goes, work of leased segments and running plans stays.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mergeWorkKey, segmentWorkKey } from '../../../src/activities/plan/work-keys.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import { manifestOf } from '../../../src/client/plan-manifest.ts';
import { planRequest } from '../../../src/contract/plan.ts';
import { createStorage } from '../../../src/storage/storage.ts';
import { sweepWork } from '../../../src/worker/janitor.ts';
import { tempDir } from '../../setup/servers.ts';

const keyAt = (startUnix: number) => ({ cameraId: 'door', startUnix, seconds: 900 });

test('abandoned work goes; that of leased segments and of running plans stays', async () => {
  await using dir = await tempDir();
  await using catalog = await openCatalog(join(dir.path, 'catalog.sqlite'));
  const storage = createStorage({ mediaRoot: join(dir.path, 'media') });
  for (const id of ['p-running', 'p-ended']) await catalog.addPlan(id);
  await catalog.plans.setState('p-running', 'running');
  await catalog.plans.setState('p-ended', 'complete');
  await catalog.segments.acquire({ key: keyAt(900), owner: 'plan/p-running', ttlSeconds: 60 });
  await catalog.segments.acquire({ key: keyAt(1800), owner: 'plan/p-ended', ttlSeconds: 60, nowMs: 0 });
  const leased = await storage.partialDir(segmentWorkKey(keyAt(900)));
  const expired = await storage.partialDir(segmentWorkKey(keyAt(1800)));
  const unknown = await storage.attemptDir(segmentWorkKey(keyAt(2700)), 3);
  const running = await storage.attemptDir(mergeWorkKey('p-running', 'door-2026-03-02'), 1);
  const ended = await storage.attemptDir(mergeWorkKey('p-ended', 'door-2026-03-02'), 1);
  for (const path of [leased, expired, unknown, running, ended]) await writeFile(join(path, 'body'), 'x');
  await expect(sweepWork({ catalog, storage }, 60)).resolves.toEqual([]);
  const removed = await sweepWork({ catalog, storage }, 0);
  expect(removed.sort()).toEqual([expired, unknown, ended].sort());
  expect((await storage.listWork()).map(({ path }) => path).sort()).toEqual([leased, running].sort());
});

async function openCatalog(file: string) {
  const catalog = await connectCatalog({ kind: 'sqlite', file });
  const spec = planRequest.parse({ date: '2026-03-02', window: '10:00-11:00', cameras: { ids: ['door'] } });
  const cameras = [{ id: 'door', timeZone: 'UTC' }];
  return {
    ...catalog,
    addPlan: (id: string) => catalog.plans.add({ id, spec, cameraDays: manifestOf({ spec, cameras }) }),
    [Symbol.asyncDispose]: () => catalog.close(),
  };
}
