// Sends a lecture's files to an export target and proves that they arrived.
import { cancellationSignal } from '@temporalio/activity';
import { inStep } from '../../domain/fault-point.ts';
import type { TransferProgress } from '../../transfer/export-target.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { exportTargetOf } from '../plan/export-target-of.ts';
import type { LectureDeps } from './lecture-deps.ts';
import type { Published, PublishRequest } from './types.ts';

/** Lectures of all rooms stand side by side below it. */
const rootDirectory = 'lectures';

export async function exportLecture(
  deps: LectureDeps,
  { lectureId, target, files }: PublishRequest & { target: string },
): Promise<Published> {
  const { catalog, exporter, settings, storage } = deps;
  const heartbeat = ownHeartbeat();
  const place = { lectureId, kind: 'export' as const, target };
  await catalog.publications.reserve(place);
  const job = {
    target: exportTargetOf(await catalog.targets.require(target)),
    rootDir: storage.resolve(rootDirectory),
    files: files.map(({ path }) => path.slice(rootDirectory.length + 1)),
    signal: cancellationSignal(),
    onProgress: (progress: TransferProgress): void => heartbeat(progress),
  };
  const { addresses } = await inStep(deps.faultPoint, 'export', () => exporter.send(job));
  await inStep(deps.faultPoint, 'export-check', () =>
    exporter.verify({ ...job, mode: settings.verifyExports }),
  );
  const url = addresses[0];
  await catalog.publications.record({ ...place, state: 'done', ...(url ? { url } : {}) });
  return { kind: 'export', target, state: 'done' };
}
