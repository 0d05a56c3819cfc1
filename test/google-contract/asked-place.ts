// Which Google the contract tests run against, by the environment: the stand-in unless an account is named, and then all of it.

/** What of the real Google may be written to. */
export interface AskedPlace {
  credentialsFile?: string;
  tokenFile?: string;
  subject?: string;
  /** In place of every host of Google: another stand-in. */
  apiUrl?: string;
  folderId: string;
  calendarId: string;
  /** Code, alias or id; absent: the account teaches nothing. */
  course?: string;
}

const prefix = 'LONGTAKE_TEST_GOOGLE_';
const accounts = ['CREDENTIALS', 'TOKEN'];
const places = ['FOLDER', 'CALENDAR', 'COURSE'];
const known = [...accounts, ...places, 'SUBJECT', 'API_URL'];

/** Undefined when no variable is set. Half of them is an error that names the others: a run that tests less than it seems to is worth nothing. */
export function askedPlace(env: Readonly<Record<string, string | undefined>>): AskedPlace | undefined {
  const set = Object.keys(env).filter((name) => name.startsWith(prefix));
  if (set.length === 0) return undefined;
  const valueOf = (name: string): string => env[`${prefix}${name}`]?.trim() ?? '';
  const unknown = set.filter((name) => !known.includes(name.slice(prefix.length)));
  const missing = places.filter((name) => valueOf(name) === '');
  const named = accounts.filter((name) => valueOf(name) !== '');
  const problems = [
    ...unknown.map(
      (name) => `${name} is not known; there are ${known.map((each) => prefix + each).join(', ')}.`,
    ),
    ...(named.length === 1
      ? []
      : [`Set ${accounts.map((name) => prefix + name).join(' or ')}: one of them.`]),
    ...missing.map(
      (name) => `${prefix}${name} is not set${name === 'COURSE' ? ' (`none`: no course)' : ''}.`,
    ),
  ];
  if (problems.length > 0)
    throw new Error(
      `The tests cannot run against the real Google (${set.join(', ')} set): ${problems.join(' ')}`,
    );
  const [credentialsFile, tokenFile, subject, course, apiUrl] = [
    'CREDENTIALS',
    'TOKEN',
    'SUBJECT',
    'COURSE',
    'API_URL',
  ].map(valueOf);
  return {
    ...(credentialsFile ? { credentialsFile } : {}),
    ...(tokenFile ? { tokenFile } : {}),
    ...(subject ? { subject } : {}),
    ...(apiUrl ? { apiUrl } : {}),
    ...(course && course !== 'none' ? { course } : {}),
    folderId: valueOf('FOLDER'),
    calendarId: valueOf('CALENDAR'),
  };
}
