// A place at Google, real or stand-in, in which a test may make things: each carries a random mark, and is removed again at the end.
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFault } from '../../src/domain/fault.ts';
import { createClassroom } from '../../src/google/classroom.ts';
import type { PostPlace } from '../../src/google/classroom-types.ts';
import { connectGoogle } from '../../src/google/connect.ts';
import { createDrive } from '../../src/google/drive.ts';
import type { Drive, SessionStore, UploadSessionNote, UploadSpec } from '../../src/google/drive-types.ts';
import { askGoogle } from '../../src/google/google-fault.ts';
import type { GoogleConnection, GoogleSettings } from '../../src/google/google-types.ts';
import { knownScopes } from '../fakes/google/discovery.ts';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { tempDir } from '../setup/temp-dir.ts';
import { askedPlace, type AskedPlace } from './asked-place.ts';

/** The least that Drive takes in one piece. */
export const granule = 256 * 1024;

export interface GooglePlace extends AsyncDisposable {
  /** Absent: it is the real one. */
  fake?: GoogleFake;
  /** Stands in the name of all that is made here. */
  mark: string;
  asked: AskedPlace;
  settings: GoogleSettings;
  connection: GoogleConnection;
  drive: Drive;
  /** Made for this place, in the folder that was named. */
  folderId: string;
  sessions: SessionStore;
  /** A file of random bytes on this machine, and what an upload of it needs; what lies under its id is removed. */
  video(spec: { sizeBytes: number }): Promise<UploadSpec>;
  /** An event of an hour, next year. */
  event(body?: object): Promise<{ calendarId: string; eventId: string }>;
  /** So that it is removed. */
  noteFile(fileId: string): void;
  notePost(post: PostPlace & { postId: string }): void;
}

/** @param env of the process; what it names decides */
export async function openPlace(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<GooglePlace> {
  const real = askedPlace(env);
  const stand = real ? undefined : await standIn();
  const asked = real ?? stand!.asked;
  const { folderId: outer, calendarId, course: _, ...account } = asked;
  const settings = { ...account, requestSeconds: 60, useDefaultCredentials: false };
  const connection = connectGoogle(settings);
  const drive = createDrive(connection, { chunkBytes: granule, requestSeconds: 60 });
  const dir = await tempDir();
  const mark = `longtake-test-${randomBytes(5).toString('hex')}`;
  const made: Made[] = [];
  const noteFile = (fileId: string): void => void made.push(fileOf(connection, drive, fileId));
  const folderId = await drive.generateId();
  noteFile(folderId);
  await makeFolder(connection, { id: folderId, name: mark, parents: [outer] });
  const sessions = sessionsInMemory();
  return {
    ...(stand ? { fake: stand.fake } : {}),
    ...{ mark, asked, settings, connection, drive, folderId, sessions, noteFile },
    notePost: (post) => void made.push(postOf(connection, post)),
    async video({ sizeBytes }) {
      const bytes = randomBytes(sizeBytes);
      const fileId = await drive.generateId();
      const path = join(dir.path, fileId);
      await writeFile(path, bytes);
      noteFile(fileId);
      return {
        ...{ fileId, folderId, path, sizeBytes, sessions, name: `${mark} ${made.length}.mp4` },
        ...{ mimeType: 'video/mp4', lectureKey: mark, signal: new AbortController().signal },
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    },
    async event(body = {}) {
      const { data } = await askGoogle('Making an event', () =>
        connection.calendar.events.insert({
          ...{ calendarId, supportsAttachments: true, sendUpdates: 'none' },
          requestBody: { summary: mark, ...nextYear(), ...body },
        }),
      );
      const event = { calendarId, eventId: data.id! };
      made.push(eventOf(connection, event));
      return event;
    },
    async [Symbol.asyncDispose]() {
      const left = await removeAll(made);
      await stand?.fake.close();
      await dir.remove();
      if (left.length > 0) throw new Error(`Left behind at Google, remove by hand: ${left.join(' ')}`);
    },
  };
}

interface Made {
  what: string;
  /** Answers once it is not seen any more. */
  remove(): Promise<unknown>;
}

/** The newest first; answers what could not be removed. */
async function removeAll(made: readonly Made[]): Promise<string[]> {
  const left: string[] = [];
  for (const { what, remove } of made.toReversed())
    await remove().catch((error: unknown) => left.push(`${what} (${String(error)}).`));
  return left;
}

const unlessGone = (error: unknown): void => {
  if (!isFault(error, 'GonePermanently')) throw error;
};

const fileOf = ({ drive: files }: GoogleConnection, drive: Drive, fileId: string): Made => ({
  what: `Drive file ${fileId}`,
  async remove() {
    // For good where the role allows it; else the trash, which empties itself.
    await askGoogle('Removing what a test made', () =>
      files.files.delete({ fileId, supportsAllDrives: true }),
    ).catch(async (error: unknown) => {
      if (!isFault(error, 'AuthRejected', 'GonePermanently')) throw error;
      await drive.trash(fileId);
    });
    const isTrashed = await drive.getFile(fileId).then((file) => file.isTrashed, unlessGone);
    if (isTrashed === false) throw new Error('it is still there');
  },
});

const eventOf = ({ calendar }: GoogleConnection, event: { calendarId: string; eventId: string }): Made => ({
  what: `event ${event.eventId} of ${event.calendarId}`,
  async remove() {
    await askGoogle('Removing what a test made', () =>
      calendar.events.delete({ ...event, sendUpdates: 'none' }),
    ).catch(unlessGone);
    const found = await askGoogle('Looking whether it is gone', () => calendar.events.get(event)).catch(
      unlessGone,
    );
    if (found && found.data.status !== 'cancelled') throw new Error('it is still there');
  },
});

const postOf = (connection: GoogleConnection, post: PostPlace & { postId: string }): Made => ({
  what: `${post.kind} ${post.postId} of course ${post.courseId}`,
  async remove() {
    const classroom = createClassroom(connection);
    await classroom.removePost(post);
    if (await classroom.removePost(post)) throw new Error('it was still there');
  },
});

async function makeFolder(
  { drive }: GoogleConnection,
  folder: { id: string; name: string; parents: string[] },
): Promise<void> {
  const requestBody = { ...folder, mimeType: 'application/vnd.google-apps.folder' };
  await askGoogle(`Making a folder in ${folder.parents.join()}`, () =>
    drive.files.create({ supportsAllDrives: true, fields: 'id', requestBody }),
  );
}

function nextYear(): object {
  const startMs = Date.now() + 365 * 86_400_000;
  const at = (ms: number) => ({ dateTime: new Date(ms).toISOString() });
  return { start: at(startMs), end: at(startMs + 3_600_000) };
}

function sessionsInMemory(): SessionStore {
  const notes = new Map<string, UploadSessionNote>();
  return {
    get: (fileId) => Promise.resolve(notes.get(fileId)),
    put: (fileId, note) => Promise.resolve(void notes.set(fileId, note)),
    remove: (fileId) => Promise.resolve(void notes.delete(fileId)),
  };
}

/** With what a person would have prepared: a service account with delegation, a shared drive, a calendar, a course. */
async function standIn(): Promise<{ fake: GoogleFake; asked: AskedPlace }> {
  const fake = await startGoogle();
  const subject = 'recorder@school.test';
  fake.accounts.addPerson(subject);
  const key = fake.accounts.addRobot('longtake', { delegatedScopes: [...knownScopes] });
  const dir = fake.world.drive.directory;
  const credentialsFile = join(dir, 'service-account.json');
  await writeFile(credentialsFile, JSON.stringify(key), { mode: 0o600 });
  const calendarId = 'scratch@group.calendar.school.test';
  fake.calendar.addCalendar(calendarId, { access: { [subject]: 'writer' } });
  fake.classroom.addCourse({ name: 'Scratch', owner: subject, aliases: ['d:SCRATCH'] });
  const { id: folderId } = fake.drive.addSharedDrive('Scratch', { [subject]: 'organizer' });
  const asked = { credentialsFile, subject, folderId, calendarId, course: 'SCRATCH', apiUrl: fake.url };
  return { fake, asked };
}
