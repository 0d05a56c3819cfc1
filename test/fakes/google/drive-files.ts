// drive.about, drives and files, save for lists and bytes that come in.
import { first, numberOf, type Call, type Handler, type Reply } from './call.ts';
import {
  insufficientFilePermissions,
  itemWithRole,
  resolveId,
  roleOf,
  visibleItem,
  writableParent,
} from './drive-access.ts';
import { listFiles } from './drive-list.ts';
import { checkId, createItem, metadataFrom } from './drive-metadata.ts';
import { permissionHandlers } from './drive-permissions.ts';
import { defaultFileFields, fileResource } from './drive-resource.ts';
import type { DriveItem, SharedDrive } from './drive-store.ts';
import { badRequest, GoogleError } from './google-error.ts';
import type { Json } from './json.ts';
import { pageOf, placeOf } from './page-token.ts';

const fileReply = (call: Call, item: DriveItem): Reply => ({
  json: fileResource(call, item),
  defaultFields: defaultFileFields,
});

function about(call: Call): Reply {
  if (first(call.query, 'fields') === undefined)
    throw badRequest("The 'fields' parameter is required for this method.", 'fields', 'required');
  const { account, email } = call.caller;
  const limit = account.kind === 'person' ? account.storageLimitBytes : 0;
  const used = String(call.world.drive.usedBytes(email));
  const user = { kind: 'drive#user', displayName: account.displayName, me: true, emailAddress: email };
  return {
    json: {
      kind: 'drive#about',
      user: { ...user, permissionId: call.world.drive.permissionIdOf(email) },
      storageQuota: {
        ...(limit !== null && { limit: String(limit) }),
        usage: used,
        usageInDrive: used,
        usageInDriveTrash: '0',
      },
      maxUploadSize: '5242880000000',
    },
  };
}

const driveResource = ({ id, name }: SharedDrive): Json => ({ kind: 'drive#drive', id, name });

function getDrive({ route, world, caller }: Call): Reply {
  const id = route.pathParameters.driveId!;
  const drive = world.drive.drives.get(id);
  if (!drive?.members.has(caller.email))
    throw new GoogleError({
      code: 404,
      reason: 'notFound',
      message: `Shared drive not found: ${id}`,
      location: 'driveId',
    });
  return { json: driveResource(drive) };
}

function listDrives({ world, caller, query }: Call): Reply {
  const mine = [...world.drive.drives.values()].filter(({ members }) => members.has(caller.email));
  const { items, nextPageToken } = pageOf(mine, numberOf(query, 'pageSize', 10), {
    query,
    place: placeOf(query),
  });
  const json = { kind: 'drive#driveList', drives: items.map(driveResource) };
  return { json: { ...json, ...(nextPageToken !== undefined && { nextPageToken }) } };
}

function generateIds({ world, query }: Call): Reply {
  const space = first(query, 'space') ?? 'drive';
  if (!['drive', 'appDataFolder'].includes(space)) throw badRequest('Invalid Value', 'space');
  const count = numberOf(query, 'count', 10);
  const ids = Array.from({ length: count }, () => world.drive.newId());
  for (const id of ids) world.drive.generatedIds.add(id);
  return { json: { kind: 'drive#generatedIds', space, ids } };
}

const rangePattern = /^bytes=(\d+)-(\d*)$/;

/** The file's own bytes, or a part of them. */
function download(call: Call, item: DriveItem): Reply {
  const { content, mimeType } = call.world.drive.current(item);
  if (content === undefined)
    throw new GoogleError({
      code: 403,
      reason: 'fileNotDownloadable',
      message: 'Only files with binary content can be downloaded. Use Export with Docs Editors files.',
      location: 'alt',
    });
  const headers = { 'content-type': mimeType, 'accept-ranges': 'bytes' };
  const range = rangePattern.exec(call.headers.range ?? '');
  const last = content.sizeBytes - 1;
  if (range === null) return { stored: { path: content.path, start: 0, end: last }, headers };
  const start = Number(range[1]);
  if (start > last)
    throw new GoogleError({
      code: 416,
      reason: 'requestedRangeNotSatisfiable',
      message: 'Request range not satisfiable',
      location: 'Range',
      locationType: 'header',
    });
  const end = range[2] === '' ? last : Math.min(Number(range[2]), last);
  const contentRange = `bytes ${start}-${end}/${content.sizeBytes}`;
  return {
    status: 206,
    stored: { path: content.path, start, end },
    headers: { ...headers, 'content-range': contentRange },
  };
}

function getFile(call: Call): Reply {
  const item = visibleItem(call, call.route.pathParameters.fileId!);
  return first(call.query, 'alt') === 'media' ? download(call, item) : fileReply(call, item);
}

function createFile(call: Call): Reply {
  checkId(call, 'start');
  return fileReply(call, createItem(call, undefined));
}

/** In a shared drive a file organizer may trash; at home the owner. */
function checkTrashing(call: Call, item: DriveItem): void {
  const role = roleOf(call.world, item, call.caller.email);
  const isAllowed =
    item.driveId === undefined ? role === 'owner' : role === 'fileOrganizer' || role === 'organizer';
  if (!isAllowed) throw insufficientFilePermissions();
}

/** The parents after addParents and removeParents. */
function movedParents(call: Call, item: DriveItem): readonly string[] {
  const namesIn = (name: string): string[] => (first(call.query, name) ?? '').split(',').filter(Boolean);
  const added = namesIn('addParents').map((id) => writableParent(call, id).id);
  const removed = new Set(namesIn('removeParents').map((id) => resolveId(call, id)));
  const { parents } = call.world.drive.current(item);
  const after = [...parents.filter((id) => !removed.has(id) && !added.includes(id)), ...added];
  return added.length > 0 ? after.slice(-1) : after;
}

/** PATCH of metadata. */
export function updateFile(call: Call): Reply {
  const { drive } = call.world;
  const item = itemWithRole(call, call.route.pathParameters.fileId!, 'writer');
  if ('parents' in call.body)
    throw new GoogleError({
      code: 403,
      reason: 'fieldNotWritable',
      message:
        'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.',
    });
  if ('id' in call.body)
    throw new GoogleError({
      code: 403,
      reason: 'fieldNotWritable',
      message: 'The resource body includes fields which are not directly writable.',
    });
  if (call.body.trashed !== undefined) checkTrashing(call, item);
  drive.change(item, { ...metadataFrom(call, drive.current(item)), parents: movedParents(call, item) });
  return fileReply(call, item);
}

/** For good, with all that lies below. */
function deleteFile(call: Call): Reply {
  const item = itemWithRole(call, call.route.pathParameters.fileId!, 'organizer');
  const remove = (each: DriveItem): void => {
    call.world.drive.change(each, { isGone: true });
    for (const child of call.world.drive.items.values()) {
      const { parents, isGone } = call.world.drive.current(child);
      if (!isGone && parents.includes(each.id)) remove(child);
    }
  };
  remove(item);
  return { status: 204 };
}

export const driveHandlers: Readonly<Record<string, Handler>> = {
  'drive.about.get': about,
  'drive.drives.get': getDrive,
  'drive.drives.list': listDrives,
  'drive.files.generateIds': generateIds,
  'drive.files.get': getFile,
  'drive.files.list': listFiles,
  'drive.files.create': createFile,
  'drive.files.update': updateFile,
  'drive.files.delete': deleteFile,
  ...permissionHandlers,
};
