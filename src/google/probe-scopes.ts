// Proves what Longtake needs at Google by doing it: each scope and right with something small that is removed again.
import { connectGoogle, hasGoogleAccount } from './connect.ts';
import { askGoogle } from './google-fault.ts';
import type { GoogleSettings } from './google-types.ts';
import { probeCalendar, probeCalendarApi } from './probe-scopes-calendar.ts';
import { probeClassroomApi, probeCourse } from './probe-scopes-classroom.ts';
import { probeDrive, probeFolder, removeProbe } from './probe-scopes-drive.ts';
import { failed, passed, type ProbeRow, type ProbeWorld } from './probe-scopes-row.ts';

/** What may be touched; what is not named is asked after without writing. */
export interface ProbeAsk {
  folderId?: string | undefined;
  calendarId?: string | undefined;
  /** Id, alias, or code. */
  course?: string | undefined;
  /** Id of a table of course codes. */
  spreadsheetId?: string | undefined;
}

/** One row for each right, in the order in which a lecture needs them. Nothing is left behind, or the row says so. */
export async function probeScopes(settings: GoogleSettings, ask: ProbeAsk): Promise<ProbeRow[]> {
  if (!hasGoogleAccount(settings)) return [noAccount];
  const google = connectGoogle(settings);
  const isRobot = settings.credentialsFile !== undefined && settings.subject === undefined;
  const world: ProbeWorld = { google, isRobot, account: 'our account' };
  try {
    world.account = await google.account();
  } catch (error) {
    return [failed({ world, name: 'Google account', api: 'drive' }, error)];
  }
  const rows = [passed('Google account', `We are ${world.account}.`), await probeDrive(world)];
  // Without a token nothing else can be said of Drive.
  const folder =
    rows[1]?.result === 'fail' || !ask.folderId
      ? { rows: unnamedFolder(ask) }
      : await probeFolder(world, ask.folderId);
  rows.push(...folder.rows);
  const file = 'file' in folder ? folder.file : undefined;
  try {
    if (ask.calendarId) rows.push(...(await probeCalendar(world, { calendarId: ask.calendarId, file })));
    else rows.push(await probeCalendarApi(world));
    if (ask.course) rows.push(...(await probeCourse(world, ask.course)));
    else rows.push(await probeClassroomApi(world));
    if (ask.spreadsheetId) rows.push(await probeSheet(world, ask.spreadsheetId));
  } finally {
    if (file) rows.push(await removeProbe(world, file));
  }
  return rows;
}

const noAccount: ProbeRow = {
  ...{ name: 'Google account', result: 'fail', finding: 'No account at Google is configured.' },
  remedy:
    'Set google.credentialsFile (a service account), or sign in with `longtake google login`; docs/guide/google.md has the steps.',
};

const unnamedFolder = ({ folderId }: ProbeAsk): ProbeRow[] =>
  folderId
    ? []
    : [
        {
          ...{
            name: 'Drive folder',
            result: 'warn',
            finding: 'No folder was named, so no upload was tried.',
          },
          remedy: 'Give the folder of a room with --folder.',
        },
      ];

async function probeSheet(world: ProbeWorld, spreadsheetId: string): Promise<ProbeRow> {
  const name = 'Sheet';
  const share = `Share the table with ${world.account}, reading is enough.`;
  try {
    const { data } = await askGoogle(`Reading the table ${spreadsheetId}`, () =>
      world.google.sheets.spreadsheets.values.get({ spreadsheetId, range: 'A2:B1000' }),
    );
    return passed(name, `The table is read: ${data.values?.length ?? 0} rows.`);
  } catch (error) {
    return failed({ world, name, api: 'sheets', remedies: { notFound: share, forbidden: share } }, error);
  }
}
