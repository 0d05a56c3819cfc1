// What an attempt brought: the scan of its file, or a segment that is missing for a known cause.
import type { MissingCause, MissingStretch, SegmentScan } from '../../domain/gap-report.ts';
import type { MsRange } from '../../domain/range.ts';
import { segmentRange } from '../../domain/segment.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import type { PlanDeps } from './plan-deps.ts';
import { reasonOf } from './published-segment.ts';
import type { Fetched } from './fetched.ts';

export interface ScannedAttempt {
  scan: SegmentScan;
  /** Absolute path of a file worth publishing. */
  path?: string;
  facts?: { sizeBytes: number; sha256: string };
  reason?: string;
}

interface ScanRequest {
  fetched: Fetched;
  key: SegmentKey;
  gapThresholdSeconds: number;
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
}

export async function scanAttempt({ scanner }: PlanDeps, request: ScanRequest): Promise<ScannedAttempt> {
  const { fetched, key } = request;
  const segment = segmentRange(key);
  if (fetched.kind === 'none') return { scan: allMissing(key, 'sourceHadNone'), reason: fetched.reason };
  const scan = await scanner.scanSegment({
    path: fetched.path,
    segment,
    gapThresholdSeconds: request.gapThresholdSeconds,
    origin: fetched.wallAtPtsZeroMs === undefined ? 'segment' : { wallAtPtsZeroMs: fetched.wallAtPtsZeroMs },
    signal: request.signal,
    onProgress: ({ readBytes }) => request.onBytes(readBytes),
    ...(fetched.held ? { sourceSpans: fetched.held } : {}),
  });
  if (scan.covered.length === 0) {
    const reason = `What the source delivered is unusable (${scan.mediaClass})${scan.detail ? `: ${scan.detail}` : ''}.`;
    return { scan: { ...scan, ...pick(allMissing(key, 'rejected')) }, reason };
  }
  return {
    scan: fetched.complete ? scan : { ...scan, missing: endNeverDownloaded(scan.missing, segment) },
    path: fetched.path,
    ...(fetched.facts ? { facts: fetched.facts } : {}),
    ...reasonOf(scan),
  };
}

/** A segment of which nothing usable exists. */
export function allMissing(key: SegmentKey, cause: MissingCause): SegmentScan {
  return {
    mediaClass: 'empty',
    covered: [],
    missing: [{ ...segmentRange(key), cause }],
    missingSeconds: key.seconds,
    videoPackets: 0,
    audio: { present: false, missingSeconds: key.seconds },
  };
}

const pick = ({ covered, missing, missingSeconds }: SegmentScan) => ({ covered, missing, missingSeconds });

/** Of a file that broke off, the end was never downloaded; what is missing before it, the source did not have. */
const endNeverDownloaded = (missing: readonly MissingStretch[], segment: MsRange): MissingStretch[] =>
  missing.map((stretch) =>
    stretch.endMs === segment.endMs ? { ...stretch, cause: 'neverDownloaded' } : stretch,
  );
