// What an attempt brought: the scan of its file, or a segment that is missing for a known cause.
import type { MissingCause, MissingStretch, SegmentScan } from '../../domain/gap-report.ts';
import type { MsRange } from '../../domain/range.ts';
import { intersect, subtract } from '../../domain/range.ts';
import { segmentRange } from '../../domain/segment.ts';
import type { SegmentKey } from '../../domain/segment.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { Fetched } from './sources.ts';

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
    signal: request.signal,
    onProgress: request.onBytes,
  });
  if (scan.covered.length === 0) {
    const reason = `What the source delivered is unusable: ${scan.mediaClass}.`;
    return { scan: { ...scan, ...pick(allMissing(key, 'rejected')) }, reason };
  }
  const missing = fetched.held
    ? causesByHeld(scan.missing, fetched.held)
    : causesByEnd(scan.missing, fetched.complete, segment);
  return {
    scan: { ...scan, missing },
    path: fetched.path,
    ...(fetched.facts ? { facts: fetched.facts } : {}),
    ...(scan.mediaClass === 'ok' ? {} : { reason: `The file is ${scan.mediaClass}.` }),
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

/** Time the archive lists as held and that still is missing was never downloaded; the rest it does not have. */
function causesByHeld(missing: readonly MissingStretch[], held: readonly MsRange[]): MissingStretch[] {
  return missing
    .flatMap((stretch) => {
      const lost = held.map((span) => intersect(stretch, span)).filter((part) => part !== undefined);
      return [
        ...lost.map((part) => ({ ...part, cause: 'neverDownloaded' as const })),
        ...subtract(stretch, held).map((part) => ({ ...part, cause: 'sourceHadNone' as const })),
      ];
    })
    .sort((a, b) => a.startMs - b.startMs);
}

/** A file that its source ended properly lacks what the source lacks; of one that broke off, the end was never downloaded. */
function causesByEnd(
  missing: readonly MissingStretch[],
  complete: boolean,
  segment: MsRange,
): MissingStretch[] {
  return missing.map((stretch) => ({
    ...stretch,
    cause: !complete && stretch.endMs === segment.endMs ? 'neverDownloaded' : 'sourceHadNone',
  }));
}
