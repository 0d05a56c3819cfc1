// Looking for a name in a folder: all pages, the right corpus, exactly that name.
import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import { isFault } from '../domain/fault.ts';
import { callOptions, driveFile, fileFields, folderType, getFile } from './drive-file.ts';
import type { DriveContext, DriveFile } from './drive-types.ts';
import { askGoogle } from './google-fault.ts';

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

interface Place {
  folderId: string;
  name: string;
  isFolder: boolean;
}

/** Oldest first. Search lags behind: what was made seconds ago may be missing. */
export async function findByName(context: DriveContext, place: Place): Promise<DriveFile[]> {
  const { driveId } = await getFile(context, place.folderId);
  if (driveId === undefined) return listAll(context, place, { corpora: 'user' });
  try {
    return await listAll(context, place, { corpora: 'drive', driveId });
  } catch (error) {
    // A folder of a shared drive may be open to us without the drive being so.
    if (!isFault(error) || !isNoMember(error.details.reason)) throw error;
    return listAll(context, place, { corpora: 'user' });
  }
}

const isNoMember = (reason: unknown): boolean =>
  reason === 'notFound' || reason === 'teamDriveMembershipRequired';

async function listAll(
  context: DriveContext,
  { folderId, name, isFolder }: Place,
  corpus: Pick<drive_v3.Params$Resource$Files$List, 'corpora' | 'driveId'>,
): Promise<DriveFile[]> {
  const q = [
    `${quoted(folderId)} in parents`,
    `name = ${quoted(name)}`,
    `mimeType ${isFolder ? '=' : '!='} ${quoted(folderType)}`,
    'trashed = false',
  ].join(' and ');
  const found: DriveFile[] = [];
  let pageToken: string | undefined;
  do {
    const { data } = await askGoogle(`Looking for ${name} in the folder ${folderId}`, () =>
      context.connection.drive.files.list(
        {
          ...corpus,
          q,
          orderBy: 'createdTime',
          pageSize: 100,
          supportsAllDrives: true,
          includeItemsFromAllDrives: true,
          fields: `nextPageToken,files(${fileFields})`,
          ...(pageToken !== undefined && { pageToken }),
        },
        callOptions(context),
      ),
    );
    found.push(...(data.files ?? []).map(driveFile));
    pageToken = data.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  // Drive takes `Lecture` and `lecture` for the same name.
  return found.filter((file) => file.name === name);
}
