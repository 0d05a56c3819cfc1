// A person on a shared drive of the stand-in, with a Drive of ours over it, and sessions that survive a process.
import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectGoogle, scopesOf } from '../../src/google/connect.ts';
import { createDrive } from '../../src/google/drive.ts';
import type { Drive, SessionStore, UploadSessionNote, UploadSpec } from '../../src/google/drive-types.ts';
import type { GoogleConnection, GoogleSettings } from '../../src/google/google-types.ts';
import { writeTokenFile } from '../../src/google/token-file.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { tempDir } from '../setup/temp-dir.ts';

export const owner = 'lectures@school.test';
export const granule = 256 * 1024;

export interface DriveKit extends AsyncDisposable {
  fake: GoogleFake;
  connection: GoogleConnection;
  drive: Drive;
  settings: GoogleSettings;
  refreshToken: string;
  /** A shared drive in which we may do everything. */
  sharedDriveId: string;
  directory: string;
  sessions: SessionStore;
  /** A file of random bytes, and what an upload of it needs. */
  lecture(spec: { sizeBytes: number; name?: string }): Promise<UploadSpec>;
}

export async function openDrive({ chunkBytes = granule, requestSeconds = 60 } = {}): Promise<DriveKit> {
  const [fake, dir] = await Promise.all([startGoogle(), tempDir()]);
  fake.limits.unitsPerMinute = { drive: 1e9, calendar: 1e9, classroom: 1e9, sheets: 1e9 };
  fake.accounts.addPerson(owner);
  const { clientId, clientSecret } = fake.accounts.addClient();
  const { refreshToken } = fake.accounts.grant({ clientId, email: owner, scopes: scopesOf.drive });
  const tokenFile = join(dir.path, 'token.json');
  await writeTokenFile(tokenFile, { clientId, clientSecret, refreshToken });
  const settings = { tokenFile, apiUrl: fake.url, requestSeconds, useDefaultCredentials: false };
  const connection = connectGoogle(settings);
  const drive = createDrive(connection, { chunkBytes, requestSeconds });
  const sharedDriveId = fake.drive.addSharedDrive('Lectures', { [owner]: 'organizer' }).id;
  const sessions = fileSessions(join(dir.path, 'sessions'));
  return {
    fake,
    connection,
    drive,
    settings,
    refreshToken,
    sharedDriveId,
    directory: dir.path,
    sessions,
    async lecture({ sizeBytes, name = 'a.mp4' }) {
      const bytes = randomBytes(sizeBytes);
      const path = join(dir.path, `${randomBytes(4).toString('hex')}.mp4`);
      await writeFile(path, bytes);
      return {
        fileId: await drive.generateId(),
        name,
        folderId: sharedDriveId,
        path,
        mimeType: 'video/mp4',
        sizeBytes,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        lectureKey: 'lecture/1:main',
        sessions,
        signal: new AbortController().signal,
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([fake.close(), dir.remove()]);
    },
  };
}

/** One JSON file for each upload, replaced whole: as durable under SIGKILL as a row. */
export function fileSessions(prefix: string): SessionStore {
  const pathOf = (fileId: string) => `${prefix}-${fileId}.json`;
  return {
    get: (fileId) =>
      readFile(pathOf(fileId), 'utf8').then(
        (text) => JSON.parse(text) as UploadSessionNote,
        () => undefined,
      ),
    async put(fileId, session) {
      await writeFile(`${pathOf(fileId)}.new`, JSON.stringify(session));
      await rename(`${pathOf(fileId)}.new`, pathOf(fileId));
    },
    remove: (fileId) => rm(pathOf(fileId), { force: true }),
  };
}

/** Videos that lie in the stand-in, folders and trash aside. */
export const videosIn = (fake: GoogleFake) =>
  fake.files().filter(({ mimeType, isTrashed }) => mimeType === 'video/mp4' && !isTrashed);
