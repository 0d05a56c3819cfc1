// One file or folder of Drive: what we ask of it, and the resource as Drive gives it.
import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import { isFault } from '../domain/fault.ts';
import type { DriveContext, DriveFile, FilePlace } from './drive-types.ts';
import { askGoogle } from './google-fault.ts';

export const folderType = 'application/vnd.google-apps.folder';
/** The app property that says whose a file is. */
export const lectureProperty = 'ltKey';

export const fileFields =
  'id,name,mimeType,parents,driveId,size,sha256Checksum,webViewLink,trashed,appProperties,capabilities(canAddChildren)';

export function driveFile(resource: drive_v3.Schema$File): DriveFile {
  const { id, name, mimeType, driveId, size, sha256Checksum, webViewLink } = resource;
  const parentId = resource.parents?.[0];
  const lectureKey = resource.appProperties?.[lectureProperty];
  return {
    id: id ?? '',
    name: name ?? '',
    mimeType: mimeType ?? '',
    ...(parentId && { parentId }),
    ...(driveId && { driveId }),
    ...(size && { sizeBytes: Number(size) }),
    ...(sha256Checksum && { sha256: sha256Checksum.toLowerCase() }),
    ...(webViewLink && { url: webViewLink }),
    isTrashed: resource.trashed ?? false,
    ...(lectureKey && { lectureKey }),
    canAddChildren: resource.capabilities?.canAddChildren ?? false,
  };
}

/** How every call of the generated client ends early. */
export const callOptions = ({ signal }: Pick<DriveContext, 'signal'>) => (signal ? { signal } : {});

export async function getFile(context: DriveContext, id: string): Promise<DriveFile> {
  const { data } = await askGoogle(`Looking at ${id} in Drive`, () =>
    context.connection.drive.files.get(
      { fileId: id, supportsAllDrives: true, fields: fileFields },
      callOptions(context),
    ),
  );
  return driveFile(data);
}

/** Moves and renames in one step; the id stays, and links with it. The same again changes nothing. */
export async function place(context: DriveContext, { fileId, name, fromId, toId }: FilePlace): Promise<void> {
  await askGoogle(`Putting ${fileId} as ${name} into the folder ${toId} of Drive`, () =>
    context.connection.drive.files.update(
      {
        ...{ fileId, supportsAllDrives: true, fields: 'id', requestBody: { name } },
        ...(fromId === toId ? {} : { addParents: toId, removeParents: fromId }),
      },
      callOptions(context),
    ),
  );
}

/** False when it was not there any more. */
export async function trash(context: DriveContext, id: string): Promise<boolean> {
  try {
    await askGoogle(`Moving ${id} to the trash of Drive`, () =>
      context.connection.drive.files.update(
        { fileId: id, supportsAllDrives: true, fields: 'id', requestBody: { trashed: true } },
        callOptions(context),
      ),
    );
    return true;
  } catch (error) {
    if (isFault(error, 'GonePermanently')) return false;
    throw error;
  }
}
