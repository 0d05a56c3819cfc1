// The form of `<merged file>.coverage.json`: which instant of the plan's window lies in which merged file, what is missing and why.
import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });
const range = z.object({ startAt: instant, endAt: instant });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const seconds = z.number().min(0);

const intervalSchema = range.extend({
  state: z.enum(['present', 'sourceHadNone', 'neverDownloaded', 'rejected']),
  /** Source segment, relative to the media root. */
  file: z.string().optional(),
  sha256: sha256.optional(),
  /** Position of the interval's start in the merged file. */
  mediaStartSeconds: z.number().optional(),
});

const coverageFileSchema = z.object({
  plan: z.string(),
  camera: z.string(),
  date: z.iso.date(),
  window: range,
  toleranceWindow: range.nullable(),
  missingSeconds: z.object({
    total: seconds,
    insideToleranceWindow: seconds,
    sourceHadNone: seconds,
    neverDownloaded: seconds,
    rejected: seconds,
  }),
  /** Merged files in the order of the window; `path` is relative to the media root. */
  files: z.array(
    z.object({
      path: z.string(),
      startAt: instant,
      durationSeconds: seconds,
      sizeBytes: z.int().min(0),
      sha256,
    }),
  ),
  /** Tile `window` exactly: sorted, each ends where the next begins. */
  intervals: z.array(intervalSchema),
  /** Versions of what made it, for example `{ longtake: '0.1.0', ffmpeg: '5.1.9' }`. */
  tools: z.record(z.string(), z.string()),
});

/** The document as it stands on disk. */
export type CoverageFile = z.infer<typeof coverageFileSchema>;

/** Undefined when the document does not have the form. */
export function parseCoverageFile(document: unknown): CoverageFile | undefined {
  const parsed = coverageFileSchema.safeParse(document);
  return parsed.success ? parsed.data : undefined;
}
