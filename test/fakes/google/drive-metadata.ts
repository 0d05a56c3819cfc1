// What a body says about a file, checked by the rules that the discovery document does not know, for create and for update.
import type { Call } from './call.ts';
import { fileNotFound, insufficientFilePermissions, writableParent } from './drive-access.ts';
import { folderType, type Content, type DriveItem, type FileVersion } from './drive-store.ts';
import { badRequest, GoogleError, refuse } from './google-error.ts';
import { isObject, listAt, textAt, type Json } from './json.ts';

/** Google's limit for a key and its value together, in UTF-8. */
const propertyBytes = 124;

function stringMap(value: unknown, name: string): Record<string, string | null> {
  const entries = isObject(value) ? Object.entries(value) : [];
  for (const [key, text] of entries)
    if (Buffer.byteLength(key) + Buffer.byteLength(typeof text === 'string' ? text : '') > propertyBytes)
      throw badRequest(
        `The total size of a property's key and value may not exceed ${propertyBytes} bytes.`,
        name,
      );
  return Object.fromEntries(entries) as Record<string, string | null>;
}

/** null takes a key away. */
const patchMap = (
  old: Readonly<Record<string, string>>,
  patch: Record<string, string | null>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...old, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null),
  );

/** Fields that the stand-in keeps as they come. */
const storedAsIs = [
  'description',
  'starred',
  'originalFilename',
  'copyRequiresWriterPermission',
  'writersCanShare',
];

/** Changes to the metadata of `old`, or of a file that is to be. */
export function metadataFrom(call: Call, old?: FileVersion): Partial<FileVersion> {
  const { body, caller } = call;
  const text = (name: string) => textAt(body, name);
  const rest: Json = { ...old?.rest };
  for (const name of storedAsIs) if (name in body) rest[name] = body[name];
  const own = old?.appProperties[caller.app] ?? {};
  const isTrashed = body.trashed;
  return {
    ...(text('name') !== undefined && { name: text('name')! }),
    ...(text('mimeType') !== undefined && { mimeType: text('mimeType')! }),
    ...(text('createdTime') !== undefined && old === undefined && { createdAt: text('createdTime')! }),
    ...(text('modifiedTime') !== undefined && { modifiedAt: text('modifiedTime')! }),
    ...(typeof isTrashed === 'boolean' && { isTrashed }),
    properties: patchMap(old?.properties ?? {}, stringMap(body.properties, 'properties')),
    appProperties: {
      ...old?.appProperties,
      [caller.app]: patchMap(own, stringMap(body.appProperties, 'appProperties')),
    },
    rest,
  };
}

/** Where a new file goes: one parent, the caller's root when none is named. */
export function parentFor(call: Call): DriveItem {
  const parents = listAt(call.body, 'parents').map(String);
  if (parents.length > 1)
    throw new GoogleError({
      code: 403,
      reason: 'multipleParentsNotSupported',
      message: 'A file cannot have more than one parent.',
    });
  const parent = writableParent(call, parents[0] ?? 'root');
  const { mimeType } = call.world.drive.current(parent);
  if (mimeType !== folderType) throw fileNotFound(parents[0] ?? 'root', 'parents');
  return parent;
}

const conflict = (): GoogleError =>
  new GoogleError({
    code: 409,
    reason: 'fileIdInUse',
    message: 'A file already exists with the provided ID.',
  });

/** Holds the id that the caller brings against those that Drive gave out. */
export function checkId(call: Call, at: 'start' | 'end'): string | undefined {
  const { drive } = call.world;
  const id = textAt(call.body, 'id');
  if (id === undefined) return undefined;
  const mimeType = textAt(call.body, 'mimeType') ?? '';
  if (mimeType === 'application/vnd.google-apps.shortcut' || !drive.generatedIds.has(id))
    throw badRequest('The provided file ID is not usable.', 'file.id');
  if (mimeType.startsWith('application/vnd.google-apps.') && mimeType !== folderType)
    throw badRequest('Generated IDs are not supported for Docs Editors formats.', 'file.id');
  if (drive.items.has(id) && (at === 'end' || drive.conflictAt === 'start')) throw conflict();
  return id;
}

/** Refuses bytes for which nobody has room: robots own nothing, people have a limit, a day has 750 GB. */
export function checkRoom(call: Call, parent: { driveId: string | undefined }, bytes: number): void {
  const { email } = call.caller;
  call.world.limits.checkUpload(email, bytes);
  if (parent.driveId !== undefined) return;
  const hasRoom = call.world.drive.hasRoom(email, bytes);
  if (hasRoom === undefined) throw refuse('serviceAccountQuota');
  if (!hasRoom) throw refuse('storageQuotaExceeded');
}

/** Makes the file; the same name beside it is no hindrance. */
export function createItem(call: Call, content: Content | undefined, mediaType?: string): DriveItem {
  const { drive, limits } = call.world;
  const parent = parentFor(call);
  const id = checkId(call, 'end') ?? drive.newId();
  if (content !== undefined) checkRoom(call, parent, content.sizeBytes);
  const metadata = metadataFrom(call);
  const version: Partial<FileVersion> = {
    ...metadata,
    mimeType: metadata.mimeType ?? mediaType ?? 'application/octet-stream',
    parents: [parent.id],
    content,
  };
  const ownerEmail = parent.driveId === undefined ? call.caller.email : undefined;
  if (content !== undefined) limits.noteUpload(call.caller.email, content.sizeBytes);
  return drive.add({ id, driveId: parent.driveId, ownerEmail, app: call.caller.app }, version);
}

/** Puts new bytes under the same id. */
export function replaceContent(call: Call, item: DriveItem, content: Content): void {
  if (call.world.drive.current(item).mimeType === folderType) throw insufficientFilePermissions();
  checkRoom(call, item, content.sizeBytes);
  call.world.limits.noteUpload(call.caller.email, content.sizeBytes);
  call.world.drive.change(item, { ...metadataFrom(call, call.world.drive.current(item)), content });
}
