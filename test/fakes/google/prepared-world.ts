// What a stack finds at its stand-in: an account for it, a shared drive with a folder, a calendar, a course and a table of codes.
import { createPublicKey } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyFile, OauthClient } from './accounts.ts';
import { knownScopes } from './discovery.ts';
import { folderType } from './drive-store.ts';
import type { World } from './world.ts';

/** Ids that others write down (rooms, events); they stay when the stand-in starts anew, what was put there does not. */
export interface PreparedIds {
  driveId: string;
  folderId: string;
  calendarId: string;
  courseId: string;
  courseCode: string;
  spreadsheetId: string;
  /** The person in whose name the service account acts. */
  subject: string;
}

interface Prepared {
  ids: PreparedIds;
  key: KeyFile;
  client: OauthClient;
}

const subject = 'recorder@school.test';
const courseCode = 'MATH-101';

/** Makes what is missing in `directory` (`service-account.json`, `oauth-client.json`, `ids.json`) and puts it into the world. */
export async function prepareWorld(world: World, directory: string): Promise<PreparedIds> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const paths = {
    ids: join(directory, 'ids.json'),
    key: join(directory, 'service-account.json'),
    client: join(directory, 'oauth-client.json'),
  };
  world.accounts.addPerson(subject);
  const stored = await readPrepared(paths);
  const prepared = stored ?? newPrepared(world);
  if (stored) enroll(world, stored);
  fill(world, prepared);
  const { client, key, ids } = prepared;
  const { clientId: client_id, clientSecret: client_secret } = client;
  await writePrivate(paths.key, key);
  await writePrivate(paths.client, { installed: { client_id, client_secret } });
  await writePrivate(paths.ids, ids);
  return ids;
}

function newPrepared(world: World): Prepared {
  const { accounts, drive, classroom } = world;
  const ids: PreparedIds = {
    driveId: `0A${drive.newId().slice(0, 17)}`,
    folderId: drive.newId(),
    calendarId: 'room@group.calendar.school.test',
    courseId: classroom.newId(),
    courseCode,
    spreadsheetId: drive.newId(),
    subject,
  };
  return {
    ids,
    key: accounts.addRobot('longtake', { delegatedScopes: [...knownScopes] }),
    client: accounts.addClient(),
  };
}

/** The account and the client of an earlier run: their files lie with others. */
function enroll({ accounts }: World, { key, client }: Prepared): void {
  const publicKey = createPublicKey(key.private_key).export({ type: 'spki', format: 'pem' }) as string;
  accounts.all.set(key.client_email, {
    kind: 'robot',
    email: key.client_email,
    displayName: 'longtake',
    clientId: key.client_id,
    keyId: key.private_key_id,
    publicKey,
    delegatedScopes: new Set(knownScopes),
  });
  accounts.clients.set(client.clientId, client);
}

function fill({ drive, calendar, classroom, sheets }: World, { ids, key }: Prepared): void {
  const { driveId, folderId } = ids;
  const members = new Map([[key.client_email, 'organizer'] as const, [subject, 'organizer'] as const]);
  drive.drives.set(driveId, { id: driveId, name: 'Lectures', members });
  const shared = { driveId, ownerEmail: undefined };
  drive.add({ id: driveId, ...shared, app: 'google' }, { name: 'Lectures', mimeType: folderType });
  drive.add(
    { id: folderId, ...shared, app: 'browser' },
    { name: 'Room 101', mimeType: folderType, parents: [driveId] },
  );
  calendar.addCalendar(ids.calendarId, {
    summary: 'Room 101',
    access: { [subject]: 'owner', [key.client_email]: 'writer' },
  });
  const course = classroom.addCourse({
    name: 'Mathematics 101',
    owner: subject,
    aliases: [`d:${courseCode}`],
  });
  classroom.courses.delete(course.id);
  classroom.courses.set(ids.courseId, { ...course, id: ids.courseId });
  drive.add(
    { id: ids.spreadsheetId, driveId: undefined, ownerEmail: subject, app: 'browser' },
    {
      name: 'Course codes',
      mimeType: 'application/vnd.google-apps.spreadsheet',
      parents: [drive.rootOf(subject).id],
    },
  );
  const rows = [
    ['Code', 'Course'],
    [courseCode, ids.courseId],
  ];
  sheets.set(ids.spreadsheetId, new Map([['Sheet1', rows]]));
}

async function readPrepared(paths: {
  ids: string;
  key: string;
  client: string;
}): Promise<Prepared | undefined> {
  const [ids, key, client] = await Promise.all([
    readJson(paths.ids),
    readJson(paths.key),
    readJson(paths.client),
  ]);
  if (!ids || !key || !client) return undefined;
  const { client_id: clientId, client_secret: clientSecret } = (
    client as { installed: { client_id: string; client_secret: string } }
  ).installed;
  return { ids: ids as PreparedIds, key: key as KeyFile, client: { clientId, clientSecret } };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function writePrivate(path: string, document: object): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
