// Ids and folder of a lecture's videos on Drive, fixed in the catalog before a byte is sent: a repeat finds them.
import { localParts } from '../../domain/calendar.ts';
import { Fault } from '../../domain/fault.ts';
import { vouchedFor } from '../vouching.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { callsSeconds, requireGoogle } from './require-google.ts';
import type { PublishRequest, ReservedUpload } from './types.ts';

export async function reserveUploads(deps: LectureDeps, request: PublishRequest): Promise<ReservedUpload[]> {
  const known = await readLecture(deps, request.lectureId);
  return await vouchedFor(callsSeconds, async () => {
    const folderId = await dateFolder(deps, known);
    const reserved: ReservedUpload[] = [];
    for (const { role } of request.files) {
      reserved.push({ role, folderId, fileId: await reserveId(deps, request.lectureId, role) });
    }
    return reserved;
  });
}

async function reserveId(
  deps: LectureDeps,
  lectureId: string,
  target: ReservedUpload['role'],
): Promise<string> {
  const { publications } = deps.catalog;
  const place = { lectureId, kind: 'drive', target } as const;
  const before = await publications.get(place);
  // What was taken back lies in the bin under its id: the new file needs another one.
  if (before?.externalId && before.state !== 'undone') return before.externalId;
  const fresh = await requireGoogle(deps).drive.generateId();
  if (!before) return (await publications.reserve({ ...place, externalId: fresh })).externalId ?? fresh;
  await publications.record({ ...place, state: 'pending', externalId: fresh });
  return fresh;
}

/** The folder of the lecture's day below the room's, as NVR Merger made them. */
async function dateFolder(deps: LectureDeps, { row, room }: KnownLecture): Promise<string> {
  const { folderId: parentId, timeZone } = room.spec;
  if (parentId === undefined) throw new Fault('InputInvalid', `Room ${room.id} has no Drive folder.`);
  const { driveFolders } = deps.catalog;
  const name = localParts(row.startMs, timeZone).date;
  const place = { parentId, name };
  const known = await driveFolders.get(place);
  return await requireGoogle(deps).drive.ensureFolder({
    ...place,
    ...(known === undefined ? {} : { known }),
    reserve: (folderId) => driveFolders.reserve({ ...place, folderId }),
    forget: (folderId) => driveFolders.forget({ ...place, folderId }),
  });
}
