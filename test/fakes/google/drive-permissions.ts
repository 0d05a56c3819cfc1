// drive.permissions: who may see a file, and the mails that Google sends about it unless told not to.
import { setTimeout as pause } from 'node:timers/promises';
import { first, flag, type Call, type Handler, type Reply } from './call.ts';
import { itemWithRole } from './drive-access.ts';
import { defaultPermissionFields, permissionResource } from './drive-resource.ts';
import type { DriveItem, Permission, Role } from './drive-store.ts';
import { badRequest, GoogleError } from './google-error.ts';
import { textAt } from './json.ts';

const types = ['user', 'group', 'domain', 'anyone'] as const;
const roles: readonly Role[] = ['owner', 'organizer', 'fileOrganizer', 'writer', 'commenter', 'reader'];

const sharing = (message: string): GoogleError => badRequest(message, undefined, 'invalidSharingRequest');

const permissionReply = (permission: Permission): Reply => ({
  json: permissionResource(permission),
  defaultFields: defaultPermissionFields,
});

/** Members of a file: sharing takes a writer. */
const sharedItem = (call: Call): DriveItem => itemWithRole(call, call.route.pathParameters.fileId!, 'writer');

function permissionFrom(call: Call): Permission {
  const { body, query } = call;
  const type = types.find((name) => name === textAt(body, 'type'));
  const role = roles.find((name) => name === textAt(body, 'role'));
  if (type === undefined)
    throw badRequest('The permission type field is required.', 'permission.type', 'required');
  if (role === undefined)
    throw badRequest('The permission role field is required.', 'permission.role', 'required');
  const isPerson = type === 'user' || type === 'group';
  const [emailAddress, domain] = [textAt(body, 'emailAddress'), textAt(body, 'domain')];
  if (isPerson && !emailAddress?.includes('@'))
    throw sharing('The specified emailAddress is invalid or not applicable for the given permission type.');
  if (type === 'domain' && domain === undefined)
    throw sharing('The specified domain is invalid or not applicable for the given permission type.');
  if (!isPerson && first(query, 'sendNotificationEmail') !== undefined)
    throw sharing('Notification emails can be sent for permissions of type user and group only.');
  const allowFileDiscovery = body.allowFileDiscovery;
  if (isPerson && allowFileDiscovery !== undefined)
    throw sharing('allowFileDiscovery is applicable to permissions of type domain and anyone only.');
  if (role === 'owner' && !flag(query, 'transferOwnership'))
    throw new GoogleError({
      code: 403,
      reason: 'forbidden',
      message: 'The transferOwnership parameter must be enabled when the permission role is owner.',
      location: 'transferOwnership',
    });
  const anyoneId = allowFileDiscovery === true ? 'anyone' : 'anyoneWithLink';
  const name = emailAddress ?? domain;
  return {
    id: type === 'anyone' ? anyoneId : call.world.drive.permissionIdOf(name!),
    type,
    role,
    ...(isPerson && { emailAddress: emailAddress! }),
    ...(type === 'domain' && { domain: domain! }),
    ...(!isPerson && { allowFileDiscovery: allowFileDiscovery === true }),
    ...(textAt(body, 'expirationTime') !== undefined && { expirationTime: textAt(body, 'expirationTime')! }),
  };
}

/** Reads, waits, writes: what another wrote meanwhile is lost, as at Google. */
async function edit(call: Call, item: DriveItem, change: (old: Permission[]) => Permission[]): Promise<void> {
  const after = change(item.permissions);
  if (call.world.drive.permissionRaceMs > 0) await pause(call.world.drive.permissionRaceMs);
  item.permissions = after;
}

async function createPermission(call: Call): Promise<Reply> {
  const item = sharedItem(call);
  const permission = permissionFrom(call);
  await edit(call, item, (old) => [...old.filter(({ id }) => id !== permission.id), permission]);
  // Mails go out unless the caller says no.
  if (permission.emailAddress !== undefined && first(call.query, 'sendNotificationEmail') !== 'false')
    call.world.mails.push({ to: permission.emailAddress, about: `shared ${item.id}` });
  return permissionReply(permission);
}

function namedPermission(call: Call, item: DriveItem): Permission {
  const id = call.route.pathParameters.permissionId!;
  const found = item.permissions.find((permission) => permission.id === id);
  if (found !== undefined) return found;
  throw new GoogleError({
    code: 404,
    reason: 'notFound',
    message: `Permission not found: ${id}.`,
    location: 'permissionId',
  });
}

async function updatePermission(call: Call): Promise<Reply> {
  const item = sharedItem(call);
  const old = namedPermission(call, item);
  const role = roles.find((name) => name === textAt(call.body, 'role')) ?? old.role;
  const changed = { ...old, role };
  await edit(call, item, (all) => all.map((each) => (each.id === old.id ? changed : each)));
  return permissionReply(changed);
}

async function deletePermission(call: Call): Promise<Reply> {
  const item = sharedItem(call);
  const old = namedPermission(call, item);
  await edit(call, item, (all) => all.filter(({ id }) => id !== old.id));
  return { status: 204 };
}

export const permissionHandlers: Readonly<Record<string, Handler>> = {
  'drive.permissions.create': createPermission,
  'drive.permissions.update': updatePermission,
  'drive.permissions.delete': deletePermission,
  'drive.permissions.get': (call) => permissionReply(namedPermission(call, sharedItem(call))),
  'drive.permissions.list': (call) => ({
    json: { kind: 'drive#permissionList', permissions: sharedItem(call).permissions.map(permissionResource) },
    defaultFields: `kind,nextPageToken,permissions(${defaultPermissionFields})`,
  }),
};
