// The door of the media root: what work, publishing and reading look like to those who use it; built in storage.ts.
import type { CoverageFile } from './coverage-file.ts';
import type { GapReport } from './gap-report-file.ts';

export interface PublishRequest {
  /** The key under whose lock this happens; a caller that already holds it through `withKeyLock` does not wait again. */
  keyName: string;
  /** Absolute path of the finished file, inside the media root. */
  from: string;
  /** Final place, relative to the media root. */
  to: string;
  /** Written after the media by the same dance; `path` is relative to the media root. */
  sidecar?: { path: string; document: unknown };
  /** Asked under the lock; false: nothing changes and Fault LeaseLost is thrown. */
  stillOwner: () => Promise<boolean>;
  /** Ends the wait for the lock. */
  signal?: AbortSignal;
}

export interface FileFacts {
  sizeBytes: number;
  /** lower-case hex */
  sha256: string;
}

/** A gap report as it was read. `stale`: it does not fit its media file (or is of the old form, then `report` is absent), so the file is scanned again. */
export interface GapReportRead {
  report?: GapReport;
  attempts: number;
  stale: boolean;
}

export interface CoverageRead {
  coverage: CoverageFile;
  stale: boolean;
}

/** One attempt's directory (or the partials of a key) that exists on disk. */
export interface WorkEntry {
  keyName: string;
  epoch: number | 'partial';
  path: string;
  /** Newest modification of anything inside, epoch milliseconds. */
  modifiedMs: number;
}

/** The media root of this host. Paths in and out are relative to it unless said otherwise; failures are Faults of types UnsafeName, NotFound, DiskFull, StorageFault, LeaseLost. */
export interface Storage {
  /** Absolute media root without symbolic links. */
  readonly mediaRoot: string;
  /** Absolute path of a relative one; Fault UnsafeName when it would leave the root, by `..` or by a symbolic link. */
  resolve(relative: string): string;
  /** Absolute, made when absent. `keyName` is one to four safe segments joined by `/`. */
  attemptDir(keyName: string, epoch: number): Promise<string>;
  /** Absolute, made when absent: what the next owner of the key may resume. */
  partialDir(keyName: string): Promise<string>;
  /** Removes all work of a key, or of all keys below a leading whole segment (`plan-7` for `plan-7/cam-1`). */
  removeWork(keyNamePrefix: string): Promise<void>;
  /** Removes attempts that `isLive` disowns and that nobody touched for `olderThanSeconds`, and forgotten temporaries. Returns the directories removed. */
  sweepWork(options: {
    olderThanSeconds: number;
    isLive: (entry: WorkEntry) => Promise<boolean>;
  }): Promise<string[]>;
  listWork(): Promise<WorkEntry[]>;
  /** One holder per key on this host, across processes; the kernel releases it when the process dies. Re-entrant for the same key; another key inside is a programming error. */
  withKeyLock<T>(keyName: string, signal: AbortSignal | undefined, fn: () => Promise<T>): Promise<T>;
  /** Makes a finished file visible: durable, whole, and only while its attempt still owns the key. */
  publish(request: PublishRequest): Promise<void>;
  /** A JSON document under its final name, whole and durable or not at all. What a crash leaves of it lies in the work of `keyName`. */
  writeJson(to: string, document: unknown, keyName?: string): Promise<void>;
  /** Report of a media file (path of the media). Undefined when media or report is absent or the report is damaged. */
  readGapReport(mediaPath: string): Promise<GapReportRead | undefined>;
  /** Coverage beside a merged file or at its own path. Undefined when absent or damaged. */
  readCoverage(coveragePath: string): Promise<CoverageRead | undefined>;
  /** Compares the file's bytes with the recorded size and sha256. */
  matches(path: string, facts: FileFacts, signal?: AbortSignal): Promise<boolean>;
  /** Size and sha256 of a file (relative, or absolute inside the root). */
  hashFile(path: string, signal?: AbortSignal, onBytes?: (bytes: number) => void): Promise<FileFacts>;
  /** Bytes that an ordinary user may still write to the media root. */
  freeBytes(): Promise<number>;
  fileExists(path: string): Promise<boolean>;
  /** Bytes; undefined when there is no such file. */
  sizeOf(path: string): Promise<number | undefined>;
  /** Removes a published file and its sidecars; absent ones are no error. */
  remove(path: string): Promise<void>;
  /** Removes a published file whose sidecars stay: they belong to another one by now. */
  removeAlone(path: string): Promise<void>;
}
