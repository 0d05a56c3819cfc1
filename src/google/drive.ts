// Google Drive as Longtake uses it: ids before effects, folders and files that exist once, copies that are proved.
import { download } from './drive-download.ts';
import { getFile, place, trash } from './drive-file.ts';
import { findByName } from './drive-find.ts';
import { ensureFolder, ensureRoomFolder, generateId } from './drive-folder.ts';
import { share } from './drive-share.ts';
import type { Drive, DriveContext, DriveFile, DriveSettings } from './drive-types.ts';
import type { GoogleConnection } from './google-types.ts';
import { replaceContent, upload } from './upload.ts';

export function createDrive(connection: GoogleConnection, settings: DriveSettings): Drive {
  const context: DriveContext = { ...settings, connection };
  return {
    generateId: () => generateId(context),
    ensureFolder: (spec) => ensureFolder(context, spec),
    ensureRoomFolder: (room) => ensureRoomFolder(context, room),
    getFile: (id) => getFile(context, id),
    findFile: async (where) => largest(await findByName(context, { ...where, isFolder: false })),
    findFolders: ({ parentId, name }) => findByName(context, { folderId: parentId, name, isFolder: true }),
    upload: (spec) => upload(context, spec),
    replaceContent: (spec) => replaceContent(context, spec),
    share: (sharing) => share(context, sharing),
    place: (where) => place(context, where),
    trash: (id) => trash(context, id),
    download: (spec) => download(context, spec),
  };
}

const largest = (files: readonly DriveFile[]): DriveFile | undefined =>
  files.toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))[0];
