// How the rest of Longtake sees a connection to Google: who we are, the four APIs, and a fetch in our name.
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import type { classroom_v1 } from 'googleapis/build/src/apis/classroom/v1.js';
import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/v4.js';

/** The section `google` of the configuration, as far as a connection needs it. */
export interface GoogleSettings {
  credentialsFile?: string | undefined;
  /** User in whose name a service account acts. */
  subject?: string | undefined;
  tokenFile?: string | undefined;
  useDefaultCredentials: boolean;
  /** `http://host:port` in place of every host of Google. */
  apiUrl?: string | undefined;
  /** Longest wait for an answer. */
  requestSeconds: number;
  /** Asked for every API instead of those that it needs (`scopesOf`). */
  scopes?: readonly string[] | undefined;
}

export type GoogleApi = 'drive' | 'calendar' | 'classroom' | 'sheets';

export interface GoogleFetchInit extends Omit<RequestInit, 'headers'> {
  headers?: Readonly<Record<string, string>>;
  /** Needed beside a body that is a stream. */
  duplex?: 'half';
}

/**
 * A request of Drive's with our token; `target` is a path (`/upload/drive/v3/files?…`) or an address at Google.
 * Any status is an answer. Without a `signal` it is given up after requestSeconds; with one, that alone counts.
 */
export type GoogleFetch = (target: string, init?: GoogleFetchInit) => Promise<Response>;

/** The clients retry nothing and give up after requestSeconds; wrap each call in `askGoogle`. */
export interface GoogleConnection {
  readonly drive: drive_v3.Drive;
  readonly calendar: calendar_v3.Calendar;
  readonly classroom: classroom_v1.Classroom;
  readonly sheets: sheets_v4.Sheets;
  readonly fetch: GoogleFetch;
  /** Who we are, in words: `the service account x@…`. Asks Google where no file tells it. */
  account(): Promise<string>;
}
