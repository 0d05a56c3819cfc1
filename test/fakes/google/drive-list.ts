// files.list: what search knows, in the corpus that was asked for.
import { first, flag, numberOf, type Call, type Reply } from './call.ts';
import { isOpenToApp, resolveId, roleOf } from './drive-access.ts';
import { parseQuery, type Searchable, type Test } from './drive-query.ts';
import { defaultFileFields, fileResource } from './drive-resource.ts';
import type { DriveItem, FileVersion } from './drive-store.ts';
import { badRequest, invalidValue } from './google-error.ts';
import type { Json } from './json.ts';
import { pageOf, placeOf } from './page-token.ts';

function searchable(call: Call, item: DriveItem, version: FileVersion): Searchable {
  const withRole = (...roles: string[]): string[] =>
    item.permissions.flatMap(({ role, emailAddress }) =>
      roles.includes(role) && emailAddress !== undefined ? [emailAddress] : [],
    );
  return {
    name: version.name,
    mimeType: version.mimeType,
    parents: version.parents,
    trashed: call.world.drive.isTrashed(version),
    starred: version.rest.starred === true,
    sharedWithMe: item.ownerEmail !== undefined && item.ownerEmail !== call.caller.email,
    createdTime: version.createdAt,
    modifiedTime: version.modifiedAt,
    properties: version.properties,
    appProperties: version.appProperties[call.caller.app] ?? {},
    owners: withRole('owner'),
    writers: withRole('owner', 'writer', 'organizer', 'fileOrganizer'),
    readers: withRole('owner', 'writer', 'commenter', 'reader', 'organizer', 'fileOrganizer'),
  };
}

/** Which items the corpus holds; refuses combinations that Drive refuses. */
function corpusOf(call: Call): (item: DriveItem) => boolean {
  const [corpora, driveId] = [first(call.query, 'corpora') ?? 'user', first(call.query, 'driveId')];
  const withShared = flag(call.query, 'includeItemsFromAllDrives');
  if (!['user', 'domain', 'drive', 'allDrives'].includes(corpora)) throw invalidValue('corpora');
  if (withShared && !flag(call.query, 'supportsAllDrives'))
    throw badRequest(
      'The supportsAllDrives parameter must be true when includeItemsFromAllDrives is.',
      'includeItemsFromAllDrives',
    );
  if ((corpora === 'drive') !== (driveId !== undefined))
    throw badRequest(
      'The driveId parameter must be specified if and only if corpora is set to drive.',
      'driveId',
    );
  if (corpora !== 'user' && corpora !== 'domain' && !withShared)
    throw badRequest(
      'The includeItemsFromAllDrives parameter must be set to true for this corpora.',
      'includeItemsFromAllDrives',
    );
  if (driveId !== undefined && !call.world.drive.drives.get(driveId)?.members.has(call.caller.email))
    throw badRequest(`Shared drive not found: ${driveId}`, 'driveId', 'notFound');
  if (driveId !== undefined) return (item) => item.driveId === driveId;
  return (item) => item.driveId === undefined || withShared;
}

type Order = (a: FileVersion, b: FileVersion) => number;

const folderFirst = ({ mimeType }: FileVersion): number => (mimeType.endsWith('.folder') ? 0 : 1);
const orders: Readonly<Record<string, Order>> = {
  createdTime: (a, b) => a.createdAt.localeCompare(b.createdAt),
  modifiedTime: (a, b) => a.modifiedAt.localeCompare(b.modifiedAt),
  name: (a, b) => a.name.localeCompare(b.name),
  name_natural: (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }),
  folder: (a, b) => folderFirst(a) - folderFirst(b),
  quotaBytesUsed: (a, b) => (a.content?.sizeBytes ?? 0) - (b.content?.sizeBytes ?? 0),
};

function orderOf(text: string): Order {
  const keys = text.split(',').map((key) => {
    const [name, direction = 'asc', ...rest] = key.trim().split(/\s+/);
    const order = orders[name ?? ''];
    if (order === undefined || rest.length > 0 || !['asc', 'desc'].includes(direction))
      throw invalidValue('orderBy');
    return (a: FileVersion, b: FileVersion): number => (direction === 'desc' ? -1 : 1) * order(a, b);
  });
  return (a, b) => keys.reduce((so, key) => so || key(a, b), 0);
}

export function listFiles(call: Call): Reply {
  const { world, query, caller } = call;
  const q = first(query, 'q');
  const test: Test = q === undefined ? () => true : parseQuery(q, (id) => resolveId(call, id));
  const isInCorpus = corpusOf(call);
  const found = [...world.drive.items.values()]
    .filter((item) => item.app !== 'google' && isInCorpus(item) && isOpenToApp(call, item))
    .filter((item) => roleOf(world, item, caller.email) !== undefined)
    .flatMap((item) => {
      const version = world.drive.indexed(item);
      const isFound = version !== undefined && !version.isGone && test(searchable(call, item, version));
      return isFound ? [{ item, version }] : [];
    });
  const order = orderOf(first(query, 'orderBy') ?? 'modifiedTime desc');
  const sorted = found.toSorted((a, b) => order(a.version, b.version));
  const size = Math.min(numberOf(query, 'pageSize', 100), world.drive.pageCap);
  const { items, nextPageToken } = pageOf(sorted, size, { query, place: placeOf(query) });
  const json: Json = {
    kind: 'drive#fileList',
    incompleteSearch: first(query, 'corpora') === 'allDrives' && world.drive.isSearchIncomplete,
    ...(nextPageToken !== undefined && { nextPageToken }),
    files: items.map(({ item, version }) => fileResource(call, item, version)),
  };
  return { json, defaultFields: `kind,incompleteSearch,nextPageToken,files(${defaultFileFields})` };
}
