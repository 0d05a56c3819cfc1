// Whether a folder of Drive can be read, written, and cleaned: a small file is uploaded, compared and taken away again.
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Fault, isFault } from '../domain/fault.ts';
import { askGoogle } from './google-fault.ts';
import { failed, passed, type ProbeRow, type ProbeWorld } from './probe-scopes-row.ts';

/** What is put there for a moment carries this name, in case it stays. */
export const probeName = 'Longtake doctor: to be removed';

export interface ProbeFile {
  id: string;
  url: string;
}

/** The account itself: the API is enabled and the scope is granted. */
export async function probeDrive(world: ProbeWorld): Promise<ProbeRow> {
  const name = 'Drive';
  try {
    const { data } = await askGoogle('Asking Drive who we are', () =>
      world.google.drive.about.get({ fields: 'user(emailAddress),storageQuota(limit,usage)' }),
    );
    const { limit, usage } = data.storageQuota ?? {};
    const free = limit
      ? `, ${((Number(limit) - Number(usage ?? 0)) / 1e9).toFixed(1)} GB of its own free`
      : '';
    return passed(name, `Drive answers ${data.user?.emailAddress ?? 'us'}${free}.`);
  } catch (error) {
    return failed({ world, name, api: 'drive' }, error);
  }
}

/** Rows for the folder, and the file that lies in it until `removeProbe`. */
export async function probeFolder(
  world: ProbeWorld,
  folderId: string,
): Promise<{ rows: ProbeRow[]; file?: ProbeFile }> {
  const share = `Share it with ${world.account} as content manager, or name another folder.`;
  const read = { world, name: 'Drive folder', api: 'drive', remedies: { notFound: share } } as const;
  const rows: ProbeRow[] = [];
  try {
    rows.push(await readFolder(world, folderId));
    if (rows.some(({ result }) => result === 'fail')) return { rows };
  } catch (error) {
    return { rows: [failed(read, error)] };
  }
  const name = 'Drive upload';
  try {
    const file = await uploadProbe(world, folderId);
    rows.push(passed(name, 'A file was uploaded, and its checksum is the same there.'));
    return { rows, file };
  } catch (error) {
    rows.push(failed({ world, name, api: 'drive', remedies: { forbidden: share } }, error));
    return { rows };
  }
}

async function readFolder({ google, isRobot }: ProbeWorld, fileId: string): Promise<ProbeRow> {
  const name = 'Drive folder';
  const fields = 'id,name,mimeType,driveId,trashed';
  const { data } = await askGoogle(`Reading the folder ${fileId}`, () =>
    google.drive.files.get({ fileId, fields, supportsAllDrives: true }),
  );
  const title = `“${data.name}”`;
  if (data.mimeType !== 'application/vnd.google-apps.folder')
    return { name, result: 'fail', finding: `${title} is no folder.`, remedy: 'Give the id of a folder.' };
  if (data.trashed)
    return {
      name,
      result: 'fail',
      finding: `${title} lies in the trash.`,
      remedy: 'Restore it, or name another.',
    };
  if (data.driveId || !isRobot)
    return passed(name, `${title} is read; it lies in ${data.driveId ? 'a shared drive' : 'My Drive'}.`);
  const remedy =
    'A service account owns no space: make the folder in a shared drive, or set google.subject, or sign in as a person.';
  return { name, result: 'warn', finding: `${title} is read, but lies in nobody’s shared drive.`, remedy };
}

async function uploadProbe({ google }: ProbeWorld, folderId: string): Promise<ProbeFile> {
  const bytes = randomBytes(1024);
  const what = `Uploading to the folder ${folderId}`;
  const { data: reserved } = await askGoogle(what, () => google.drive.files.generateIds({ count: 1 }));
  const [id = ''] = reserved.ids ?? [];
  const requestBody = { id, name: probeName, parents: [folderId] };
  const media = { mimeType: 'application/octet-stream', body: Readable.from([bytes]) };
  const { data } = await askGoogle(what, () =>
    google.drive.files.create({
      ...{ requestBody, media, supportsAllDrives: true },
      fields: 'id,sha256Checksum,webViewLink',
    }),
  );
  if (data.sha256Checksum !== createHash('sha256').update(bytes).digest('hex'))
    throw new Fault('TransferFailed', `${what}: the checksum there is another one.`);
  return { id, url: data.webViewLink ?? `https://drive.google.com/file/d/${id}/view` };
}

/** Takes the file away for good, or into the trash where our role allows no more. */
export async function removeProbe(world: ProbeWorld, { id: fileId }: ProbeFile): Promise<ProbeRow> {
  const name = 'Drive removal';
  const supportsAllDrives = true;
  const { files } = world.google.drive;
  try {
    await askGoogle('Deleting the probe', () => files.delete({ fileId, supportsAllDrives }));
    return passed(name, 'The file was deleted again.');
  } catch (error) {
    if (!isFault(error, 'AuthRejected')) return failed({ world, name, api: 'drive' }, error);
  }
  try {
    const requestBody = { trashed: true };
    await askGoogle('Trashing the probe', () => files.update({ fileId, requestBody, supportsAllDrives }));
  } catch (error) {
    const remedy = `Make ${world.account} content manager of the shared drive; the file “${probeName}” is left in the folder.`;
    return failed({ world, name, api: 'drive', remedies: { forbidden: remedy } }, error);
  }
  return {
    ...{ name, result: 'warn', finding: 'The file went to the trash; our role may not delete it.' },
    remedy: 'Nothing, if the trash may keep what is taken back for 30 days; else give the role Manager.',
  };
}
