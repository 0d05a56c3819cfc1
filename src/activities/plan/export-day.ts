// Sends a camera-day's files to its target and proves that they arrived.
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { inStep } from '../../domain/fault-point.ts';
import type { TransferProgress } from '../../transfer/export-target.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { exportTargetOf } from './export-target-of.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { ExportOutcome, ExportRequest } from './types.ts';

export async function exportDay(deps: PlanDeps, request: ExportRequest): Promise<ExportOutcome> {
  const { catalog, exporter, settings, storage } = deps;
  const heartbeat = ownHeartbeat();
  const row = await catalog.targets.require(request.target);
  const job = {
    target: exportTargetOf(row),
    rootDir: storage.resolve('merged'),
    files: request.files.map((file) => file.replace(/^merged\//, '')),
    isRepeat: activityInfo().attempt > 1,
    signal: cancellationSignal(),
    onProgress: (progress: TransferProgress): void => heartbeat(progress),
  };
  if (job.files.length === 0) return { exported: [], sizeBytes: 0 };
  const sent = await inStep(deps.faultPoint, 'export', () => exporter.send(job));
  await inStep(deps.faultPoint, 'export-check', () =>
    exporter.verify({ ...job, mode: settings.verifyExports }),
  );
  return { exported: sent.addresses, sizeBytes: sent.sizeBytes };
}
