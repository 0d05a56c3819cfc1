// The form of `<merged file>.coverage.json`: which instant of the plan's window lies in which merged file, what is missing and why.
import { z } from 'zod';
import type { CoverageInterval, CoverageState } from '../domain/coverage.ts';
import { coveredMs, intersect, type MsRange, toInstantRange, toMsRange } from '../domain/range.ts';

const instant = z.iso.datetime({ offset: true });
const range = z.object({ startAt: instant, endAt: instant });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const seconds = z.number().min(0);

const intervalSchema = range.extend({
  state: z.enum(['present', 'sourceHadNone', 'neverDownloaded', 'rejected']),
  /** The merged file that shows it, as in `files`. */
  file: z.string().optional(),
  sha256: sha256.optional(),
  /** Position of the interval's start in that file. */
  mediaStartSeconds: z.number().optional(),
});

const fileSchema = z.object({
  /** Relative to the media root. */
  path: z.string(),
  startAt: instant,
  durationSeconds: seconds,
  sizeBytes: z.int().min(0),
  sha256,
});

const coverageFileSchema = z
  .object({
    plan: z.string(),
    camera: z.string(),
    date: z.iso.date(),
    window: range,
    /** The part of the window for which the gap tolerance counts; null when the two do not meet. */
    toleranceWindow: range.nullable(),
    missingSeconds: z.object({
      total: seconds,
      insideToleranceWindow: seconds,
      sourceHadNone: seconds,
      neverDownloaded: seconds,
      rejected: seconds,
    }),
    /** Merged files in the order of the window. */
    files: z.array(fileSchema),
    intervals: z.array(intervalSchema),
    /** Versions of what made it, for example `{ longtake: '0.1.0', ffmpeg: '5.1.9' }`. */
    tools: z.record(z.string(), z.string()),
  })
  .refine(tilesWindow, { message: 'The intervals do not tile the window exactly.', path: ['intervals'] });

/** The document as it stands on disk. */
export type CoverageFile = z.infer<typeof coverageFileSchema>;

export interface CoverageFacts {
  plan: string;
  camera: string;
  date: string;
  window: MsRange;
  toleranceWindow: MsRange;
  /** From `tileCoverage`. */
  intervals: readonly CoverageInterval[];
  files: CoverageFile['files'];
  tools: Record<string, string>;
}

function tilesWindow(document: {
  window: { startAt: string; endAt: string };
  intervals: readonly { startAt: string; endAt: string }[];
}): boolean {
  const window = toMsRange(document.window);
  let cursorMs = window.startMs;
  for (const interval of document.intervals.map(toMsRange)) {
    if (interval.startMs !== cursorMs || interval.endMs <= interval.startMs) return false;
    cursorMs = interval.endMs;
  }
  return cursorMs === window.endMs;
}

/** Undefined when the document does not have the form, or its intervals leave a hole in the window. */
export function parseCoverageFile(document: unknown): CoverageFile | undefined {
  const parsed = coverageFileSchema.safeParse(document);
  return parsed.success ? parsed.data : undefined;
}

/** Adds up what is missing. The tolerance window is cut to the plan's. Throws when the intervals do not tile the window. */
export function toCoverageFile(facts: CoverageFacts): CoverageFile {
  const { window, intervals } = facts;
  const toleranceWindow = intersect(window, facts.toleranceWindow);
  const missingIn = (within: MsRange, state?: CoverageState): number => {
    const isMissing = (one: CoverageState): boolean => (state ? one === state : one !== 'present');
    return coveredMs(intervals.filter((interval) => isMissing(interval.state)).map(toMsRange), within) / 1000;
  };
  return coverageFileSchema.parse({
    plan: facts.plan,
    camera: facts.camera,
    date: facts.date,
    window: toInstantRange(window),
    toleranceWindow: toleranceWindow ? toInstantRange(toleranceWindow) : null,
    missingSeconds: {
      total: missingIn(window),
      insideToleranceWindow: toleranceWindow ? missingIn(toleranceWindow) : 0,
      sourceHadNone: missingIn(window, 'sourceHadNone'),
      neverDownloaded: missingIn(window, 'neverDownloaded'),
      rejected: missingIn(window, 'rejected'),
    },
    files: facts.files,
    intervals,
    tools: facts.tools,
  });
}
