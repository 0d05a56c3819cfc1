// What was asked, in order, for tests to count; tokens and session addresses stay out of it.
import type { FaultAction } from './faults.ts';

export interface JournalEntry {
  method: string;
  path: string;
  query: Record<string, string>;
  /** Google's name of the method, or the stand-in's for uploads and sign-in; `unknown` where Google has none. */
  api: string;
  /** Who asked, once the token was known. */
  email?: string;
  /** Parsed JSON of the request; not for uploads, not for sign-in. */
  body?: unknown;
  headers: { ifMatch?: string; range?: string; contentRange?: string; userAgent?: string };
  /** Bytes of the request's body that came in. */
  receivedBytes: number;
  /** undefined while unanswered, and for ever when the answer was lost before its status */
  status?: number;
  fault?: FaultAction['do'];
  atMs: number;
}

export class Journal {
  readonly entries: JournalEntry[] = [];

  of(api: string): JournalEntry[] {
    return this.entries.filter((entry) => entry.api === api);
  }

  /** Bytes of files that came in, repeated ones too. */
  get uploadedBytes(): number {
    return this.entries
      .filter(({ api }) => api === 'drive.upload.put' || api === 'drive.upload.once')
      .reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
  }

  clear(): void {
    this.entries.length = 0;
  }
}
