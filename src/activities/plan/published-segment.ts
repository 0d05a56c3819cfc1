// What is already known of a segment on this host: its published file with its report, or the recorded fact that there is none.
import type { SegmentRow } from '../../catalog/segments.ts';
import { containerExtension } from '../../domain/gap-report.ts';
import type { SegmentFile, SegmentScan } from '../../domain/gap-report.ts';
import { segmentPath } from '../../domain/names.ts';
import { lengthMs, toMsRange } from '../../domain/range.ts';
import { segmentRange } from '../../domain/segment.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import { fromGapReport } from '../../storage/gap-report-file.ts';
import type { PlanDeps } from './plan-deps.ts';

export interface KnownSegment {
  scan: SegmentScan;
  attempts: number;
  /** Absent when no usable file was ever published. */
  file?: SegmentFile;
  /** Why it is as it is, for people. */
  reason?: string;
  /** The report did not fit the file, or another threshold was asked: the report on disk is to be written anew. */
  isRescanned?: true;
}

interface ReadRequest {
  key: SegmentKey;
  row: SegmentRow;
  gapThresholdSeconds: number;
  signal: AbortSignal;
  /** Grows while a file without a fitting report is read again. */
  onBytes: (bytes: number) => void;
}

/** Undefined when nothing is known here: never tried, or its file lies on another host. A file whose report does not fit it is scanned anew. */
export async function readPublished(deps: PlanDeps, request: ReadRequest): Promise<KnownSegment | undefined> {
  const { key, row, signal, onBytes } = request;
  const path = await findFile(deps, request);
  if (!path) return knownWithoutFile(key, row);
  const read = await deps.storage.readGapReport(path);
  if (read?.report && !read.stale) {
    const { scan, file, gapThresholdSeconds } = fromGapReport(read.report);
    if (file && gapThresholdSeconds === request.gapThresholdSeconds)
      return { scan, attempts: row.attempts, file: { path, ...file }, ...reasonOf(scan) };
  }
  const scan = await deps.scanner.scanSegment({
    path: deps.storage.resolve(path),
    segment: segmentRange(key),
    gapThresholdSeconds: request.gapThresholdSeconds,
    origin: 'segment',
    signal,
    onProgress: ({ readBytes }) => onBytes(readBytes),
  });
  const facts = await deps.storage.hashFile(path, signal, onBytes);
  return { scan, attempts: row.attempts, file: { path, ...facts }, ...reasonOf(scan), isRescanned: true };
}

/** The catalog's address if it is on this host, else whatever stands under one of the key's names. */
async function findFile({ storage, settings }: PlanDeps, { key, row }: ReadRequest) {
  const isHere = row.host === null || row.host === settings.host;
  if (row.path && isHere && (await storage.fileExists(row.path))) return row.path;
  for (const extension of Object.values(containerExtension)) {
    const path = segmentPath(key, extension);
    if (await storage.fileExists(path)) return path;
  }
  return undefined;
}

/** Attempts that ended without a usable file leave only the row: all of the segment is missing. */
function knownWithoutFile(key: SegmentKey, row: SegmentRow): KnownSegment | undefined {
  if (row.path || row.missingSeconds !== key.seconds) return undefined;
  const missing = row.gaps.map((gap) => ({
    ...toMsRange(gap),
    cause: gap.cause ?? ('neverDownloaded' as const),
  }));
  if (missing.reduce((sum, gap) => sum + lengthMs(gap), 0) !== key.seconds * 1000) return undefined;
  return {
    scan: {
      mediaClass: 'empty',
      covered: [],
      missing,
      missingSeconds: key.seconds,
      videoPackets: 0,
      audio: { present: false, missingSeconds: key.seconds },
    },
    attempts: row.attempts,
    ...(row.reason ? { reason: row.reason } : {}),
  };
}

/** What a published file that is not in order tells of itself. */
export const reasonOf = ({ mediaClass }: SegmentScan): { reason?: string } =>
  mediaClass === 'ok' ? {} : { reason: `The file is ${mediaClass}.` };
