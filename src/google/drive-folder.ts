// Folders that no race can double: their id is fixed by the caller's table before Drive hears of it.
import { Fault, isFault } from '../domain/fault.ts';
import { callOptions, folderType, getFile } from './drive-file.ts';
import { findByName } from './drive-find.ts';
import type { DriveContext, DriveFile, FolderSpec } from './drive-types.ts';
import { askGoogle } from './google-fault.ts';

export async function generateId(context: DriveContext): Promise<string> {
  const { data } = await askGoogle('Asking Drive for an id', () =>
    context.connection.drive.files.generateIds(
      { count: 1, space: 'drive', type: 'files' },
      callOptions(context),
    ),
  );
  const [id] = data.ids ?? [];
  if (!id) throw new Fault('GoogleTransient', 'Asking Drive for an id: it gave none.');
  return id;
}

/** Times that a folder may turn out to be gone while we look. */
const mostTries = 4;

export async function ensureFolder(context: DriveContext, spec: FolderSpec): Promise<string> {
  const { parentId, name, reserve, forget } = spec;
  let { known } = spec;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const id = known ?? (await reserve(await candidate(context, spec)));
    if (await isThere(context, { id, parentId, name })) return id;
    await forget(id);
    known = undefined;
  }
  throw new Fault(
    'GonePermanently',
    `The folder ${name} in ${parentId} vanishes whenever it is made: look whether ${parentId} lies in the trash.`,
  );
}

/** A person's folder first, so that the videos lie where people look for them. */
async function candidate(context: DriveContext, { parentId, name }: FolderSpec): Promise<string> {
  const [oldest] = await findByName(context, { folderId: parentId, name, isFolder: true });
  return oldest?.id ?? (await generateId(context));
}

interface PlannedFolder {
  id: string;
  parentId: string;
  name: string;
}

/** Makes it when it never was; false when it is trashed or deleted: its id cannot be used again. */
async function isThere(context: DriveContext, folder: PlannedFolder): Promise<boolean> {
  const found = await getIfThere(context, folder.id);
  if (found) return isUsable(found);
  try {
    return isUsable(await createFolder(context, folder));
  } catch (error) {
    if (!isFault(error, 'Conflict', 'InputInvalid')) throw error;
    // Conflict: somebody else has just made it, or it was deleted for good. InputInvalid: a person's folder, deleted.
    const made = await getIfThere(context, folder.id);
    if (made === undefined && isFault(error, 'InputInvalid') && !isIdRefused(error)) throw error;
    return made !== undefined && isUsable(made);
  }
}

const isIdRefused = (fault: Fault): boolean => /\bID\b/i.test(fault.message);
const isUsable = ({ isTrashed, mimeType }: Pick<DriveFile, 'isTrashed' | 'mimeType'>): boolean =>
  !isTrashed && mimeType === folderType;

async function createFolder(
  context: DriveContext,
  { id, parentId, name }: PlannedFolder,
): Promise<Pick<DriveFile, 'isTrashed' | 'mimeType'>> {
  const { data } = await askGoogle(`Making the folder ${name} in ${parentId}`, () =>
    context.connection.drive.files.create(
      {
        supportsAllDrives: true,
        fields: 'id,trashed,mimeType',
        requestBody: { id, name, mimeType: folderType, parents: [parentId] },
      },
      callOptions(context),
    ),
  );
  return { isTrashed: data.trashed ?? false, mimeType: data.mimeType ?? '' };
}

/** Undefined when Drive does not show it. */
export async function getIfThere(context: DriveContext, id: string): Promise<DriveFile | undefined> {
  try {
    return await getFile(context, id);
  } catch (error) {
    if (isFault(error, 'GonePermanently')) return undefined;
    throw error;
  }
}

/** Found by name or made; the caller keeps the id, so two at once may make two. */
export async function ensureRoomFolder(
  context: DriveContext,
  { name, folderId, parentId = 'root' }: { name: string; folderId?: string; parentId?: string },
): Promise<DriveFile> {
  const [oldest] =
    folderId === undefined ? await findByName(context, { folderId: parentId, name, isFolder: true }) : [];
  const id = folderId ?? oldest?.id ?? (await generateId(context));
  if (folderId === undefined && !oldest) await createFolder(context, { id, parentId, name });
  const folder = await getFile(context, id);
  if (folder.mimeType !== folderType)
    throw new Fault('InputInvalid', `${folder.name} (${id}), the folder of ${name}, is no folder in Drive.`);
  if (folder.isTrashed)
    throw new Fault(
      'GonePermanently',
      `The folder ${folder.name} (${id}) of ${name} lies in the trash of Drive.`,
    );
  if (!folder.canAddChildren)
    throw new Fault(
      'AuthRejected',
      `The folder ${folder.name} (${id}) of ${name} is not open to ${await context.connection.account()}: share it as a content manager.`,
    );
  return folder;
}
