// Sends a lecture's files to an export target, proves that they arrived, and only then takes away those of an earlier name.
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { isFault } from '../../domain/fault.ts';
import { inStep } from '../../domain/fault-point.ts';
import type { ExportTarget, TransferProgress } from '../../transfer/export-target.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { exportTargetOf } from '../plan/export-target-of.ts';
import { formerCopies } from './former-copies.ts';
import type { LectureDeps } from './lecture-deps.ts';
import type { Published, PublishRequest } from './types.ts';

/** Lectures of all rooms stand side by side below it. */
const rootDirectory = 'lectures';

type Request = PublishRequest & { target: string };

export async function exportLecture(deps: LectureDeps, request: Request): Promise<Published> {
  const { catalog, exporter, settings, storage } = deps;
  const { lectureId, target } = request;
  const heartbeat = ownHeartbeat();
  const place = { lectureId, kind: 'export' as const, target };
  const files = request.files.map(({ path }) => path.slice(rootDirectory.length + 1));
  const { state, reason: before, files: known = [] } = await catalog.publications.reserve(place);
  // Noted before a byte is sent: whatever breaks off, what lies there is known by name.
  const noted = [...new Set([...known, ...files])];
  await catalog.publications.record({ ...place, state, ...(before ? { reason: before } : {}), files: noted });
  const job = {
    target: exportTargetOf(await catalog.targets.require(target)),
    rootDir: storage.resolve(rootDirectory),
    files,
    isRepeat: activityInfo().attempt > 1,
    signal: cancellationSignal(),
    onProgress: (progress: TransferProgress): void => heartbeat(progress),
  };
  const { addresses } = await inStep(deps.faultPoint, 'export', () => exporter.send(job));
  await inStep(deps.faultPoint, 'export-check', () =>
    exporter.verify({ ...job, mode: settings.verifyExports }),
  );
  const former = noted.filter((file) => !files.includes(file));
  const left = await removeFormer(deps, { request, to: job.target, former });
  const url = addresses[0];
  await catalog.publications.record({
    ...{ ...place, state: 'done', files: [...files, ...left.files] },
    ...(url ? { url } : {}),
    ...(left.reason ? { reason: left.reason } : {}),
  });
  return { kind: 'export', target, state: 'done', ...(left.reason ? { reason: left.reason } : {}) };
}

/** A target that keeps what it has got is no failure of the export, and is told. */
async function removeFormer(
  deps: LectureDeps,
  { request, to, former }: { request: Request; to: ExportTarget; former: readonly string[] },
): Promise<{ files: string[]; reason?: string }> {
  const files = await formerCopies(deps, { ...request, rootDirectory, former });
  if (files.length === 0) return { files: [] };
  try {
    await inStep(deps.faultPoint, 'export-former', () =>
      deps.exporter.remove({ target: to, files, signal: cancellationSignal() }),
    );
    return { files: [] };
  } catch (error) {
    if (!isFault(error, 'AuthRejected', 'TransferFailed')) throw error;
    return {
      files,
      reason: `Copies under an earlier name are still there: ${files.join(', ')}. ${error.message}`,
    };
  }
}
