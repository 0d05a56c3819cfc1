// Who may see and change which item of Drive, and how Google says no.
import type { Call } from './call.ts';
import { flag } from './call.ts';
import type { DriveItem, Permission, Role } from './drive-store.ts';
import { GoogleError } from './google-error.ts';
import type { World } from './world.ts';

const ranks: readonly Role[] = ['reader', 'commenter', 'writer', 'fileOrganizer', 'organizer', 'owner'];
const rank = (role: Role | undefined): number => (role === undefined ? -1 : ranks.indexOf(role));
const higher = (a: Role | undefined, b: Role | undefined): Role | undefined => (rank(a) >= rank(b) ? a : b);

const appliesTo = (permission: Permission, email: string): boolean =>
  permission.type === 'anyone' ||
  (permission.type === 'domain' && permission.domain === email.split('@')[1]) ||
  permission.emailAddress === email;

/** The highest role that the person has, by the item, the folders above it, and the shared drive. */
export function roleOf(world: World, item: DriveItem, email: string): Role | undefined {
  const nowMs = world.clock.nowMs();
  const own = item.permissions
    .filter(({ expirationTime }) => expirationTime === undefined || Date.parse(expirationTime) > nowMs)
    .filter((permission) => appliesTo(permission, email))
    .reduce<Role | undefined>((best, { role }) => higher(best, role), undefined);
  const drive = item.driveId === undefined ? undefined : world.drive.drives.get(item.driveId);
  const parent = world.drive.items.get(world.drive.current(item).parents[0] ?? '');
  const above = parent === undefined ? undefined : roleOf(world, parent, email);
  return higher(higher(own, drive?.members.get(email)), above);
}

export const fileNotFound = (id: string, location = 'fileId'): GoogleError =>
  new GoogleError({ code: 404, reason: 'notFound', message: `File not found: ${id}.`, location });

export const insufficientFilePermissions = (): GoogleError =>
  new GoogleError({
    code: 403,
    reason: 'insufficientFilePermissions',
    message: 'The user does not have sufficient permissions for this file.',
  });

const driveScope = 'https://www.googleapis.com/auth/drive';
const wideScopes = ['', '.readonly', '.metadata', '.metadata.readonly'].map((name) => driveScope + name);

/** `drive.file` alone shows only what the same project made, and the caller's root to put it in. */
export const isOpenToApp = ({ caller }: Call, item: DriveItem): boolean =>
  item.app === caller.app ||
  (item.app === 'google' && item.driveId === undefined) ||
  wideScopes.some((scope) => caller.scopes.has(scope));

/** `root` is the caller's own. */
export const resolveId = (call: Call, id: string): string =>
  id === 'root' ? call.world.drive.rootOf(call.caller.email).id : id;

/** The item when the caller may see it; everything else is "not found", so that nothing is given away. */
export function visibleItem(call: Call, givenId: string, location = 'fileId'): DriveItem {
  const id = resolveId(call, givenId);
  const item = call.world.drive.find(id);
  const isHidden =
    item === undefined ||
    (item.driveId !== undefined && !flag(call.query, 'supportsAllDrives')) ||
    !isOpenToApp(call, item) ||
    roleOf(call.world, item, call.caller.email) === undefined;
  if (isHidden) throw fileNotFound(givenId, location);
  return item;
}

/** The item when the caller has at least the role on it. */
export function itemWithRole(call: Call, id: string, least: Role): DriveItem {
  const item = visibleItem(call, id);
  if (rank(roleOf(call.world, item, call.caller.email)) < rank(least)) throw insufficientFilePermissions();
  return item;
}

/** The folder into which the caller may put something. */
export function writableParent(call: Call, id: string): DriveItem {
  const parent = visibleItem(call, id, 'parents');
  if (rank(roleOf(call.world, parent, call.caller.email)) >= rank('writer')) return parent;
  throw new GoogleError({
    code: 403,
    reason: 'insufficientParentPermissions',
    message: 'Insufficient permissions for the specified parent.',
  });
}
