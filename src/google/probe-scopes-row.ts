// One answer of a probe at Google, and the remedy that goes with each way of being refused.
import { isFault, type Fault } from '../domain/fault.ts';
import { scopesOf } from './connect.ts';
import type { GoogleApi, GoogleConnection } from './google-types.ts';

/** One row of the doctor. */
export interface ProbeRow {
  name: string;
  result: 'pass' | 'warn' | 'fail';
  finding: string;
  /** Present unless it passed. */
  remedy?: string;
}

export interface ProbeWorld {
  google: GoogleConnection;
  /** Who we are, in words that follow "with". */
  account: string;
  /** The service account acts in its own name: it owns no space and teaches no course. */
  isRobot: boolean;
}

/** What a probe was about, for the remedy. */
export interface ProbeSubject {
  world: ProbeWorld;
  name: string;
  api: GoogleApi;
  /** Reasons of Google, or `notFound`, that mean something special here. */
  remedies?: Readonly<Record<string, string>>;
}

export const passed = (name: string, finding: string): ProbeRow => ({ name, result: 'pass', finding });

const apiNames: Readonly<Record<GoogleApi, string>> = {
  drive: 'Google Drive API',
  calendar: 'Google Calendar API',
  classroom: 'Google Classroom API',
  sheets: 'Google Sheets API',
};

/** A fault as a row. @throws whatever is no fault of ours */
export function failed(subject: ProbeSubject, error: unknown): ProbeRow {
  if (!isFault(error)) throw error;
  return { name: subject.name, result: 'fail', finding: error.message, remedy: remedyOf(subject, error) };
}

function remedyOf({ world, api, remedies = {} }: ProbeSubject, { type, details }: Fault): string {
  const reason = typeof details['reason'] === 'string' ? details['reason'] : '';
  const scopes = scopesOf[api].join(' ');
  const general: Readonly<Record<string, string>> = {
    accessNotConfigured: `Enable the ${apiNames[api]} in the Google Cloud project of the account (APIs & Services, Library), wait a minute and ask again.`,
    unauthorized_client: `Delegate to the service account's client id (Admin console, Security, API controls, Domain-wide delegation): ${scopes}`,
    invalid_grant:
      'Check google.subject, the clock and whether the key still exists; of a person: `longtake google login`.',
    insufficientPermissions: `Allow it at sign-in: \`longtake google login\`, all boxes ticked. Needed: ${scopes}`,
    storageQuotaExceeded: world.isRobot
      ? 'A service account owns no space: use a folder of a shared drive, or google.subject, or sign in as a person.'
      : 'Free space in the account, or use a folder of a shared drive.',
  };
  const same: Readonly<Record<string, string>> = {
    SERVICE_DISABLED: 'accessNotConfigured',
    ClassroomApiDisabled: 'accessNotConfigured',
    ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'insufficientPermissions',
  };
  const known = same[reason] ?? reason;
  const special = general[known] ?? remedies[known];
  if (special) return special;
  if (type === 'GonePermanently' && remedies['notFound']) return remedies['notFound'];
  if (type === 'AuthRejected' && remedies['forbidden']) return remedies['forbidden'];
  if (type === 'GoogleTransient') return 'Check the line to Google, then ask again.';
  if (type === 'ConfigInvalid')
    return 'Correct the named key of the configuration; see docs/guide/google.md.';
  return 'Read what Google says in the sentence above; see docs/guide/google.md.';
}
