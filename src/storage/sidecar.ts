// Reads the documents beside media files and tells whether they still fit: a sidecar that does not is stale and redone.
import { lstat } from 'node:fs/promises';
import { coveragePath, gapReportPath } from '../domain/names.ts';
import { parseCoverageFile } from './coverage-file.ts';
import { asFault, errnoOf } from './errno.ts';
import { parseGapReport } from './gap-report-file.ts';
import { readJson } from './json-file.ts';
import type { MediaRoot } from './media-root.ts';
import type { CoverageRead, GapReportRead } from './storage-types.ts';

/** Endings of the documents that may stand beside a published file. */
export const sidecarPaths = (path: string): string[] => [gapReportPath(path), coveragePath(path)];

export interface FileStat {
  sizeBytes: number;
  modifiedMs: number;
}

/** Undefined when there is no ordinary file of that name. */
export async function statFile(path: string): Promise<FileStat | undefined> {
  try {
    const facts = await lstat(path);
    return facts.isFile() ? { sizeBytes: facts.size, modifiedMs: facts.mtimeMs } : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The cheap check: a rename keeps the media's time, and its own sidecar is written later than the media. */
function fits(media: FileStat, sidecar: FileStat | undefined, sizeBytes: number | undefined): boolean {
  return media.sizeBytes === sizeBytes && sidecar !== undefined && sidecar.modifiedMs >= media.modifiedMs;
}

export function readGapReport(root: MediaRoot, mediaPath: string): Promise<GapReportRead | undefined> {
  return asFault(`Reading the gap report of ${mediaPath}`, async () => {
    const reportPath = root.resolve(gapReportPath(mediaPath));
    const media = await statFile(root.resolve(mediaPath));
    const parsed = parseGapReport(await readJson(reportPath));
    if (!media || !parsed) return undefined;
    if (parsed.form === 'old') return { attempts: parsed.attempts, stale: true };
    const { report } = parsed;
    const stale = !fits(media, await statFile(reportPath), report.size_bytes);
    return { report, attempts: report.attempts, stale };
  });
}

export function readCoverage(root: MediaRoot, path: string): Promise<CoverageRead | undefined> {
  return asFault(`Reading ${path}`, async () => {
    const sidecarPath = root.resolve(path);
    const coverage = parseCoverageFile(await readJson(sidecarPath));
    if (!coverage) return undefined;
    const sidecar = await statFile(sidecarPath);
    for (const file of coverage.files) {
      const media = await statFile(root.resolve(file.path));
      if (!media || !fits(media, sidecar, file.sizeBytes)) return { coverage, stale: true };
    }
    return { coverage, stale: false };
  });
}
