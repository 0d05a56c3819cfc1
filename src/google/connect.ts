// A connection to Google: the API clients in one account's name, loaded when they are first asked for.
import { createRequire } from 'node:module';
import { Fault } from '../domain/fault.ts';
import { createIdentity, type Identity } from './connect-identity.ts';
import { askGoogle } from './google-fault.ts';
import type { GoogleApi, GoogleConnection, GoogleSettings } from './google-types.ts';
import { readKeyFile, readTokenFile } from './token-file.ts';

export type { GoogleConnection, GoogleSettings };

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`;

/** Each API signs in with its own: a scope that an administrator did not delegate stops one of them, not all. */
export const scopesOf: Readonly<Record<GoogleApi, readonly string[]>> = {
  drive: [scope('drive')],
  calendar: [scope('calendar.events')],
  classroom: [
    scope('classroom.courses.readonly'),
    scope('classroom.announcements'),
    scope('classroom.courseworkmaterials'),
  ],
  sheets: [scope('spreadsheets.readonly')],
};

/** Whether the configuration names an account at all. */
export const hasGoogleAccount = ({
  credentialsFile,
  tokenFile,
  useDefaultCredentials,
}: Pick<GoogleSettings, 'credentialsFile' | 'tokenFile' | 'useDefaultCredentials'>): boolean =>
  credentialsFile !== undefined || tokenFile !== undefined || useDefaultCredentials;

function checkSettings(settings: GoogleSettings): void {
  const { credentialsFile, tokenFile, subject } = settings;
  if (!hasGoogleAccount(settings))
    throw new Fault(
      'ConfigInvalid',
      'No Google account is configured: set google.credentialsFile, google.tokenFile or google.useDefaultCredentials.',
    );
  if (credentialsFile !== undefined && tokenFile !== undefined)
    throw new Fault('ConfigInvalid', 'Set google.credentialsFile or google.tokenFile, not both.');
  if (tokenFile !== undefined && subject !== undefined)
    throw new Fault('ConfigInvalid', 'google.subject belongs to a service account, not to google.tokenFile.');
}

/** A person's token has the scopes that the person granted: one identity serves all APIs. */
function identityFor(settings: GoogleSettings): (api: GoogleApi) => Identity {
  const identities = new Map<string, Identity>();
  return (api) => {
    const scopes = settings.scopes ?? scopesOf[api];
    const key = settings.tokenFile === undefined ? scopes.join(' ') : 'token';
    const known = identities.get(key) ?? createIdentity(settings, scopes);
    identities.set(key, known);
    return known;
  };
}

/** Makes it at the first call. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * Nothing is read or asked before the first call; a file that is missing, open to others or a pickle fails that call (ConfigInvalid).
 * @throws Fault ConfigInvalid when the settings name no account, or two
 */
export function connectGoogle(settings: GoogleSettings): GoogleConnection {
  checkSettings(settings);
  const identityOf = identityFor(settings);
  const options = (api: GoogleApi) => ({
    // The generated clients call `request` alone; the library's type names much more.
    auth: identityOf(api) as never,
    retry: false,
    timeout: settings.requestSeconds * 1000,
  });
  const drive = once(() => new (loadDrive().drive_v3.Drive)(options('drive')));
  const calendar = once(() => new (loadCalendar().calendar_v3.Calendar)(options('calendar')));
  const classroom = once(() => new (loadClassroom().classroom_v1.Classroom)(options('classroom')));
  const sheets = once(() => new (loadSheets().sheets_v4.Sheets)(options('sheets')));
  return {
    get drive() {
      return drive();
    },
    get calendar() {
      return calendar();
    },
    get classroom() {
      return classroom();
    },
    get sheets() {
      return sheets();
    },
    fetch: (target, init = {}) =>
      identityOf('drive').fetch(new URL(target, 'https://www.googleapis.com'), {
        ...init,
        signal: init.signal ?? AbortSignal.timeout(settings.requestSeconds * 1000),
      }),
    account: () => accountName(settings, drive),
  };
}

async function accountName(
  { credentialsFile, subject, tokenFile }: GoogleSettings,
  drive: () => GoogleConnection['drive'],
): Promise<string> {
  if (credentialsFile !== undefined) {
    const { email } = await readKeyFile(credentialsFile);
    return `the service account ${email}${subject === undefined ? '' : ` in the name of ${subject}`}`;
  }
  const noted = tokenFile === undefined ? undefined : (await readTokenFile(tokenFile)).account;
  if (noted !== undefined) return `the account ${noted}`;
  const { data } = await askGoogle('Asking Drive who we are', () =>
    drive().about.get({ fields: 'user(emailAddress)' }),
  );
  return `the account ${data.user?.emailAddress ?? 'without an address'}`;
}

// Half a megabyte of generated code each: read when the first call needs it, by `require`, because properties cannot wait.
const loadDrive = () =>
  createRequire(import.meta.url)(
    'googleapis/build/src/apis/drive/v3.js',
  ) as typeof import('googleapis/build/src/apis/drive/v3.js');
const loadCalendar = () =>
  createRequire(import.meta.url)(
    'googleapis/build/src/apis/calendar/v3.js',
  ) as typeof import('googleapis/build/src/apis/calendar/v3.js');
const loadClassroom = () =>
  createRequire(import.meta.url)(
    'googleapis/build/src/apis/classroom/v1.js',
  ) as typeof import('googleapis/build/src/apis/classroom/v1.js');
const loadSheets = () =>
  createRequire(import.meta.url)(
    'googleapis/build/src/apis/sheets/v4.js',
  ) as typeof import('googleapis/build/src/apis/sheets/v4.js');
