// Who may read a file: what is missing is added, one after the other, and looked at again.
import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import type { ShareWith } from '../contract/room.ts';
import { callOptions } from './drive-file.ts';
import type { DriveContext } from './drive-types.ts';
import { askGoogle } from './google-fault.ts';

export interface Sharing {
  fileId: string;
  with: ShareWith;
  users: readonly string[];
}

type Permission = drive_v3.Schema$Permission;

/** Two edits of one file at a time lose one of them, at Google's side too: so we look again. */
const mostRounds = 3;

export async function share(context: DriveContext, sharing: Sharing): Promise<number> {
  const wanted = wantedOf(sharing);
  let added = 0;
  for (let round = 0; round < mostRounds && wanted.length > 0; round += 1) {
    const present = await permissionsOf(context, sharing.fileId);
    const missing = wanted.filter((permission) => !present.some((each) => isSame(each, permission)));
    if (missing.length === 0) return added;
    const refused = await addAll(context, sharing.fileId, missing);
    added += missing.length - refused.length;
    // One address that Google does not take keeps nobody else out.
    if (refused.length > 0) throw refused[0];
  }
  return added;
}

function wantedOf({ with: how, users }: Sharing): Permission[] {
  if (how.kind === 'anyone') return [{ type: 'anyone', role: 'reader', allowFileDiscovery: false }];
  if (how.kind === 'domain')
    return [{ type: 'domain', role: 'reader', domain: how.domain, allowFileDiscovery: false }];
  if (how.kind === 'none') return [];
  const mails = new Map(users.map((mail) => [mail.toLowerCase(), mail]));
  return [...mails.values()].map((emailAddress) => ({ type: 'user', role: 'reader', emailAddress }));
}

/** Every role may read. */
const isSame = (present: Permission, wanted: Permission): boolean =>
  present.deleted !== true &&
  (wanted.type === 'anyone'
    ? present.type === 'anyone'
    : wanted.type === 'domain'
      ? present.type === 'domain' && present.domain?.toLowerCase() === wanted.domain?.toLowerCase()
      : present.emailAddress?.toLowerCase() === wanted.emailAddress?.toLowerCase());

async function permissionsOf(context: DriveContext, fileId: string): Promise<Permission[]> {
  const found: Permission[] = [];
  let pageToken: string | undefined;
  do {
    const { data } = await askGoogle(`Looking who may read ${fileId}`, () =>
      context.connection.drive.permissions.list(
        {
          fileId,
          supportsAllDrives: true,
          pageSize: 100,
          fields: 'nextPageToken,permissions(id,type,role,emailAddress,domain,deleted)',
          ...(pageToken !== undefined && { pageToken }),
        },
        callOptions(context),
      ),
    );
    found.push(...(data.permissions ?? []));
    pageToken = data.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return found;
}

/** The faults of those that were refused. */
async function addAll(context: DriveContext, fileId: string, missing: Permission[]): Promise<unknown[]> {
  const refused: unknown[] = [];
  for (const requestBody of missing) {
    const who = requestBody.emailAddress ?? requestBody.domain ?? 'anyone with the link';
    await askGoogle(`Letting ${who} read ${fileId}`, () =>
      context.connection.drive.permissions.create(
        {
          fileId,
          supportsAllDrives: true,
          requestBody,
          fields: 'id',
          // Refused by Drive for anyone and for domains; true by default for people.
          ...(requestBody.type === 'user' && { sendNotificationEmail: false }),
        },
        callOptions(context),
      ),
    ).catch((error: unknown) => refused.push(error));
  }
  return refused;
}
