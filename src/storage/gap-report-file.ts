// The form of `<file>.gapreport.json`: Churo's fields with right values, ours beside them, and the way to and from a SegmentScan.
import { z } from 'zod';
import type { SegmentScan } from '../domain/gap-report.ts';
import { isoFromMs, lengthMs, msFromIso, toInstantRange, toMsRange } from '../domain/range.ts';
import { type SegmentKey, segmentRange } from '../domain/segment.ts';

const instant = z.iso.datetime({ offset: true });
const seconds = z.number().min(0);

/** Fields that Churo's readers know: its gap sum is `maxdiff_errors` lengths + `duration_error`, or the whole segment for an invalid file. */
const oldFields = z.object({
  localtime: z.string(),
  attempts: z.int().min(0),
  invalid_file: z.union([z.boolean(), z.string()]).optional(),
  duration_error: seconds.optional(),
  maxdiff_errors: z.array(z.object({ start: z.number(), len: seconds })).default([]),
});

const gapReportSchema = oldFields.extend({
  missing_seconds: seconds,
  covered: z.array(z.object({ startAt: instant, endAt: instant, ptsSeconds: z.number() })),
  missing: z.array(
    z.object({
      startAt: instant,
      endAt: instant,
      cause: z.enum(['sourceHadNone', 'neverDownloaded', 'rejected']),
    }),
  ),
  /** Holes up to this long count as covered; a plan with another threshold scans the file anew. */
  gap_threshold_seconds: z.number().positive().optional(),
  class: z.enum(['ok', 'empty', 'notMedia', 'noVideo', 'truncated', 'discontinuity', 'overrun']),
  container: z.enum(['flv', 'mp4', 'mpegts', 'matroska']).optional(),
  stream_key: z.string().optional(),
  video_packets: z.int().min(0),
  first_pts_seconds: z.number().optional(),
  last_pts_seconds: z.number().optional(),
  leading_unknown: z.boolean().optional(),
  /** Both absent when no attempt brought a usable file. */
  size_bytes: z.int().min(0).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  tool: z.string(),
  segment: z.object({ camera: z.string(), startAt: instant, seconds: z.number().positive() }),
  audio: z.object({ present: z.boolean(), missing_seconds: seconds }),
});

/** The document as it stands on disk. */
export type GapReport = z.infer<typeof gapReportSchema>;

/** What a gap report on disk is: ours, or Churo's without our fields (of which only the attempts are believed). */
export type ParsedGapReport = { form: 'current'; report: GapReport } | { form: 'old'; attempts: number };

export interface GapReportFacts {
  scan: SegmentScan;
  attempts: number;
  /** Absent when no attempt brought a usable file: the report alone stands there. */
  file?: { sizeBytes: number; sha256: string };
  segment: SegmentKey;
  /** Holes up to this long counted as covered. */
  gapThresholdSeconds?: number;
  /** Start of the segment as the camera's clock on the wall shows it, ISO 8601 with the zone's offset. */
  localTime: string;
  /** Name and version of what scanned and fetched the file. */
  tool: string;
}

/** Undefined when the document is neither form. */
export function parseGapReport(document: unknown): ParsedGapReport | undefined {
  const current = gapReportSchema.safeParse(document);
  if (current.success) return { form: 'current', report: current.data };
  const old = oldFields.safeParse(document);
  return old.success ? { form: 'old', attempts: old.data.attempts } : undefined;
}

/** Leading and inner holes become `maxdiff_errors` (seconds from the segment's start), the trailing one `duration_error`. */
export function toGapReport(facts: GapReportFacts): GapReport {
  const { scan, file } = facts;
  const range = segmentRange(facts.segment);
  const invalid = scan.covered.length === 0;
  const trailing = invalid ? undefined : scan.missing.find((hole) => hole.endMs === range.endMs);
  const holes = invalid ? [] : scan.missing.filter((hole) => hole !== trailing);
  return gapReportSchema.parse({
    localtime: facts.localTime,
    attempts: facts.attempts,
    ...(invalid && { invalid_file: true }),
    ...(trailing && { duration_error: lengthMs(trailing) / 1000 }),
    maxdiff_errors: holes.map((hole) => ({
      start: (hole.startMs - range.startMs) / 1000,
      len: lengthMs(hole) / 1000,
    })),
    missing_seconds: scan.missingSeconds,
    covered: scan.covered.map((part) => ({ ...toInstantRange(part), ptsSeconds: part.ptsSeconds })),
    missing: scan.missing.map((hole) => ({ ...toInstantRange(hole), cause: hole.cause })),
    gap_threshold_seconds: facts.gapThresholdSeconds,
    class: scan.mediaClass,
    container: scan.container,
    stream_key: scan.streamKey,
    video_packets: scan.videoPackets,
    first_pts_seconds: scan.firstPtsSeconds,
    last_pts_seconds: scan.lastPtsSeconds,
    leading_unknown: scan.leadingUnknown,
    size_bytes: file?.sizeBytes,
    sha256: file?.sha256,
    tool: facts.tool,
    segment: {
      camera: facts.segment.cameraId,
      startAt: isoFromMs(range.startMs),
      seconds: facts.segment.seconds,
    },
    audio: { present: scan.audio.present, missing_seconds: scan.audio.missingSeconds },
  });
}

/** The facts of a report, for a decision about keeping or merging its file. */
export function fromGapReport(report: GapReport): GapReportFacts {
  return {
    scan: {
      mediaClass: report.class,
      covered: report.covered.map((part) => ({ ...toMsRange(part), ptsSeconds: part.ptsSeconds })),
      missing: report.missing.map((hole) => ({ ...toMsRange(hole), cause: hole.cause })),
      missingSeconds: report.missing_seconds,
      videoPackets: report.video_packets,
      audio: { present: report.audio.present, missingSeconds: report.audio.missing_seconds },
      ...(report.container !== undefined && { container: report.container }),
      ...(report.stream_key !== undefined && { streamKey: report.stream_key }),
      ...(report.first_pts_seconds !== undefined && { firstPtsSeconds: report.first_pts_seconds }),
      ...(report.last_pts_seconds !== undefined && { lastPtsSeconds: report.last_pts_seconds }),
      ...(report.leading_unknown !== undefined && { leadingUnknown: report.leading_unknown }),
    },
    attempts: report.attempts,
    ...(report.size_bytes !== undefined &&
      report.sha256 !== undefined && { file: { sizeBytes: report.size_bytes, sha256: report.sha256 } }),
    segment: {
      cameraId: report.segment.camera,
      startUnix: msFromIso(report.segment.startAt) / 1000,
      seconds: report.segment.seconds,
    },
    ...(report.gap_threshold_seconds !== undefined && { gapThresholdSeconds: report.gap_threshold_seconds }),
    localTime: report.localtime,
    tool: report.tool,
  };
}
