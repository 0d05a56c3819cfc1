// Items of Drive as the API shows them.
import type { Call } from './call.ts';
import { roleOf } from './drive-access.ts';
import { folderType, type DriveItem, type FileVersion, type Permission } from './drive-store.ts';
import type { Json } from './json.ts';

/** What comes of a file when the request names no fields. */
export const defaultFileFields = 'kind,id,name,mimeType,driveId';
export const defaultPermissionFields = 'kind,id,type,role';

const linkOf = (id: string, mimeType: string): string =>
  mimeType === folderType
    ? `https://drive.google.com/drive/folders/${id}`
    : `https://drive.google.com/file/d/${id}/view?usp=drivesdk`;

const userOf = (email: string): Json => ({
  kind: 'drive#user',
  displayName: email.split('@')[0],
  me: false,
  emailAddress: email,
});

export function permissionResource(permission: Permission): Json {
  return { kind: 'drive#permission', ...permission };
}

const contentFields = ({ content }: FileVersion): Json =>
  content === undefined
    ? {}
    : {
        size: String(content.sizeBytes),
        quotaBytesUsed: String(content.sizeBytes),
        md5Checksum: content.md5,
        sha1Checksum: content.sha1,
        sha256Checksum: content.sha256,
      };

/** The whole File resource; lists show `version` as search knows it. */
export function fileResource(call: Call, item: DriveItem, version?: FileVersion): Json {
  const shown = version ?? call.world.drive.current(item);
  const { drive } = call.world;
  const role = roleOf(call.world, item, call.caller.email);
  const canEdit = role !== undefined && role !== 'reader' && role !== 'commenter';
  const own = shown.appProperties[call.caller.app] ?? {};
  return {
    kind: 'drive#file',
    id: item.id,
    name: shown.name,
    mimeType: shown.mimeType,
    parents: shown.parents,
    ...(item.driveId !== undefined && { driveId: item.driveId }),
    ...(item.ownerEmail !== undefined && {
      owners: [userOf(item.ownerEmail)],
      ownedByMe: item.ownerEmail === call.caller.email,
    }),
    trashed: drive.isTrashed(shown),
    explicitlyTrashed: shown.isTrashed,
    createdTime: shown.createdAt,
    modifiedTime: shown.modifiedAt,
    version: String(item.versions.indexOf(shown) + 1),
    webViewLink: linkOf(item.id, shown.mimeType),
    ...(shown.content && {
      webContentLink: `https://drive.google.com/uc?id=${item.id}&export=download`,
    }),
    ...contentFields(shown),
    ...(Object.keys(shown.properties).length > 0 && { properties: shown.properties }),
    ...(Object.keys(own).length > 0 && { appProperties: own }),
    ...(canEdit && { permissionIds: item.permissions.map(({ id }) => id) }),
    ...(canEdit && item.driveId === undefined && { permissions: item.permissions.map(permissionResource) }),
    shared: item.permissions.length > 1,
    starred: false,
    capabilities: {
      canEdit,
      canAddChildren: canEdit && shown.mimeType === folderType,
      canShare: canEdit,
      canDownload: true,
      canTrash: role === 'owner' || role === 'organizer' || role === 'fileOrganizer',
      canDelete: role === 'owner' || role === 'organizer',
    },
    ...shown.rest,
  };
}
