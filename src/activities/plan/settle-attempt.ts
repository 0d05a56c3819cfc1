// Ends an attempt: publishes the better file with its report under the key's lock, then tells the catalog.
import type { CameraRow } from '../../contract/camera.ts';
import { localParts } from '../../domain/calendar.ts';
import { Fault } from '../../domain/fault.ts';
import { containerExtension } from '../../domain/gap-report.ts';
import { gapReportPath, segmentPath } from '../../domain/names.ts';
import { segmentRange } from '../../domain/segment.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import { toInstantRange } from '../../domain/range.ts';
import { toGapReport } from '../../storage/gap-report-file.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { KnownSegment } from './published-segment.ts';
import type { ScannedAttempt } from './scan-attempt.ts';
import type { SegmentLease } from './segment-lease.ts';
import { segmentWorkKey } from './work-keys.ts';

/** Gaps that stand in a catalog row; the sidecar holds all of them. */
const maxRowGaps = 500;

interface Settle {
  camera: CameraRow;
  key: SegmentKey;
  lease: SegmentLease;
  /** Including this one. */
  attempts: number;
  gapThresholdSeconds: number;
}

/** Publishes the attempt's file, or the bare report of an attempt that brought none, and tells the catalog. */
export async function settleAttempt(
  deps: PlanDeps,
  settle: Settle & { scanned: ScannedAttempt },
): Promise<KnownSegment> {
  const { attempts, key, lease, scanned } = settle;
  const { path, reason, scan } = scanned;
  if (!path)
    return await settleKnown(deps, { ...settle, known: { scan, attempts, ...(reason ? { reason } : {}) } });
  const settled = await publishFile(deps, { ...settle, path });
  await recordOutcome(deps, { key, lease, known: settled });
  return settled;
}

/** Writes the report anew beside what is published already, with the attempts as they are now, and tells the catalog. */
export async function settleKnown(
  deps: PlanDeps,
  settle: Settle & { known: KnownSegment },
): Promise<KnownSegment> {
  const { attempts, key, known, lease } = settle;
  const settled = { ...known, attempts };
  await writeReport(deps, settle, settled);
  await recordOutcome(deps, { key, lease, known: settled });
  return settled;
}

async function publishFile(
  deps: PlanDeps,
  settle: Settle & { scanned: ScannedAttempt; path: string },
): Promise<KnownSegment> {
  const { attempts, key, lease, path, scanned } = settle;
  const { storage } = deps;
  const { scan } = scanned;
  const facts = scanned.facts ?? (await storage.hashFile(path, lease.signal));
  const to = segmentPath(key, containerExtension[scan.container ?? 'mp4']);
  const file = { path: to, ...facts };
  const document = reportOf(deps, settle, { scan, attempts, file });
  await storage.publish({
    keyName: segmentWorkKey(key),
    from: path,
    to,
    sidecar: { path: gapReportPath(to), document },
    stillOwner: lease.stillOwner,
    signal: lease.signal,
  });
  if (lease.row.attempts > 0) await removeOthers(deps, key, to);
  return { scan, attempts, file, ...(scanned.reason ? { reason: scanned.reason } : {}) };
}

/** What earlier attempts left under the key's other names: a file of another container, or a report without one. */
async function removeOthers({ storage }: PlanDeps, key: SegmentKey, kept: string): Promise<void> {
  for (const extension of Object.values(containerExtension)) {
    const path = segmentPath(key, extension);
    if (path !== kept) await storage.remove(path);
  }
}

/** The report alone: of a kept file whose attempts have grown, or of a segment without a usable file. */
async function writeReport(
  { storage, settings }: PlanDeps,
  settle: Settle,
  settled: KnownSegment,
): Promise<void> {
  const { key, lease } = settle;
  const path = settled.file?.path ?? segmentPath(key, containerExtension[settled.scan.container ?? 'mp4']);
  await storage.withKeyLock(segmentWorkKey(key), lease.signal, async () => {
    if (!(await lease.stillOwner())) throw new Fault('LeaseLost', `Segment ${path} has a newer owner.`);
    await storage.writeJson(
      gapReportPath(path),
      reportOf({ settings }, settle, settled),
      segmentWorkKey(key),
    );
  });
}

function reportOf(
  { settings }: Pick<PlanDeps, 'settings'>,
  { camera, key, gapThresholdSeconds }: Settle,
  settled: KnownSegment,
) {
  return toGapReport({
    scan: settled.scan,
    attempts: settled.attempts,
    ...(settled.file ? { file: settled.file } : {}),
    segment: key,
    gapThresholdSeconds,
    localTime: localParts(segmentRange(key).startMs, camera.timeZone).isoLocal,
    tool: Object.entries(settings.tools)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  });
}

/** The catalog's index of a result; refused when a newer owner has the key. */
export async function recordOutcome(
  { catalog, settings }: PlanDeps,
  { key, lease, known }: { key: SegmentKey; lease: SegmentLease; known: KnownSegment },
): Promise<void> {
  const { scan, file } = known;
  const recorded = await catalog.segments.record({
    key,
    epoch: lease.epoch,
    state: scan.missingSeconds === 0 ? 'complete' : 'incomplete',
    attempts: known.attempts,
    missingSeconds: scan.missingSeconds,
    host: settings.host,
    path: file?.path ?? null,
    sizeBytes: file?.sizeBytes ?? null,
    sha256: file?.sha256 ?? null,
    container: scan.container ?? null,
    streamKey: scan.streamKey ?? null,
    reason: known.reason ?? null,
    gaps: scan.missing.slice(0, maxRowGaps).map((gap) => ({ ...toInstantRange(gap), cause: gap.cause })),
  });
  if (!recorded)
    throw new Fault('LeaseLost', `Segment ${key.startUnix} of camera ${key.cameraId} has a newer owner.`);
}
